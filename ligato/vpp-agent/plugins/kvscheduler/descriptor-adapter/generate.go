// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"go/format"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"text/template"
)

//go:embed adapter.go.tmpl
var source string

var tmpl = template.Must(template.New("adapter").Parse(source))

// The packages that every adapter imports.
const (
	apiPath   = "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	protoPath = "google.golang.org/protobuf/proto"
)

// adapter is what the template needs.
type adapter struct {
	Name  string
	Value string
	Meta  string
	// Imports are import specifications.
	Imports []string
}

// generate returns the formatted source.
func (a *adapter) generate(imports []string) ([]byte, error) {
	if !token.IsIdentifier(a.Name) || !token.IsExported(a.Name) {
		return nil, fmt.Errorf("--descriptor-name %q is not an exported Go name", a.Name)
	}
	for name, text := range map[string]string{"--value-type": a.Value, "--meta-type": a.Meta} {
		if _, err := parser.ParseExpr(text); err != nil {
			return nil, fmt.Errorf("%s %q is not a Go type: %w", name, text, err)
		}
	}
	a.Imports = []string{strconv.Quote(apiPath), strconv.Quote(protoPath)}
	for _, text := range imports {
		spec, err := importSpec(text)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(a.Imports, spec) {
			a.Imports = append(a.Imports, spec)
		}
	}
	var out bytes.Buffer
	if err := tmpl.Execute(&out, a); err != nil {
		return nil, err
	}
	return format.Source(out.Bytes())
}

// importSpec makes an import specification of a path, or of a name and a path.
func importSpec(text string) (string, error) {
	fields := strings.Fields(text)
	switch {
	case len(fields) == 1:
		return strconv.Quote(fields[0]), nil
	case len(fields) == 2 && token.IsIdentifier(fields[0]):
		return fields[0] + " " + strconv.Quote(fields[1]), nil
	}
	return "", fmt.Errorf("--import %q is not an import path, or a name and a path", text)
}
