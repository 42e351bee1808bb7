// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	textPath = "google.golang.org/protobuf/types/known/wrapperspb"
	metaPath = "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/descriptor-adapter/internal/example/meta"
)

// TestGenerated compares with the packages of the example, which are compiled
// and tested there. Run go generate in the example after a change.
func TestGenerated(t *testing.T) {
	for file, args := range map[string][]string{
		"text.go": {
			"--descriptor-name", "Text", "--value-type", "*wrapperspb.StringValue", "--meta-type", "*example.Meta",
			"--import", textPath, "--import", "example " + metaPath, "--import", textPath, "--import", apiPath,
		},
		"plain.go": {"--descriptor-name=Plain", "--value-type=*wrapperspb.StringValue", "--import=" + textPath},
	} {
		dir := t.TempDir()
		if err := run(append(args, "--output-dir", dir), io.Discard); err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		got, err := os.ReadFile(filepath.Join(dir, "adapter", file))
		if err != nil {
			t.Error(err)
			continue
		}
		want, err := os.ReadFile(filepath.Join("internal", "example", "adapter", file))
		if err != nil || string(got) != string(want) {
			t.Errorf("%s (%v) is not what is generated:\n%s", file, err, got)
		}
	}
}

func TestRefusedArguments(t *testing.T) {
	for args, want := range map[string]string{
		"":                                       `--descriptor-name "" is not an exported Go name`,
		"--descriptor-name interface":            `--descriptor-name "interface" is not an exported Go name`,
		"--descriptor-name X":                    `--value-type "" is not a Go type`,
		"--descriptor-name X --value-type *a..B": `--value-type "*a..B" is not a Go type`,
		"--descriptor-name X --value-type *a.B --meta-type [":          `--meta-type "[" is not a Go type`,
		"--descriptor-name X --value-type *a.B --import ":              `--import "" is not an import path`,
		"--descriptor-name X --value-type *a.B more":                   `unexpected argument "more"`,
		"--descriptor-name X --value-type *a.B --nosuch":               "flag provided but not defined",
		"--descriptor-name X --value-type *a.B --output-dir /dev/null": "/dev/null",
	} {
		var list []string
		if args != "" {
			list = strings.Split(args, " ")
		}
		err := run(list, io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", args, err, want)
		}
	}
}
