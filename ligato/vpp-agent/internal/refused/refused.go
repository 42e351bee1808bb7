// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package refused marks values that a source of configuration holds but that
// cannot be used: they cannot be decoded, or are not what their key says.
//
// Such a value still has to be told to the scheduler, since a key whose value
// became unusable is not a key that was deleted: what was applied for it before
// stays, and its state is INVALID with the reason. The mark is a message of the
// type that the key's model has, empty but for the reason.
//
// Whoever processes values asks [Reason] before anything else. Code that does
// not know of the mark sees a message that is not of the Go type it expects,
// and refuses it by itself.
package refused

import (
	"errors"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// reasonField is the number of the unknown field with the reason. It is the
// last that protobuf allows, which no message here has. The reason is part of
// the message, so that two marks are equal only if their reasons are.
const reasonField protowire.Number = protowire.MaxValidNumber

// value must not be usable in place of the message in it.
type value struct {
	proto.Message
	reason error
}

// New marks a value as refused. The message is of the type that the value
// should have had and is not changed.
func New(message proto.Message, reason error) proto.Message {
	marked := message.ProtoReflect().New()
	text := strings.ToValidUTF8(reason.Error(), "\uFFFD")
	field := protowire.AppendTag(nil, reasonField, protowire.BytesType)
	marked.SetUnknown(protowire.AppendString(field, text))
	return &value{Message: marked.Interface(), reason: reason}
}

// String returns the reason.
func (v *value) String() string { return v.reason.Error() }

// Reason tells why a value was refused. It is nil for all other values. It also
// knows copies of a mark, such as made by proto.Clone.
func Reason(message proto.Message) error {
	switch v := message.(type) {
	case nil:
		return nil
	case *value:
		return v.reason
	}
	unknown := message.ProtoReflect().GetUnknown()
	number, typ, n := protowire.ConsumeTag(unknown)
	if n < 0 || number != reasonField || typ != protowire.BytesType {
		return nil
	}
	text, n := protowire.ConsumeString(unknown[n:])
	if n < 0 {
		return nil
	}
	return errors.New(text)
}
