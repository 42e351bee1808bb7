// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"slices"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/keysort"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/utils"
)

// Value is a value to be applied, nil to be deleted.
type Value struct {
	Key      string
	Value    *utils.RecordedProtoMessage
	Origin   api.ValueOrigin
	Metadata api.Metadata // with a notification
}

func (v *Value) message() proto.Message {
	if v.Value == nil {
		return nil
	}
	return v.Value.Message
}

// Latest sorts the values by key and keeps the last one of each key. It takes
// over the list.
func Latest(values []Value) []Value {
	keysort.Sort(values, keyOf)
	latest := values[:0]
	for i := range values {
		if i+1 == len(values) || values[i+1].Key != values[i].Key {
			latest = append(latest, values[i])
		}
	}
	clear(values[len(latest):])
	return latest
}

func keyOf(v *Value) string { return v.Key }

// Append is append for lists that become large one by one. It doubles them,
// where append would copy them again for every quarter more.
func Append[T any](list []T, v T) []T {
	if len(list) == cap(list) {
		list = slices.Grow(list, max(1, len(list)))
	}
	return append(list, v)
}
