// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	ifwatcherv1 "github.com/ifwatcher/ifwatcher/proto/ifwatcher/v1"
)

func TestParseHostKey(t *testing.T) {
	for key, want := range map[string]HostKey{
		"linux/interface/host-name/eth0":                        {Name: "eth0"},
		"linux/interface/host-name/eth0/address/10.0.0.1/24":    {Name: "eth0", Address: "10.0.0.1/24"},
		"linux/interface/host-name/eth0/vrf-host-name/blue":     {Name: "eth0", VRF: "blue"},
		"linux/interface/netns/red/host-name/eth0":              {Namespace: "red", Name: "eth0"},
		"linux/interface/netns/%2Frun%2Fred/host-name/eth0/x/y": {Namespace: "/run/red", Name: "eth0"},
	} {
		got, ok := ParseHostKey(key)
		if !ok || got != want {
			t.Errorf("%s: %+v, %v", key, got, ok)
		}
	}
	for _, key := range []string{"", "linux/interface/eth0", "linux/interface/host-name/", "linux/interface/netns/red", "linux/interface/netns//host-name/a", "linux/interface/netns/%/host-name/a"} {
		if got, ok := ParseHostKey(key); ok {
			t.Errorf("%s: %+v", key, got)
		}
	}
	for _, k := range []HostKey{{Name: "eth0"}, {Namespace: "/run/red", Name: "eth0"}} {
		if got, ok := ParseHostKey(k.Interface()); !ok || got != k {
			t.Errorf("%s: %+v, %v", k.Interface(), got, ok)
		}
	}
}

// TestShownHostKey undoes what agents do to names.
func TestShownHostKey(t *testing.T) {
	for _, want := range []HostKey{{Name: "eth0"}, {Name: "a%b\xff"}, {Namespace: "/run/red", Name: "eth0"}, {Namespace: "red", Name: "e\x01"}} {
		key := HostInterfaceKeyPrefix + ifwatcherv1.InstanceName(want.Namespace, want.Name)
		if got, ok := ShownHostKey(key); !ok || got != want {
			t.Errorf("%s: %+v, %v", key, got, ok)
		}
	}
	for _, key := range []string{HostInterfaceKeyPrefix, "config/linux/interfaces/v2/interface/a"} {
		if got, ok := ShownHostKey(key); ok {
			t.Errorf("%s: %+v", key, got)
		}
	}
}

func TestHostInterfaceOf(t *testing.T) {
	since := timestamppb.Now()
	announced := true
	at := since.AsTime()
	got := HostInterfaceOf(&ifwatcherv1.HostInterface{
		Name: "a%FF", Index: 7, Kind: "veth", AdminUp: true, OperState: "up", Mac: "02:00:00:00:00:01", Mtu: 1500, Addresses: []string{"10.0.0.1/24"},
		Master: "br%25", Vrf: "blue", Namespace: "red", Altnames: []string{"enp1s0", "100%"}, Announced: true, AnnouncedSince: since, State: "announced", Reason: "r",
	})
	want := HostInterface{
		Name: "a\xff", Index: 7, Kind: "veth", AdminUp: true, OperState: "up", MAC: "02:00:00:00:00:01", MTU: 1500, Addresses: []string{"10.0.0.1/24"},
		Master: "br%", VRF: "blue", Namespace: "red", AltNames: []string{"enp1s0", "100%"}, Announced: &announced, Since: &at, State: "announced", Reason: "r",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
