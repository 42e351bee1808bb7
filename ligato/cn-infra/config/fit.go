// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// fitter prepares a decoded file for encoding/json, guided by what it goes into:
// durations become numbers, nulls and unknown keys go away. Lists in the target
// are emptied where the file has one, because encoding/json would reuse their
// elements. What is left to encoding/json it does not look at.
type fitter struct {
	unknown []string
}

var (
	durationType    = reflect.TypeFor[time.Duration]()
	unmarshalerType = reflect.TypeFor[json.Unmarshaler]()
	textType        = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// value fits v, which the file has at path, to target.
func (f *fitter) value(v any, target reflect.Value, path string) (any, error) {
	t := target.Type()
	switch {
	case t.Implements(unmarshalerType), t.Implements(textType):
		return v, nil
	case t.Kind() == reflect.Pointer:
		if target.IsNil() {
			target = reflect.New(t.Elem())
		}
		return f.value(v, target.Elem(), path)
	case reflect.PointerTo(t).Implements(unmarshalerType), reflect.PointerTo(t).Implements(textType):
		return v, nil
	case t == durationType:
		return duration(v, path)
	}

	switch v := v.(type) {
	case map[string]any:
		switch t.Kind() {
		case reflect.Struct:
			fields := fieldIndexes(t)
			return f.entries(v, path, func(key string) (reflect.Value, bool) {
				index, ok := lookup(fields, key)
				if !ok {
					return reflect.Value{}, false
				}
				field, err := target.FieldByIndexErr(index)
				if err != nil { // in an embedded struct that is not there yet
					field = reflect.New(t.FieldByIndex(index).Type).Elem()
				}
				return field, true
			})
		case reflect.Map:
			return f.entries(v, path, func(string) (reflect.Value, bool) {
				return reflect.New(t.Elem()).Elem(), true
			})
		}
	case []any:
		switch t.Kind() {
		case reflect.Slice, reflect.Array:
			if target.CanSet() {
				target.SetZero()
			}
			for i := range v {
				fitted, err := f.value(v[i], reflect.New(t.Elem()).Elem(), fmt.Sprintf("%s[%d]", path, i))
				if err != nil {
					return nil, err
				}
				v[i] = fitted
			}
		}
	}
	return v, nil
}

func (f *fitter) entries(m map[string]any, path string, target func(key string) (reflect.Value, bool)) (any, error) {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		at := strings.TrimPrefix(path+"."+key, ".")
		to, known := target(key)
		switch {
		case !known:
			f.unknown = append(f.unknown, at)
			delete(m, key)
		case m[key] == nil:
			// encoding/json would clear lists, maps and pointers.
			delete(m, key)
		default:
			fitted, err := f.value(m[key], to, at)
			if err != nil {
				return nil, err
			}
			m[key] = fitted
		}
	}
	return m, nil
}

// fieldIndexes returns the indexes of the fields that encoding/json would set,
// by their keys.
func fieldIndexes(t reflect.Type) map[string][]int {
	indexes := make(map[string][]int)
	for _, field := range reflect.VisibleFields(t) {
		tag := field.Tag.Get("json")
		name, _, _ := strings.Cut(tag, ",")
		embedded := field.Type
		if embedded.Kind() == reflect.Pointer {
			embedded = embedded.Elem()
		}
		switch {
		case tag == "-":
		case field.Anonymous && name == "" && embedded.Kind() == reflect.Struct:
			// Its fields are visible themselves.
		case field.IsExported():
			indexes[cmp.Or(name, field.Name)] = field.Index
		}
	}
	return indexes
}

func lookup(fields map[string][]int, key string) (index []int, ok bool) {
	if index, ok := fields[key]; ok {
		return index, true
	}
	for name, index := range fields {
		if strings.EqualFold(name, key) {
			return index, true
		}
	}
	return nil, false
}

// duration converts a string with a unit to nanoseconds.
func duration(v any, path string) (any, error) {
	text, ok := v.(string)
	if !ok {
		return v, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return nil, fmt.Errorf("field %q: %w", path, err)
	}
	return json.Number(fmt.Sprint(int64(d))), nil
}
