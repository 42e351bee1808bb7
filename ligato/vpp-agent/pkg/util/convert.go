// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package util

import (
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

var allFields = protojson.MarshalOptions{EmitUnpopulated: true}

// ConvertProto returns a new message of the type of dst with the content of
// src. The two must agree in the names of their fields.
func ConvertProto(dst, src proto.Message) (proto.Message, error) {
	data, err := allFields.Marshal(src)
	if err != nil {
		return nil, fmt.Errorf("convert %s: %w", src.ProtoReflect().Descriptor().FullName(), err)
	}
	converted := dst.ProtoReflect().New().Interface()
	if err := protojson.Unmarshal(data, converted); err != nil {
		return nil, fmt.Errorf("convert %s to %s: %w", src.ProtoReflect().Descriptor().FullName(),
			converted.ProtoReflect().Descriptor().FullName(), err)
	}
	return converted, nil
}

// ConvertProtoToMap returns the JSON form of a message, with fields that are
// not set.
func ConvertProtoToMap(src proto.Message) (map[string]any, error) {
	data, err := allFields.Marshal(src)
	if err != nil {
		return nil, fmt.Errorf("convert %s: %w", src.ProtoReflect().Descriptor().FullName(), err)
	}
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, fmt.Errorf("convert %s: %w", src.ProtoReflect().Descriptor().FullName(), err)
	}
	return fields, nil
}
