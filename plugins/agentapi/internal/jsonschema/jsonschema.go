// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package jsonschema describes the JSON form of protobuf messages
// (https://protobuf.dev/programming-guides/json/) as JSON schema, draft 7, which
// is what editors of YAML understand.
//
// A schema is at most as strict as what reads the messages: what it refuses is
// wrong, what it accepts may still be.
package jsonschema

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// Names tells which names of fields a schema has.
type Names int

// The JSON mapping reads fields by both names and writes JSON names.
const (
	BothNames Names = iota
	OnlyProtoNames
	OnlyJSONNames
)

type object = map[string]any

// Of returns the schema of a message as a value for encoding/json.
func Of(message protoreflect.MessageDescriptor, names Names) any {
	s := schema{names: names, definitions: object{}}
	root := s.message(message)
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["definitions"] = s.definitions
	return root
}

type schema struct {
	names       Names
	definitions object
}

// message returns the schema of a message itself, not a reference.
func (s *schema) message(message protoreflect.MessageDescriptor) object {
	properties := object{}
	fields := message.Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		for _, name := range s.namesOf(field) {
			properties[name] = s.field(field)
		}
	}
	return object{
		"type":                 "object",
		"title":                string(message.Name()),
		"properties":           properties,
		"additionalProperties": false,
	}
}

func (s *schema) namesOf(field protoreflect.FieldDescriptor) []string {
	switch s.names {
	case OnlyProtoNames:
		return []string{string(field.Name())}
	case OnlyJSONNames:
		return []string{field.JSONName()}
	default:
		return []string{field.JSONName(), string(field.Name())}
	}
}

func (s *schema) field(field protoreflect.FieldDescriptor) object {
	switch {
	case field.IsMap():
		return object{"type": "object", "additionalProperties": s.single(field.MapValue())}
	case field.IsList():
		return object{"type": "array", "items": s.single(field)}
	default:
		return s.single(field)
	}
}

// single returns the schema of a field, or of an element if it is a list.
func (s *schema) single(field protoreflect.FieldDescriptor) object {
	switch kind := field.Kind(); kind {
	case protoreflect.BoolKind:
		return object{"type": "boolean"}
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return integer(field, math.MinInt32, math.MaxInt32)
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return integer(field, 0, math.MaxUint32)
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return anyOf(integer(field, math.MinInt64, math.MaxInt64), object{"type": "string", "pattern": `^-?[0-9]+$`})
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return anyOf(integer(field, 0, math.MaxUint64), object{"type": "string", "pattern": `^[0-9]+$`})
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		return anyOf(object{"type": "number"}, object{"enum": []string{"NaN", "Infinity", "-Infinity"}})
	case protoreflect.StringKind:
		return text(field)
	case protoreflect.BytesKind:
		return object{"type": "string", "contentEncoding": "base64"}
	case protoreflect.EnumKind:
		return enum(field.Enum())
	default:
		return s.reference(field.Message())
	}
}

func enum(enum protoreflect.EnumDescriptor) object {
	if enum.FullName() == "google.protobuf.NullValue" {
		return object{"type": "null"}
	}
	var values []any
	for i := range enum.Values().Len() {
		values = append(values, string(enum.Values().Get(i).Name()))
	}
	for i := range enum.Values().Len() {
		values = append(values, int32(enum.Values().Get(i).Number()))
	}
	return object{"enum": values}
}

// reference returns a reference to the definition of a message, since messages
// may contain themselves.
func (s *schema) reference(message protoreflect.MessageDescriptor) object {
	if known, ok := wellKnown[message.FullName()]; ok {
		return known
	}
	name := string(message.FullName())
	if _, ok := s.definitions[name]; !ok {
		s.definitions[name] = nil // is being made
		s.definitions[name] = s.message(message)
	}
	return object{"$ref": fmt.Sprintf("#/definitions/%s", name)}
}

// wellKnown are the messages that have a JSON form of their own.
var wellKnown = map[protoreflect.FullName]object{
	"google.protobuf.Any":         {"type": "object", "properties": object{"@type": object{"type": "string"}}},
	"google.protobuf.Timestamp":   {"type": "string", "format": "date-time"},
	"google.protobuf.Duration":    {"type": "string", "pattern": `^-?[0-9]+(\.[0-9]{1,9})?s$`},
	"google.protobuf.FieldMask":   {"type": "string"},
	"google.protobuf.Struct":      {"type": "object"},
	"google.protobuf.Value":       {},
	"google.protobuf.ListValue":   {"type": "array"},
	"google.protobuf.Empty":       {"type": "object", "additionalProperties": false},
	"google.protobuf.BoolValue":   {"type": "boolean"},
	"google.protobuf.Int32Value":  {"type": "integer"},
	"google.protobuf.UInt32Value": {"type": "integer", "minimum": 0},
	"google.protobuf.Int64Value":  {"type": []string{"integer", "string"}},
	"google.protobuf.UInt64Value": {"type": []string{"integer", "string"}},
	"google.protobuf.FloatValue":  {"type": []string{"number", "string"}},
	"google.protobuf.DoubleValue": {"type": []string{"number", "string"}},
	"google.protobuf.StringValue": {"type": "string"},
	"google.protobuf.BytesValue":  {"type": "string", "contentEncoding": "base64"},
}

func anyOf(schemas ...object) object { return object{"anyOf": schemas} }
