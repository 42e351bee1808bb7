// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package utils

import (
	"strings"

	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
)

const emptyMessageName = "google.protobuf.Empty"

// ProtoToString renders a message as one line: "<NIL>", "<EMPTY>" for
// google.protobuf.Empty, otherwise "{ <prototext> }". The text is the same in
// every build, which prototext itself does not promise.
func ProtoToString(msg proto.Message) string {
	if IsNil(msg) {
		return "<NIL>"
	}
	if recorded, ok := msg.(*RecordedProtoMessage); ok {
		msg = recorded.Message
	}
	if msg.ProtoReflect().Descriptor().FullName() == emptyMessageName {
		return "<EMPTY>"
	}
	opts := prototext.MarshalOptions{AllowPartial: true, EmitUnknown: true, Resolver: resolver{}}
	text, err := opts.Marshal(msg)
	if err != nil {
		return "{ <" + err.Error() + "> }"
	}
	if len(text) == 0 {
		return "{ }"
	}
	return "{ " + singleSpaces(string(text)) + " }"
}

// singleSpaces joins runs of spaces outside of quoted strings. prototext
// separates fields by one or two spaces, depending on a hash of the program,
// so that nobody relies on its output.
func singleSpaces(text string) string {
	var out strings.Builder
	out.Grow(len(text))
	var quote byte
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0 && c == '\\' && i+1 < len(text):
			out.WriteByte(c)
			i++
			c = text[i]
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case quote == 0 && c == ' ' && i > 0 && text[i-1] == ' ':
			continue
		}
		out.WriteByte(c)
	}
	return out.String()
}
