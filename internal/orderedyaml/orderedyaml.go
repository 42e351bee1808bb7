// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package orderedyaml turns JSON into YAML with the members of objects in the
// order that they have, which is the order of a message's definition: a name
// comes before what is set for it. It is not for reading YAML.
package orderedyaml

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v2"
)

// Long texts stay in one line: they are for tools, or for people who wrap them
// as they like.
func init() { yaml.FutureLineWrap() }

// FromJSON converts a document.
func FromJSON(text []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	value, err := ordered(decoder)
	if err == nil {
		text, err = yaml.Marshal(value)
	}
	if err != nil {
		return nil, fmt.Errorf("convert JSON to YAML: %w", err)
	}
	return text, nil
}

// ordered decodes one value; an object becomes a yaml.MapSlice.
func ordered(decoder *json.Decoder) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '[' {
			return orderedList(decoder)
		}
		return orderedObject(decoder)
	case json.Number:
		return number(token), nil
	default:
		return token, nil
	}
}

func orderedList(decoder *json.Decoder) (any, error) {
	list := []any{}
	for decoder.More() {
		value, err := ordered(decoder)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	_, err := decoder.Token()
	return list, err
}

func orderedObject(decoder *json.Decoder) (any, error) {
	object := yaml.MapSlice{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		value, err := ordered(decoder)
		if err != nil {
			return nil, err
		}
		object = append(object, yaml.MapItem{Key: name, Value: value})
	}
	_, err := decoder.Token()
	return object, err
}

// number keeps whole numbers whole.
func number(n json.Number) any {
	if i, err := strconv.ParseInt(n.String(), 10, 64); err == nil {
		return i
	}
	if u, err := strconv.ParseUint(n.String(), 10, 64); err == nil {
		return u
	}
	if f, err := n.Float64(); err == nil {
		return f
	}
	return n.String()
}
