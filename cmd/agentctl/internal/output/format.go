// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package output

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/template"

	"github.com/ifwatcher/ifwatcher/internal/orderedyaml"
)

// Formats other than a table. Anything else that is asked for is a template.
const (
	JSON = "json"
	YAML = "yaml"
)

// Write writes a value in a format: JSON, YAML, or a template as in package
// text/template, whose dot is the value. Raw JSON in the value keeps its
// order.
func Write(w *Writer, format string, value any) error {
	switch strings.ToLower(format) {
	case JSON:
		return writeJSON(w, value)
	case YAML, "yml":
		return writeYAML(w, value)
	}
	return writeTemplate(w, format, value)
}

func writeJSON(w *Writer, value any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(value); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

func writeYAML(w *Writer, value any) error {
	text, err := yamlOf(value)
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("write YAML: %w", err)
	}
	return nil
}

func yamlOf(value any) ([]byte, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("write YAML: %w", err)
	}
	return orderedyaml.FromJSON(text)
}

// templateFuncs are beside the functions that every template has.
var templateFuncs = template.FuncMap{
	"json": func(value any) (string, error) {
		text, err := json.Marshal(value)
		return string(text), err
	},
	"yaml": func(value any) (string, error) {
		text, err := yamlOf(value)
		return string(text), err
	},
	"join":  strings.Join,
	"upper": strings.ToUpper,
	"lower": strings.ToLower,
}

func writeTemplate(w *Writer, format string, value any) error {
	if !strings.Contains(format, "{{") {
		return fmt.Errorf("unknown output format %q: not json or yaml, nor a template such as '{{.}}'", format)
	}
	tmpl, err := template.New("format").Funcs(templateFuncs).Parse(format)
	if err != nil {
		return fmt.Errorf("template of --format: %s", strings.TrimPrefix(err.Error(), "template: "))
	}
	var b bytes.Buffer
	if err := tmpl.Execute(&b, value); err != nil {
		var exec template.ExecError
		if errors.As(err, &exec) {
			err = exec.Err
		}
		return fmt.Errorf("template of --format: %s", strings.TrimPrefix(err.Error(), "template: "))
	}
	b.WriteByte('\n')
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}
