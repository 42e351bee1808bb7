// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package confdoc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.ligato.io/vpp-agent/v3/pkg/models"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
	"sigs.k8s.io/yaml"
)

// Value is a value in a document.
type Value struct {
	// Path is the place of the value, as in "linuxConfig.interfaces[0]".
	Path    string
	Message proto.Message
	// Key is the key of the value. It is empty if the value has none of its own,
	// and Err says why: it has no name, or that of an earlier value.
	Key string
	Err error
}

// Read returns the values of a document in YAML or JSON, as instances of their
// models. What the values mean is not checked. The error names the place in the
// document.
func (f *Form) Read(text []byte) ([]Value, error) {
	data, err := yaml.YAMLToJSONStrict(text)
	if err != nil {
		return nil, fmt.Errorf("not valid YAML: %w", err)
	}
	groups, err := fieldsOf("", f.message, data)
	if err != nil {
		return nil, err
	}
	var values []Value
	for _, group := range groups {
		fields, err := fieldsOf(group.path, group.Message(), group.data)
		if err != nil {
			return nil, err
		}
		for _, field := range fields {
			inField, err := f.readField(field)
			if err != nil {
				return nil, err
			}
			values = append(values, inField...)
		}
	}
	f.setKeys(values)
	return values, nil
}

func (f *Form) setKeys(values []Value) {
	first := make(map[string]string, len(values))
	for i := range values {
		v := &values[i]
		v.Key, v.Err = Key(f.registry, v.Message)
		if v.Err != nil {
			continue
		}
		if path, ok := first[v.Key]; ok {
			v.Key, v.Err = "", fmt.Errorf("is %s again: both have the key %s", path, v.Key)
			continue
		}
		first[v.Key] = v.Path
	}
}

// Key returns the key of a message. It must have a name if its model has.
func Key(registry models.Registry, message proto.Message) (string, error) {
	model, err := registry.GetModelFor(message)
	if err != nil {
		return "", err
	}
	key, err := models.GetKeyUsingModelRegistry(message, registry)
	if err != nil {
		return "", err
	}
	if !model.IsKeyValid(key) {
		return "", fmt.Errorf("a value of model %s needs a name", model.Name())
	}
	return key, nil
}

// field is a field of the document.
type field struct {
	protoreflect.FieldDescriptor
	path string
	data json.RawMessage
}

// fieldsOf returns the fields of an object, in the order of the definition.
func fieldsOf(path string, message protoreflect.MessageDescriptor, data json.RawMessage) ([]field, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil {
		return nil, errors.New(at(path, "an object is needed here"))
	}
	var fields []field
	for i := range message.Fields().Len() {
		descriptor := message.Fields().Get(i)
		var names []string
		for _, name := range []string{descriptor.JSONName(), string(descriptor.Name())} {
			if data, ok := object[name]; ok && !slices.Contains(names, name) {
				names = append(names, name)
				fields = append(fields, field{FieldDescriptor: descriptor, path: join(path, name), data: data})
			}
		}
		if len(names) > 1 {
			return nil, fmt.Errorf("%s and %s are the same", join(path, names[0]), names[1])
		}
		delete(object, descriptor.JSONName())
		delete(object, string(descriptor.Name()))
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		return nil, fmt.Errorf("%s: there is no such field; there are %s", join(path, name), namesOf(message))
	}
	return fields, nil
}

func namesOf(message protoreflect.MessageDescriptor) string {
	var names []string
	for i := range message.Fields().Len() {
		names = append(names, message.Fields().Get(i).JSONName())
	}
	return strings.Join(names, ", ")
}

// readField returns the value or the values of one model.
func (f *Form) readField(in field) ([]Value, error) {
	if !in.IsList() {
		value, err := f.readValue(in, in.path, in.data)
		if err != nil || value.Message == nil {
			return nil, err
		}
		return []Value{value}, nil
	}
	var elements []json.RawMessage
	if err := json.Unmarshal(in.data, &elements); err != nil {
		return nil, errors.New(at(in.path, "a list is needed here"))
	}
	values := make([]Value, 0, len(elements))
	for i, element := range elements {
		path := fmt.Sprintf("%s[%d]", in.path, i)
		value, err := f.readValue(in, path, element)
		if err != nil {
			return nil, err
		}
		if value.Message == nil {
			return nil, errors.New(at(path, "an object is needed here"))
		}
		values = append(values, value)
	}
	return values, nil
}

// readValue returns a value without message for null.
func (f *Form) readValue(in field, path string, data json.RawMessage) (Value, error) {
	if bytes.Equal(data, []byte("null")) {
		return Value{}, nil
	}
	model, err := f.registry.GetModelFor(dynamicpb.NewMessage(in.Message()))
	if err != nil {
		return Value{}, err
	}
	message := model.NewInstance()
	if err := Unmarshal(data, message); err != nil {
		return Value{}, errors.New(at(path, err.Error()))
	}
	return Value{Path: path, Message: message}, nil
}

// Unmarshal reads one value in JSON. The error does not begin with a line and a
// column, which are not those of what somebody has written.
func Unmarshal(data []byte, message proto.Message) error {
	if err := protojson.Unmarshal(data, message); err != nil {
		return errors.New(linePrefix.ReplaceAllString(err.Error(), ""))
	}
	return nil
}

// linePrefix is what protojson says first.
var linePrefix = regexp.MustCompile(`^proto:[\s\x{a0}]*(syntax error )?(\(line \d+:\d+\):\s*)?`)

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func at(path, text string) string {
	if path == "" {
		return text
	}
	return path + ": " + text
}
