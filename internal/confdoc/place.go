// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package confdoc

import (
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Place puts copies of values into a configuration: a message whose fields are
// groups, each a message with a list, or one message, for each type of value. All
// groups are created. Values whose type has no field are returned.
func Place(config proto.Message, values []proto.Message) (left []proto.Message, err error) {
	byName := make(map[protoreflect.FullName][]proto.Message)
	for _, value := range values {
		name := nameOf(value)
		byName[name] = append(byName[name], value)
	}
	err = eachField(config, func(group protoreflect.Message, field protoreflect.FieldDescriptor) error {
		name := field.Message().FullName()
		for _, value := range byName[name] {
			var target protoreflect.Message
			if field.IsList() {
				target = group.Mutable(field).List().AppendMutable().Message()
			} else {
				group.Clear(field)
				target = group.Mutable(field).Message()
			}
			if err := copyTo(target, value); err != nil {
				return err
			}
		}
		delete(byName, name)
		return nil
	})
	for _, value := range values {
		if _, ok := byName[nameOf(value)]; ok {
			left = append(left, value)
		}
	}
	return left, err
}

// Extract returns the values in a configuration.
func Extract(config proto.Message) []proto.Message {
	var values []proto.Message
	// The function called for the fields does not fail.
	_ = eachField(config, func(group protoreflect.Message, field protoreflect.FieldDescriptor) error {
		switch {
		case field.IsList():
			list := group.Get(field).List()
			for i := range list.Len() {
				values = append(values, list.Get(i).Message().Interface())
			}
		case group.Has(field):
			values = append(values, group.Get(field).Message().Interface())
		}
		return nil
	})
	return values
}

// eachField calls do for each field of each group. Missing groups are created.
func eachField(config proto.Message, do func(protoreflect.Message, protoreflect.FieldDescriptor) error) error {
	groups := config.ProtoReflect().Descriptor().Fields()
	for i := range groups.Len() {
		groupField := groups.Get(i)
		if groupField.Message() == nil || groupField.IsList() || groupField.IsMap() {
			continue
		}
		group := config.ProtoReflect().Mutable(groupField).Message()
		fields := groupField.Message().Fields()
		for j := range fields.Len() {
			field := fields.Get(j)
			if field.Message() == nil || field.IsMap() {
				continue
			}
			if err := do(group, field); err != nil {
				return err
			}
		}
	}
	return nil
}

// copyTo copies between messages of the same name, one of which may be dynamic.
func copyTo(dst protoreflect.Message, src proto.Message) error {
	if dst.Descriptor() == src.ProtoReflect().Descriptor() {
		proto.Merge(dst.Interface(), src)
		return nil
	}
	data, err := proto.Marshal(src)
	if err == nil {
		err = proto.UnmarshalOptions{Merge: true}.Unmarshal(data, dst.Interface())
	}
	if err != nil {
		return fmt.Errorf("copy a value of type %s: %w", nameOf(src), err)
	}
	return nil
}

func nameOf(message proto.Message) protoreflect.FullName {
	return message.ProtoReflect().Descriptor().FullName()
}
