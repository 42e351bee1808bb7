// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"errors"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
)

var errNoHost = errors.New("host name is missing")

func describeInterfaces(s *sched) {
	prefix := linux_interfaces.ModelInterface.KeyPrefix()
	err := s.RegisterKVDescriptor(&kvs.KVDescriptor{
		Name: "interfaces", NBKeyPrefix: prefix, KeySelector: selector(prefix + "*"),
		Validate: func(_ string, v proto.Message) error {
			switch v.(*linux_interfaces.Interface).GetHostIfName() {
			case "":
				return kvs.NewInvalidValueError(errNoHost, "host_if_name")
			case "plain":
				return errBoom
			}
			return nil
		},
		DerivedValues: func(_ string, v proto.Message) (derived []kvs.KeyValuePair) {
			for _, address := range v.(*linux_interfaces.Interface).GetIpAddresses() {
				derived = append(derived,
					kvs.KeyValuePair{Key: "D" + address, Value: newValue(address)},
					kvs.KeyValuePair{Key: "property/" + address, Value: newValue(address)})
			}
			return derived
		},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.describe("derived", "D*", "validates")
}

func TestValidateSemantically(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	describeInterfaces(s)
	good := &linux_interfaces.Interface{Name: "good", HostIfName: "eth0", IpAddresses: []string{"10.0.0.1"}}
	noHost := &linux_interfaces.Interface{Name: "bad"}
	plain := &linux_interfaces.Interface{Name: "plain", HostIfName: "plain"}
	badAddress := &linux_interfaces.Interface{Name: "addr", HostIfName: "eth1", IpAddresses: []string{"10.0.0.1", "bad"}}

	if err := s.ValidateSemantically(nil); err != nil {
		t.Errorf("nothing: %v", err)
	}
	if err := s.ValidateSemantically([]proto.Message{good, dynamic(t, good)}); err != nil {
		t.Errorf("what is valid: %v", err)
	}
	err := s.ValidateSemantically([]proto.Message{good, noHost, plain, badAddress, dynamic(t, noHost)})
	var invalid *kvs.InvalidMessagesError
	if !errors.As(err, &invalid) {
		t.Fatalf("error %v, want an InvalidMessagesError", err)
	}
	found := invalid.MessageErrors()
	if len(found) != 4 {
		t.Fatalf("%d errors, want 4: %v", len(found), err)
	}
	checks := []struct {
		parent proto.Message
		reason error
		field  string
	}{
		{nil, errNoHost, "host_if_name"},
		{nil, errBoom, ""},
		{badAddress, errBad, "content"},
		{nil, errNoHost, "host_if_name"},
	}
	for i, want := range checks {
		got := found[i]
		if !errors.Is(got.ValidationError(), want.reason) {
			t.Errorf("error %d: reason %v, want %v", i, got.ValidationError(), want.reason)
		}
		if fields := got.InvalidFields(); len(fields) != 1 || fields[0] != want.field {
			t.Errorf("error %d: fields %q, want %q", i, fields, want.field)
		}
		if want.parent != nil && !proto.Equal(got.ParentMessage(), want.parent) {
			t.Errorf("error %d: parent %v, want %v", i, got.ParentMessage(), want.parent)
		}
		if want.parent == nil && got.ParentMessage() != nil {
			t.Errorf("error %d: parent %v of a base value", i, got.ParentMessage())
		}
	}
	if err := s.ValidateSemantically([]proto.Message{wrapperspb.String("of no model")}); err == nil || errors.As(err, &invalid) {
		t.Errorf("a message of no model: %v", err)
	}
	if lines := s.system.takeLog(); len(lines) != 0 {
		t.Errorf("validation asked the system: %q", lines)
	}
}

// dynamic makes of a message what a client sends that has learned its type
// from the agent.
func dynamic(t *testing.T, msg proto.Message) proto.Message {
	t.Helper()
	text, err := protojson.Marshal(msg)
	if err != nil {
		t.Fatal(err)
	}
	d := dynamicpb.NewMessage(msg.ProtoReflect().Descriptor())
	if err := protojson.Unmarshal(text, d); err != nil {
		t.Fatal(err)
	}
	return d
}
