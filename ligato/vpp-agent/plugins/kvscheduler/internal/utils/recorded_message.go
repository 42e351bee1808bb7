// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package utils

import (
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// RecordedProtoMessage is a message together with the full name of its type.
// The message is shared with whoever recorded it and must not be modified.
type RecordedProtoMessage struct {
	proto.Message
	ProtoMsgName string
}

// RecordProtoMessage wraps msg for a record. It gives nil for a nil message.
func RecordProtoMessage(msg proto.Message) *RecordedProtoMessage {
	if IsNil(msg) {
		return nil
	}
	if recorded, ok := msg.(*RecordedProtoMessage); ok {
		return recorded
	}
	return &RecordedProtoMessage{
		Message:      msg,
		ProtoMsgName: string(msg.ProtoReflect().Descriptor().FullName()),
	}
}

// recordedJSON is the JSON form. The name comes first, as served by agents.
type recordedJSON struct {
	ProtoMsgName string
	ProtoMsgData json.RawMessage
}

// MarshalJSON encodes the message with protojson beside the name of its type.
func (p *RecordedProtoMessage) MarshalJSON() ([]byte, error) {
	if p == nil || p.Message == nil {
		return []byte("null"), nil
	}
	data, err := protojson.MarshalOptions{Resolver: resolver{}}.Marshal(p.Message)
	if err != nil {
		return nil, fmt.Errorf("message %s: %w", p.ProtoMsgName, err)
	}
	return json.Marshal(recordedJSON{ProtoMsgName: p.ProtoMsgName, ProtoMsgData: data})
}

// UnmarshalJSON decodes the form written by MarshalJSON. The type is looked
// up by name among the registered models and then among all types of the
// program; for a name that neither knows the error is protoregistry.NotFound.
// Fields that the program's version of the type does not have are ignored.
func (p *RecordedProtoMessage) UnmarshalJSON(b []byte) error {
	var in *recordedJSON
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	if in == nil { // null
		*p = RecordedProtoMessage{}
		return nil
	}
	msgType, err := findType(in.ProtoMsgName)
	if err != nil {
		return err
	}
	msg := msgType.New().Interface()
	if len(in.ProtoMsgData) > 0 {
		opts := protojson.UnmarshalOptions{Resolver: resolver{}, DiscardUnknown: true}
		if err := opts.Unmarshal(in.ProtoMsgData, msg); err != nil {
			return fmt.Errorf("message %s: %w", in.ProtoMsgName, err)
		}
	}
	*p = RecordedProtoMessage{Message: msg, ProtoMsgName: in.ProtoMsgName}
	return nil
}

// IsNil tells whether msg is nil, also when it is a nil record inside a
// non-nil interface.
func IsNil(msg proto.Message) bool {
	if msg == nil {
		return true
	}
	recorded, ok := msg.(*RecordedProtoMessage)
	return ok && (recorded == nil || recorded.Message == nil)
}

var _ interface {
	protoregistry.MessageTypeResolver
	protoregistry.ExtensionTypeResolver
} = resolver{}
