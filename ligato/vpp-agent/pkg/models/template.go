// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package models

import (
	"fmt"
	"net"
	"strings"
	"text/template"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

// invalidPart stands for a part of a name that its field cannot give.
const invalidPart = "<invalid>"

// allocRefPrefix begins a reference to an allocated address. It is a constant
// of the netalloc model, which cannot be imported here.
const allocRefPrefix = "alloc:"

var templateFuncs = template.FuncMap{
	"field":   templateField,
	"ip":      templateIP,
	"protoip": templateIPVersion,
	"ipnet":   templateIPNet,
}

// NameTemplate makes a name function of a text/template that is executed on a
// message, with fields by their Go names. It panics if t cannot be parsed.
//
// Besides the functions of text/template there are:
//
//	field msg n   the value of the field with number n, or "<invalid>"
//	ip s          the canonical form of an IP address, or "<invalid>"
//	protoip s     "IPv4", "IPv6" or "<invalid>"
//	ipnet s       a map with IP (the network's address) and MaskSize of an
//	              address with prefix length; nil for a reference to an
//	              allocated address
func NameTemplate(t string) NameFunc {
	tmpl := template.Must(template.New("name").Funcs(templateFuncs).Option("missingkey=error").Parse(t))
	return func(x any) (string, error) {
		if m, ok := x.(*dynamicpb.Message); ok {
			x = dynamicTemplateData(m.ProtoReflect())
		}
		var name strings.Builder
		if err := tmpl.Execute(&name, x); err != nil {
			return "", err
		}
		return name.String(), nil
	}
}

func templateField(x any, number int) string {
	if data, ok := x.(map[string]any); ok {
		x = data[dynamicMessageKey]
	}
	m, ok := x.(proto.Message)
	if !ok {
		return invalidPart
	}
	field := m.ProtoReflect().Descriptor().Fields().ByNumber(protoreflect.FieldNumber(number))
	if field == nil {
		return invalidPart
	}
	return m.ProtoReflect().Get(field).String()
}

func templateIP(s string) string {
	ip := net.ParseIP(s)
	if ip == nil {
		return invalidPart
	}
	return ip.String()
}

func templateIPVersion(s string) string {
	ip := net.ParseIP(s)
	switch {
	case ip == nil:
		return invalidPart
	case ip.To4() != nil:
		return "IPv4"
	default:
		return "IPv6"
	}
}

func templateIPNet(s string) map[string]any {
	if strings.HasPrefix(s, allocRefPrefix) {
		return nil
	}
	_, network, err := net.ParseCIDR(s)
	if err != nil {
		return map[string]any{"IP": invalidPart, "MaskSize": 0, "AllocRef": ""}
	}
	size, _ := network.Mask.Size()
	return map[string]any{"IP": network.IP.String(), "MaskSize": size, "AllocRef": ""}
}

// dynamicMessageKey is where the data of a dynamic message has the message
// itself. It is not a name that a field can have.
const dynamicMessageKey = "\x00"

// dynamicTemplateData makes the data of a name template from a message without
// Go type: a map by the names that the fields would have in generated code, so
// that one template serves both kinds of message.
func dynamicTemplateData(m protoreflect.Message) map[string]any {
	fields := m.Descriptor().Fields()
	data := make(map[string]any, fields.Len()+1)
	data[dynamicMessageKey] = m.Interface()
	for i := range fields.Len() {
		field := fields.Get(i)
		data[goName(string(field.Name()))] = dynamicTemplateValue(m, field)
	}
	return data
}

func dynamicTemplateValue(m protoreflect.Message, field protoreflect.FieldDescriptor) any {
	value := m.Get(field)
	switch {
	case field.IsMap():
		entries := make(map[string]any)
		value.Map().Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
			entries[k.String()] = dynamicTemplateSingle(field.MapValue(), v)
			return true
		})
		return entries
	case field.IsList():
		items := make([]any, value.List().Len())
		for i := range items {
			items[i] = dynamicTemplateSingle(field, value.List().Get(i))
		}
		return items
	case field.Message() != nil && !m.Has(field):
		return nil
	default:
		return dynamicTemplateSingle(field, value)
	}
}

func dynamicTemplateSingle(field protoreflect.FieldDescriptor, value protoreflect.Value) any {
	switch field.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return dynamicTemplateData(value.Message())
	case protoreflect.EnumKind:
		if v := field.Enum().Values().ByNumber(value.Enum()); v != nil {
			return string(v.Name())
		}
		return fmt.Sprint(value.Enum())
	default:
		return value.Interface()
	}
}

// goName returns the name that protoc-gen-go gives a field: words joined in
// camel case, as documented in the Go Generated Code Guide of protobuf.
func goName(protoName string) string {
	lower := func(c byte) bool { return 'a' <= c && c <= 'z' }
	digit := func(c byte) bool { return '0' <= c && c <= '9' }
	var name []byte
	for i := 0; i < len(protoName); i++ {
		c := protoName[i]
		switch {
		case c == '_' && i == 0:
			name = append(name, 'X')
		case c == '_' && i+1 < len(protoName) && lower(protoName[i+1]):
			// The next letter begins a word.
		case digit(c):
			name = append(name, c)
		default:
			if lower(c) {
				c -= 'a' - 'A'
			}
			name = append(name, c)
			for i+1 < len(protoName) && lower(protoName[i+1]) {
				i++
				name = append(name, protoName[i])
			}
		}
	}
	return string(name)
}
