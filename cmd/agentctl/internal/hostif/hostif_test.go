// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package hostif

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/depgraph"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
)

const prefix = "linux/interface/host-name/"

func TestBuild(t *testing.T) {
	since, later := time.Unix(100, 0), time.Unix(200, 0)
	graph := depgraph.New([]wire.Node{
		{Key: prefix + "eth0", Since: since},
		{Key: prefix + "eth0/address/192.0.2.1/24", Since: later},
		{Key: "config/x", Flags: map[string]string{wire.FlagState: wire.Pending}, Targets: []wire.Target{
			{Relation: wire.DependsOn, ExpectedKey: prefix + "eth9"},
			{Relation: wire.DependsOn, ExpectedKey: prefix + "eth0/address/192.0.2.9/24"},
		}},
	})
	keys := []wire.KV{{Key: prefix + "eth0"}, {Key: prefix + "eth0/address/192.0.2.1/24"}, {Key: prefix + "eth0/vrf-host-name/red"}, {Key: "config/x"}}
	needed := []Dependant{{Key: "config/x", State: wire.Pending}}

	got := Build(keys, graph, nil, false)
	want := View{Interfaces: []Interface{
		{Name: "eth0", State: Announced, Addresses: []string{"192.0.2.1/24"}, VRF: "red", Since: &since, NeededBy: needed},
		{Name: "eth9", State: Unknown, NeededBy: needed},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("without the watcher's list, -want +got:\n%s", diff)
	}

	keys = append(keys, wire.KV{Key: "linux/interface/netns/red/host-name/enp1s0"})
	got = Build(keys, graph, []wire.HostInterface{
		{Name: "eth1", Index: 3, State: "down", Reason: "down (admin-down)"},
		{Name: "eth2", Index: 4, State: Announced, Announced: new(bool), Reason: "the scheduler has not taken it yet"},
		{Name: "eth0", Namespace: "red", Index: 2, State: "down", AltNames: []string{"enp1s0"}},
		{Name: "eth0", Index: 2, State: Announced, Addresses: []string{"192.0.2.1/24", "192.0.2.2/24"}, Since: &later, Reason: Announced},
		{Name: "eth0", Index: 9, State: "name taken"},
	}, true)
	want = View{Complete: true, Interfaces: []Interface{
		{Name: "eth0", Index: 2, State: Announced, Addresses: []string{"192.0.2.1/24", "192.0.2.2/24"}, VRF: "red", Since: &later, NeededBy: needed},
		{Name: "eth1", Index: 3, State: "down", Reason: "down (admin-down)"},
		{Name: "eth2", Index: 4, State: Waiting, Reason: "the scheduler has not taken it yet"},
		{Name: "eth9", State: Absent, NeededBy: needed},
		{Name: "red/enp1s0", AliasOf: "red/eth0", State: Announced},
		{Name: "red/eth0", Index: 2, State: "down", AltNames: []string{"enp1s0"}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("with the watcher's list, -want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"eth0", "eth1", "eth2", "red/eth0"}, got.Names()); diff != "" {
		t.Error(diff)
	}
	if _, ok := got.Find("eth5"); ok {
		t.Error("found an interface that is not there")
	}
}

func TestParseHostKey(t *testing.T) {
	for key, want := range map[string]wire.HostKey{
		prefix + "eth0":                                                 {Name: "eth0"},
		prefix + "eth0/address/192.0.2.1/24":                            {Name: "eth0", Address: "192.0.2.1/24"},
		prefix + "eth0/address/":                                        {Name: "eth0"},
		prefix + "eth0/vrf-host-name/red":                               {Name: "eth0", VRF: "red"},
		prefix + "eth0/of-tomorrow/x":                                   {Name: "eth0"},
		"linux/interface/netns/a%2Fb/host-name/eth0/address/10.0.0.1/8": {Namespace: "a/b", Name: "eth0", Address: "10.0.0.1/8"},
	} {
		if got, ok := wire.ParseHostKey(key); !ok || got != want {
			t.Errorf("%s: %+v, %v", key, got, ok)
		}
		if plain := (wire.HostKey{Namespace: want.Namespace, Name: want.Name}); !strings.HasPrefix(key, plain.Interface()) {
			t.Errorf("%s is not below %s", key, plain.Interface())
		}
	}
	for _, key := range []string{"", prefix, "linux/interface/state/eth0/UP", "linux/interface/netns/red", "linux/interface/netns//host-name/a", "linux/interface/netns/%zz/host-name/a", "linux/interface/netns/red/host-name/"} {
		if got, ok := wire.ParseHostKey(key); ok {
			t.Errorf("%q: %+v", key, got)
		}
	}
}
