// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package client

import (
	"fmt"
	"maps"

	"google.golang.org/protobuf/proto"
)

// GetValue merges the message into out, which has to be of the same type.
func (item *UpdateItem) GetValue(out proto.Message) error {
	if item.Message == nil {
		return nil
	}
	want, have := out.ProtoReflect().Descriptor(), item.Message.ProtoReflect().Descriptor()
	if want == have {
		proto.Merge(out, item.Message)
		return nil
	}
	if want.FullName() != have.FullName() {
		return fmt.Errorf("value is of type %s, not %s", have.FullName(), want.FullName())
	}
	data, err := proto.Marshal(item.Message)
	if err == nil {
		err = proto.UnmarshalOptions{Merge: true}.Unmarshal(data, out)
	}
	if err != nil {
		return fmt.Errorf("value of type %s: %w", have.FullName(), err)
	}
	return nil
}

// GetLabels returns the labels.
func (item *UpdateItem) GetLabels() map[string]string { return item.Labels }

// clone makes a copy, so that the caller may go on with the message.
func (item *UpdateItem) clone() *UpdateItem {
	return &UpdateItem{Message: proto.Clone(item.Message), Labels: maps.Clone(item.Labels)}
}

// ProtosToUpdateItems returns items without labels.
func ProtosToUpdateItems(msgs []proto.Message) []UpdateItem {
	items := make([]UpdateItem, 0, len(msgs))
	for _, msg := range msgs {
		items = append(items, UpdateItem{Message: msg})
	}
	return items
}
