// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package fill puts the values that a client has got where its caller wants
// them.
package fill

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/vpp-agent/v3/pkg/util"
)

// Destinations puts values, in the order of their keys, into destinations: if
// all of those are messages, into the fields that are of the values' types, else
// into the fields of structs that have their Go types. It fails if a destination
// is neither a message nor a pointer to a struct.
func Destinations(values map[string]proto.Message, dsts []interface{}) error {
	var messages []proto.Message
	for _, dst := range dsts {
		v := reflect.ValueOf(dst)
		if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
			return fmt.Errorf("destination is %T: neither a message nor a pointer to a struct", dst)
		}
		if message, ok := dst.(proto.Message); ok {
			messages = append(messages, message)
		}
	}
	if len(messages) < len(dsts) {
		util.PlaceProtos(values, dsts...)
		return nil
	}
	ordered := make([]proto.Message, 0, len(values))
	for _, key := range slices.Sorted(maps.Keys(values)) {
		ordered = append(ordered, values[key])
	}
	util.PlaceProtosIntoProtos(ordered, 1, messages...)
	return nil
}
