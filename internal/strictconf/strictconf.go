// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package strictconf reads the YAML configuration file of a plugin and
// refuses what it does not know. cn-infra's own loader lets an unknown key
// pass with a warning, so that a typing error runs on with the default; this
// one does not decide where a file is, which stays cn-infra's business.
package strictconf

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	goyaml "go.yaml.in/yaml/v2"
	"sigs.k8s.io/yaml"
)

// Load reads file over the defaults that cfg already holds. An empty name
// means that there is no file, and leaves cfg as it is. Keys are those of the
// json tags; an unknown, duplicate or ill-typed one is an error that names
// file and key.
func Load(file string, cfg any) error {
	if file == "" {
		return nil
	}
	data, err := read(file)
	if err != nil {
		return err
	}
	if err := yaml.UnmarshalStrict(data, cfg); err != nil {
		return fmt.Errorf("configuration %s: %w", file, err)
	}
	return nil
}

// read returns the text of a file that has one YAML document at most.
func read(file string) ([]byte, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	if hasMore(data) {
		return nil, fmt.Errorf("configuration %s: there is more than one YAML document", file)
	}
	return data, nil
}

// hasMore tells whether something follows the first document, which alone is read.
func hasMore(data []byte) bool {
	documents := goyaml.NewDecoder(bytes.NewReader(data))
	var document any
	if documents.Decode(&document) != nil {
		return false // there is none
	}
	document = nil
	err := documents.Decode(&document)
	return !errors.Is(err, io.EOF) && (err != nil || document != nil)
}
