// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"go.ligato.io/vpp-agent/v3/internal/refused"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// TestRefusedValues: values that were refused before they came here are
// invalid with that reason, whether a descriptor is for their key or not.
func TestRefusedValues(t *testing.T) {
	s := newTest(t, "")
	var calls []string
	typed := func(what string, value proto.Message) error {
		calls = append(calls, what)
		if _, ok := value.(*wrapperspb.StringValue); !ok {
			return api.ErrInvalidValueType("", value)
		}
		return nil
	}
	if err := s.RegisterKVDescriptor(&api.KVDescriptor{
		Name:        "d",
		KeySelector: func(key string) bool { return strings.HasPrefix(key, "d/") },
		Validate:    func(_ string, value proto.Message) error { return typed("validate", value) },
		Create:      func(_ string, value proto.Message) (api.Metadata, error) { return nil, typed("create", value) },
		Delete:      func(_ string, value proto.Message, _ api.Metadata) error { return typed("delete", value) },
		Update: func(_ string, _, value proto.Message, _ api.Metadata) (api.Metadata, error) {
			return nil, typed("update", value)
		},
	}); err != nil {
		t.Fatal(err)
	}
	odd := refused.New(&wrapperspb.StringValue{}, errors.New("unknown field speed"))
	steps := []struct {
		name  string
		key   string
		value proto.Message
		state kvscheduler.ValueState
		calls string
	}{
		{"without a descriptor", "other", odd, kvscheduler.ValueState_INVALID, ""},
		{"becomes usable", "other", wrapperspb.String("1"), kvscheduler.ValueState_UNIMPLEMENTED, ""},
		{"refused again", "other", odd, kvscheduler.ValueState_INVALID, ""},
		{"deleted", "other", nil, kvscheduler.ValueState_NONEXISTENT, ""},
		{"with a descriptor", "d/a", odd, kvscheduler.ValueState_INVALID, ""},
		{"becomes valid", "d/a", wrapperspb.String("1"), kvscheduler.ValueState_CONFIGURED, "validate create"},
		{"refused when applied", "d/a", odd, kvscheduler.ValueState_INVALID, ""},
		{"valid again, another value", "d/a", wrapperspb.String("2"), kvscheduler.ValueState_CONFIGURED, "validate update"},
		{"refused once more", "d/a", odd, kvscheduler.ValueState_INVALID, ""},
		{"deleted, what was applied", "d/a", nil, kvscheduler.ValueState_NONEXISTENT, "delete"},
	}
	for _, step := range steps {
		calls = nil
		_, err := s.StartNBTransaction().SetValue(step.key, step.value).Commit(context.Background())
		status := s.GetValueStatus(step.key).GetValue()
		if status.GetState() != step.state || !slices.Equal(calls, strings.Fields(step.calls)) {
			t.Errorf("%s: %v after %v, want %v after %s", step.name, status.GetState(), calls, step.state, step.calls)
		}
		invalid := step.state == kvscheduler.ValueState_INVALID
		if text := status.GetError(); (text == "unknown field speed") != invalid || (err != nil) != invalid {
			t.Errorf("%s: error %q, %v", step.name, text, err)
		}
	}
}
