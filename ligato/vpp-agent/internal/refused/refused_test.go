// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package refused_test

import (
	"errors"
	"fmt"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"go.ligato.io/vpp-agent/v3/internal/refused"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
)

func TestReason(t *testing.T) {
	reason := errors.New("unknown field \xff")
	mark := refused.New(&linux_interfaces.Interface{Name: "a"}, reason)

	if got := refused.Reason(mark); !errors.Is(got, reason) {
		t.Errorf("reason %v", got)
	}
	if got := refused.Reason(proto.Clone(mark)); got == nil || got.Error() != "unknown field \uFFFD" {
		t.Errorf("reason of a copy: %v", got)
	}
	if got := fmt.Sprint(mark); got != reason.Error() {
		t.Errorf("printed as %q", got)
	}
	if _, ok := mark.(*linux_interfaces.Interface); ok {
		t.Error("can be taken for a usable value")
	}
	if name := mark.ProtoReflect().Descriptor().FullName(); name != "ligato.linux.interfaces.Interface" {
		t.Errorf("message type %s", name)
	}
	if !proto.Equal(mark, refused.New(&linux_interfaces.Interface{}, reason)) {
		t.Error("equal marks are not equal")
	}
	if proto.Equal(mark, refused.New(&linux_interfaces.Interface{}, errors.New("other"))) {
		t.Error("marks with different reasons are equal")
	}
	if data, err := protojson.Marshal(mark); err != nil || string(data) != "{}" {
		t.Errorf("JSON %s, %v", data, err)
	}
}

func TestNoReason(t *testing.T) {
	odd := &linux_interfaces.Interface{}
	odd.ProtoReflect().SetUnknown([]byte{0xf8, 0x01, 0x01})
	for _, message := range []proto.Message{nil, &linux_interfaces.Interface{}, odd} {
		if err := refused.Reason(message); err != nil {
			t.Errorf("%v: %v", message, err)
		}
	}
}
