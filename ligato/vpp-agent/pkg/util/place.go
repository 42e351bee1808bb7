// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package util

import (
	"maps"
	"reflect"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

var messageType = reflect.TypeFor[proto.Message]()

// ExtractProtos returns the messages in the fields of the given structs: those
// of fields that are messages, and the elements of fields that are lists of
// messages. Fields of fields are not looked at. A nil message is left out.
func ExtractProtos(from ...interface{}) []proto.Message {
	var protos []proto.Message
	add := func(v reflect.Value) {
		if v.Kind() == reflect.Pointer && !v.IsNil() && v.Type().Implements(messageType) {
			protos = append(protos, v.Interface().(proto.Message))
		}
	}
	for _, x := range from {
		for _, field := range exportedFields(x) {
			if field.Kind() != reflect.Slice {
				add(field)
				continue
			}
			for i := range field.Len() {
				add(field.Index(i))
			}
		}
	}
	return protos
}

// PlaceProtos puts messages, in the order of their keys, into the fields of the
// given structs that have their Go type: into lists at the end. Messages without
// a place are left out. What is put is not copied.
func PlaceProtos(protos map[string]proto.Message, dsts ...interface{}) {
	for _, key := range slices.Sorted(maps.Keys(protos)) {
		value := reflect.ValueOf(protos[key])
		for _, dst := range dsts {
			for _, field := range exportedFields(dst) {
				switch {
				case field.Type() == value.Type():
					field.Set(value)
				case field.Kind() == reflect.Slice && field.Type().Elem() == value.Type():
					field.Set(reflect.Append(field, value))
				}
			}
		}
	}
}

// exportedFields returns the fields of the struct that x is or points to.
func exportedFields(x interface{}) []reflect.Value {
	v := reflect.Indirect(reflect.ValueOf(x))
	if v.Kind() != reflect.Struct {
		return nil
	}
	var fields []reflect.Value
	for i := range v.NumField() {
		if v.Type().Field(i).IsExported() {
			fields = append(fields, v.Field(i))
		}
	}
	return fields
}

// PlaceProtosIntoProtos puts copies of messages into the fields of the given
// messages, and of messages in them, that are of their type by full name. Lists
// get all of them in the given order, in place of what they had; other fields
// get the last.
//
// Messages on the way are created. Those that are in the end empty are left out
// unless they are within the given number of layers below dsts, where 1 stands
// for the fields of dsts themselves. Messages in lists and maps are not looked
// into. Neither is put what cannot be copied, as text that is not UTF-8 cannot
// between types of different origin.
func PlaceProtosIntoProtos(protos []proto.Message, clearIgnoreLayerCount int, dsts ...proto.Message) {
	byName := make(map[protoreflect.FullName][]proto.Message)
	for _, message := range protos {
		name := message.ProtoReflect().Descriptor().FullName()
		byName[name] = append(byName[name], message)
	}
	p := placement{protos: byName, keep: clearIgnoreLayerCount, onPath: make(map[protoreflect.FullName]bool)}
	for _, dst := range dsts {
		p.fill(dst.ProtoReflect(), 1)
	}
}

type placement struct {
	protos map[protoreflect.FullName][]proto.Message
	keep   int
	// onPath are the types of the messages that are being filled. A type that
	// contains itself has no end.
	onPath map[protoreflect.FullName]bool
}

// fill fills the fields of a message and reports whether it has put anything.
func (p *placement) fill(dst protoreflect.Message, layer int) bool {
	name := dst.Descriptor().FullName()
	if p.onPath[name] {
		return false
	}
	p.onPath[name] = true
	defer delete(p.onPath, name)

	filled := false
	fields := dst.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if field.Message() == nil || field.IsMap() {
			continue
		}
		if protos := p.protos[field.Message().FullName()]; len(protos) > 0 {
			put(dst, field, protos)
			filled = true
			continue
		}
		// Of a oneof, creating one message would remove another.
		if field.IsList() || field.ContainingOneof() != nil {
			continue
		}
		had := dst.Has(field)
		switch {
		case p.fill(dst.Mutable(field).Message(), layer+1):
			filled = true
		case !had && layer > p.keep:
			dst.Clear(field)
		}
	}
	return filled
}

func put(dst protoreflect.Message, field protoreflect.FieldDescriptor, protos []proto.Message) {
	if !field.IsList() {
		value := dst.NewField(field)
		if copyInto(value.Message(), protos[len(protos)-1]) == nil {
			dst.Set(field, value)
		}
		return
	}
	list := dst.NewField(field).List()
	for _, message := range protos {
		element := list.NewElement()
		if copyInto(element.Message(), message) == nil {
			list.Append(element)
		}
	}
	dst.Set(field, protoreflect.ValueOfList(list))
}

// copyInto copies between messages of the same name, which may be of different
// Go types and even of different descriptors: what one agent knows of a type
// another may know more of.
func copyInto(dst protoreflect.Message, src proto.Message) error {
	if dst.Descriptor() == src.ProtoReflect().Descriptor() {
		proto.Merge(dst.Interface(), src)
		return nil
	}
	data, err := proto.MarshalOptions{AllowPartial: true}.Marshal(src)
	if err != nil {
		return err
	}
	return proto.UnmarshalOptions{AllowPartial: true, Merge: true}.Unmarshal(data, dst.Interface())
}
