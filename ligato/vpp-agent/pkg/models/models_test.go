// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package models_test

import (
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	"go.ligato.io/vpp-agent/v3/pkg/models"
	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	linux_l3 "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"
	"go.ligato.io/vpp-agent/v3/proto/ligato/netalloc"
)

func TestKey(t *testing.T) {
	for _, tc := range []struct {
		msg  proto.Message
		key  string
		name string
		// valid is whether the key belongs to the model.
		valid bool
	}{
		{&linux_interfaces.Interface{Name: "a"}, "config/linux/interfaces/v2/interface/a", "a", true},
		{&linux_interfaces.Interface{Name: "a/b"}, "config/linux/interfaces/v2/interface/a/b", "a/b", true},
		{&linux_interfaces.Interface{}, "config/linux/interfaces/v2/interface", "", false},
		{&linux_interfaces.Interface{Name: ".."}, "config/linux/interfaces/v2", "..", false},
		{&linux_l3.ARPEntry{Interface: "if1", IpAddress: "1.2.3.4"}, "config/linux/l3/v2/arp/if1/1.2.3.4", "if1/1.2.3.4", true},
		{
			&linux_l3.Route{DstNetwork: "10.1.1.3/24", OutgoingInterface: "if1"},
			"config/linux/l3/v2/route/10.1.1.0/24/if1", "10.1.1.0/24/if1", true,
		},
		{&linux_l3.Route{DstNetwork: "fe80::1/64", OutgoingInterface: "if1"}, "config/linux/l3/v2/route/fe80::/64/if1", "fe80::/64/if1", true},
		{&linux_l3.Route{DstNetwork: "alloc:net/if", OutgoingInterface: "if1"}, "config/linux/l3/v2/route/alloc:net/if/if1", "alloc:net/if/if1", true},
		{&linux_l3.Route{DstNetwork: "junk", OutgoingInterface: "if1"}, "config/linux/l3/v2/route/<invalid>/0/if1", "<invalid>/0/if1", true},
		{
			&netalloc.IPAllocation{NetworkName: "n", InterfaceName: "i"},
			"config/netalloc/v1/ip/network/n/interface/i", "network/n/interface/i", true,
		},
	} {
		t.Run(tc.key, func(t *testing.T) {
			if key := models.Key(tc.msg); key != tc.key {
				t.Errorf("key %q, want %q", key, tc.key)
			}
			if name := models.Name(tc.msg); name != tc.name {
				t.Errorf("name %q, want %q", name, tc.name)
			}
			model, err := models.GetModelFor(tc.msg)
			if err != nil {
				t.Fatal(err)
			}
			if valid := model.IsKeyValid(tc.key); valid != tc.valid {
				t.Errorf("key valid: %v, want %v", valid, tc.valid)
			}
			found, err := models.GetModelForKey(tc.key)
			if (err == nil) != tc.valid || (err == nil && found.Name() != model.Name()) {
				t.Errorf("model for key: %q, %v", found.Name(), err)
			}
		})
	}
}

func TestGetKeyWithoutModel(t *testing.T) {
	_, err := models.GetKey(&emptypb.Empty{})
	want := "cannot find known model for message (while getting key for model) due to: " +
		"no model registered for proto message google.protobuf.Empty"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	defer func() {
		if recover() == nil {
			t.Error("Key did not panic")
		}
	}()
	models.Key(&emptypb.Empty{})
}

func TestParseKey(t *testing.T) {
	for _, tc := range []struct {
		key   string
		name  string
		valid bool
	}{
		{"config/linux/interfaces/v2/interface/a", "a", true},
		{"config/linux/interfaces/v2/interface/a/b", "a/b", true},
		{"config/linux/interfaces/v2/interface/", "", false},
		{"config/linux/interfaces/v2/interface", "", false},
		{"config/linux/interfaces/v2/interfaces/a", "", false},
		{"linux.interfaces.interface/a", "a", true},
		{"linux.interfaces.interface", "", false},
		{"", "", false},
	} {
		name, valid := linux_interfaces.ModelInterface.ParseKey(tc.key)
		if name != tc.name || valid != tc.valid {
			t.Errorf("%q: %q %v, want %q %v", tc.key, name, valid, tc.name, tc.valid)
		}
		stripped := tc.key
		if tc.valid {
			stripped = tc.name
		}
		if got := linux_interfaces.ModelInterface.StripKeyPrefix(tc.key); got != stripped {
			t.Errorf("%q stripped: %q, want %q", tc.key, got, stripped)
		}
	}
}

func TestModelOptionFor(t *testing.T) {
	options := []*generic.ModelDetail_Option{
		{Key: "empty"},
		{Key: "blank", Values: []string{" "}},
		{Key: "set", Values: []string{"x", "y"}},
	}
	for key, want := range map[string]string{"empty": "", "blank": "", "missing": "", "set": "x"} {
		got, err := models.ModelOptionFor(key, options)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", key, got, err)
		}
	}
}
