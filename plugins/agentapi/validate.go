// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/ifwatcher/ifwatcher/internal/confdoc"
)

// invalidPart is what is wrong with one part of a document.
type invalidPart struct {
	// Path is the place, as in "linuxConfig.interfaces[0].ipAddresses". It is
	// empty if the place is not known.
	Path  string `json:"path"`
	Error string `json:"error"`
	// ConfigPart is the value.
	ConfigPart json.RawMessage `json:"error_config_part,omitempty"`
	// DerivedPart is the part of the value that is refused, if that is handled
	// apart from the rest.
	DerivedPart json.RawMessage `json:"error_derived_config_part,omitempty"`
}

// validate tells what is wrong with a document, without applying anything.
func (p *Plugin) validate(req *http.Request) (int, any) {
	values, err := readDocument(req)
	if err != nil {
		return http.StatusInternalServerError, err.Error()
	}
	invalid := withoutKey(values)
	messages := make([]proto.Message, 0, len(values))
	for _, value := range values {
		messages = append(messages, value.Message)
	}
	var refused *kvs.InvalidMessagesError
	switch err := p.KVScheduler.ValidateSemantically(messages); {
	case errors.As(err, &refused):
		for _, messageErr := range refused.MessageErrors() {
			invalid = append(invalid, invalidMessage(values, messageErr)...)
		}
	case err != nil:
		return http.StatusInternalServerError, err.Error()
	}
	if len(invalid) > 0 {
		return http.StatusBadRequest, invalid
	}
	return http.StatusOK, struct{}{}
}

// withoutKey returns the values that have no key of their own.
func withoutKey(values []confdoc.Value) []invalidPart {
	var invalid []invalidPart
	for _, value := range values {
		if value.Err != nil {
			invalid = append(invalid, invalidPart{Path: value.Path, Error: value.Err.Error(), ConfigPart: part(value.Message)})
		}
	}
	return invalid
}

// invalidMessage returns one element for each field that is wrong.
func invalidMessage(values []confdoc.Value, messageErr *kvs.InvalidMessageError) []invalidPart {
	inDocument, derived := messageErr.Message(), proto.Message(nil)
	if parent := messageErr.ParentMessage(); parent != nil {
		inDocument, derived = parent, messageErr.Message()
	}
	element := invalidPart{
		Path:       pathOf(values, inDocument),
		Error:      reason(messageErr),
		ConfigPart: part(inDocument),
	}
	// The fields of a derived part are not fields of the document.
	if derived != nil {
		element.DerivedPart = part(derived)
		return []invalidPart{element}
	}
	var elements []invalidPart
	for _, field := range messageErr.InvalidFields() {
		if field == "" {
			continue
		}
		ofField := element
		ofField.Path += fieldPath(inDocument, field)
		elements = append(elements, ofField)
	}
	if elements == nil {
		return []invalidPart{element}
	}
	return elements
}

func reason(messageErr *kvs.InvalidMessageError) string {
	if err := messageErr.ValidationError(); err != nil {
		return err.Error()
	}
	return messageErr.Error()
}

func pathOf(values []confdoc.Value, message proto.Message) string {
	for _, value := range values {
		if value.Message == message {
			return value.Path
		}
	}
	// The scheduler may have validated a copy.
	for _, value := range values {
		if proto.Equal(value.Message, message) {
			return value.Path
		}
	}
	return ""
}

// fieldPath continues a path to a field, which descriptors name as it is in the
// protobuf definition, by its place in a list or not.
func fieldPath(message proto.Message, field string) string {
	name, rest := field, ""
	if i := strings.IndexAny(field, ".["); i > 0 {
		name, rest = field[:i], field[i:]
	}
	if descriptor := message.ProtoReflect().Descriptor().Fields().ByName(protoreflect.Name(name)); descriptor != nil {
		name = descriptor.JSONName()
	}
	return "." + name + rest
}

func part(message proto.Message) json.RawMessage {
	text, err := protojson.Marshal(message)
	if err != nil {
		return nil
	}
	return text
}
