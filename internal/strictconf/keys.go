// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package strictconf

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"go.ligato.io/cn-infra/v2/config"
)

// ErrUnknownKey is in the error about a key that a plugin does not know.
var ErrUnknownKey = errors.New("unknown key")

// Keys is for plugins that are not ours: it returns source with the difference
// that LoadValue refuses a file with a key that the value has no field for, or
// that has one twice, and one with a second document. All else it leaves to source.
func Keys(source config.PluginConfig) config.PluginConfig { return &strictKeys{source} }

type strictKeys struct{ config.PluginConfig }

// LoadValue implements config.PluginConfig.
func (s *strictKeys) LoadValue(data any) (found bool, err error) {
	if file := s.GetConfigName(); file != "" {
		text, err := read(file)
		if err != nil {
			return false, err
		}
		if err := checkKeys(text, reflect.TypeOf(data)); err != nil {
			return false, fmt.Errorf("configuration %s: %w", file, err)
		}
	}
	return s.PluginConfig.LoadValue(data)
}

func checkKeys(text []byte, into reflect.Type) error {
	text, err := yaml.YAMLToJSONStrict(text)
	if err != nil {
		return err
	}
	var content any
	if err := json.Unmarshal(text, &content); err != nil {
		return err
	}
	if key := unknownKey(content, into, ""); key != "" {
		return fmt.Errorf("%w %q", ErrUnknownKey, key)
	}
	return nil
}

var (
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// unknownKey returns the first key for which t has no field, with the way to
// it, or nothing. It does not look into types that read themselves.
func unknownKey(content any, t reflect.Type, path string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if p := reflect.PointerTo(t); p.Implements(jsonUnmarshaler) || p.Implements(textUnmarshaler) {
		return ""
	}
	switch content := content.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(content)) {
			at := strings.TrimPrefix(path+"."+key, ".")
			of, known := typeOfKey(t, key)
			if !known {
				return at
			}
			if deeper := unknownKey(content[key], of, at); deeper != "" {
				return deeper
			}
		}
	case []any:
		if t.Kind() != reflect.Slice && t.Kind() != reflect.Array {
			return ""
		}
		for i, element := range content {
			if deeper := unknownKey(element, t.Elem(), fmt.Sprintf("%s[%d]", path, i)); deeper != "" {
				return deeper
			}
		}
	}
	return ""
}

// typeOfKey finds a field as encoding/json does. A type that has no keys, where
// the file has some, is the business of who decodes it.
func typeOfKey(t reflect.Type, key string) (of reflect.Type, known bool) {
	switch t.Kind() {
	case reflect.Map:
		return t.Elem(), true
	case reflect.Struct:
		for _, f := range reflect.VisibleFields(t) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "-" || !f.IsExported() || f.Anonymous && name == "" {
				continue
			}
			if name == "" {
				name = f.Name
			}
			if strings.EqualFold(name, key) {
				return f.Type, true
			}
		}
		return nil, false
	}
	return reflect.TypeFor[any](), true
}
