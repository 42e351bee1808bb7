// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package keyval

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// Serializer turns messages into bytes and back.
type Serializer interface {
	// Unmarshal replaces the content of the message by what the data says.
	Unmarshal(data []byte, protoData proto.Message) error
	// Marshal returns the message as bytes.
	Marshal(message proto.Message) ([]byte, error)
}

// DefaultMarshaler writes the JSON of SerializerJSON: field names as in the
// proto file, fields without value left out.
var DefaultMarshaler = &protojson.MarshalOptions{UseProtoNames: true}

// SerializerProto is the binary wire format.
type SerializerProto struct{}

// Unmarshal parses the wire format.
func (s *SerializerProto) Unmarshal(data []byte, protoData proto.Message) error {
	return proto.Unmarshal(data, protoData)
}

// Marshal returns the wire format. The same message gives the same bytes within
// one build of a program.
func (s *SerializerProto) Marshal(message proto.Message) ([]byte, error) {
	return proto.MarshalOptions{Deterministic: true}.Marshal(message)
}

// SerializerJSON is the JSON mapping of protobuf. Both styles of field names
// are read.
type SerializerJSON struct {
	// ExpandEnvVars replaces ${NAME} in the JSON by the environment variable,
	// or by nothing if it is not set, before the JSON is parsed. $$ stands for
	// one $; any other $ is left alone.
	ExpandEnvVars bool
	// DiscardUnknown ignores fields that the message does not have. Without it
	// they are an error, so that a misspelled field does not pass unnoticed.
	DiscardUnknown bool
}

// Unmarshal parses JSON.
func (s *SerializerJSON) Unmarshal(data []byte, protoData proto.Message) error {
	if s.ExpandEnvVars {
		data = expandEnv(data)
	}
	return protojson.UnmarshalOptions{DiscardUnknown: s.DiscardUnknown}.Unmarshal(data, protoData)
}

// Marshal returns compact JSON, "null" for a nil message. The same message
// gives the same bytes, so that stored values can be compared.
func (s *SerializerJSON) Marshal(message proto.Message) ([]byte, error) {
	if message == nil {
		return []byte("null"), nil
	}
	data, err := DefaultMarshaler.Marshal(message)
	if err != nil {
		return nil, err
	}
	// protojson inserts spaces at random, on purpose.
	var out bytes.Buffer
	out.Grow(len(data))
	if err := json.Compact(&out, data); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

var envReference = regexp.MustCompile(`\$\$|\$\{[A-Za-z_][A-Za-z0-9_]*\}`)

func expandEnv(data []byte) []byte {
	return envReference.ReplaceAllFunc(data, func(ref []byte) []byte {
		if string(ref) == "$$" {
			return []byte("$")
		}
		return []byte(os.Getenv(string(ref[2 : len(ref)-1])))
	})
}
