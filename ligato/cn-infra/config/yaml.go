// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"

	"sigs.k8s.io/yaml"
)

// ParseConfigFromYamlFile lays a YAML file over cfg, a pointer to a struct.
//
// Keys are the names in json tags or else of the fields, in any case. A
// time.Duration is a number of nanoseconds or a string with a unit. Numbers
// that do not fit their field exactly are refused, as are values of another
// kind. Absent and null keys leave cfg as it was, lists replace lists, maps are
// merged. Unknown keys are logged as warnings, once each.
func ParseConfigFromYamlFile(path string, cfg any) error {
	return load(path, cfg)
}

// SaveConfigToYamlFile writes cfg as YAML, with comment, unless it is empty,
// above it.
func SaveConfigToYamlFile(cfg any, path string, perm os.FileMode, comment string) error {
	text, err := yaml.Marshal(cfg)
	if err != nil {
		return fmt.Errorf("write config file %s: %w", path, err)
	}
	var out bytes.Buffer
	if comment != "" {
		for line := range strings.Lines(comment) {
			fmt.Fprintf(&out, "# %s\n", strings.TrimRight(line, "\n"))
		}
		out.WriteByte('\n')
	}
	out.Write(text)
	return os.WriteFile(path, out.Bytes(), perm)
}

// warned has the unknown keys that were logged.
var warned sync.Map // map[unknownKey]struct{}

type unknownKey struct {
	file, key string
}

func load(path string, cfg any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read config: %w", err)
	}
	file, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("read config: %w", err)
	}
	unknown, err := decode(text, cfg)
	for _, key := range unknown {
		if _, again := warned.LoadOrStore(unknownKey{file, key}, struct{}{}); !again {
			warnf("config file %s: unknown key %q is ignored", path, key)
		}
	}
	if err != nil {
		return fmt.Errorf("config file %s: %w", path, err)
	}
	return nil
}

// decode lays YAML over cfg and returns the keys that cfg has no field for.
func decode(text []byte, cfg any) (unknown []string, err error) {
	asJSON, err := yaml.YAMLToJSON(text)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(asJSON))
	dec.UseNumber() // keeps integers exact
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return nil, err
	}
	if tree == nil {
		return nil, nil
	}
	if _, ok := tree.(map[string]any); !ok {
		return nil, errors.New("the top level is not a mapping")
	}

	target := reflect.ValueOf(cfg)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return nil, fmt.Errorf("cannot be read into %T, which is not a pointer", cfg)
	}
	fit := fitter{}
	tree, err = fit.value(tree, target.Elem(), "")
	if err != nil {
		return fit.unknown, err
	}
	asJSON, err = json.Marshal(tree)
	if err != nil {
		return fit.unknown, err
	}
	return fit.unknown, explain(json.Unmarshal(asJSON, cfg))
}

// explain names the field that a value does not fit.
func explain(err error) error {
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) && mismatch.Field != "" {
		return fmt.Errorf("field %q: %s does not fit %v: %w", mismatch.Field, mismatch.Value, mismatch.Type, err)
	}
	return err
}
