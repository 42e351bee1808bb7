// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package depgraph

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
)

func needs(keys ...string) []wire.Target {
	var list []wire.Target
	for _, key := range keys {
		list = append(list, wire.Target{Relation: wire.DependsOn, ExpectedKey: key})
	}
	return list
}

func derives(list []wire.Target, keys ...string) []wire.Target {
	for _, key := range keys {
		list = append(list, wire.Target{Relation: wire.Derives, ExpectedKey: key})
	}
	return list
}

func example() *Graph {
	const host = "linux/interface/host-name/"
	return New([]wire.Node{
		{Key: host + "eth0"},
		{Key: host + "lo"},
		{Key: "old", Since: time.Unix(1, 0), Targets: needs("nothing")},
		{Key: "config/uplink", Targets: derives(needs(host+"eth0", host+"eth0* | "+host+"lo*"), "state/uplink/UP", "uplink/address/1", "uplink/address/2")},
		{Key: "uplink/address/1"},
		{Key: "config/route", Targets: needs("uplink/address/* | nobody/*")},
		{Key: "config/second", Targets: needs("config/route")},
		{Key: "config/vague", Targets: needs("")},
		{Key: "old", Since: time.Unix(2, 0), Targets: needs("nothing", "nothing/else")},
	})
}

func TestNeededBy(t *testing.T) {
	g := example()
	for _, tc := range []struct{ keys, want []string }{
		{[]string{"linux/interface/host-name/eth0"}, []string{"config/route", "config/second", "config/uplink"}},
		{[]string{"linux/interface/host-name/lo"}, nil},
		{[]string{"uplink/address/2"}, []string{"config/route", "config/second"}},
		{[]string{"config/uplink"}, []string{"config/route", "config/second"}},
		{[]string{"nobody/x"}, nil}, // since there is another that would do
		{[]string{"nothing", "nothing/else"}, []string{"old"}},
		{nil, nil},
	} {
		if diff := cmp.Diff(tc.want, g.NeededBy(tc.keys...)); diff != "" {
			t.Errorf("%v: %s", tc.keys, diff)
		}
	}
}

func TestMatching(t *testing.T) {
	g := example()
	for _, tc := range []struct {
		alternative string
		want        []string
	}{
		{"uplink/address/*", []string{"uplink/address/1", "uplink/address/2"}},
		{"uplink/address/2", []string{"uplink/address/2"}},
		{"uplink/address/", nil},
		{"zzz*", nil},
	} {
		if diff := cmp.Diff(tc.want, g.Matching(tc.alternative), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", tc.alternative, diff)
		}
	}
	if base := g.Base("uplink/address/2"); base != "config/uplink" {
		t.Errorf("base is %s", base)
	}
	if diff := cmp.Diff([]string{"config/route", "config/second", "config/uplink", "config/vague", "linux/interface/host-name/eth0", "linux/interface/host-name/lo", "old"}, g.Keys()); diff != "" {
		t.Error(diff)
	}
}

// TestCycle has what a right graph has not, and must end.
func TestCycle(t *testing.T) {
	g := New([]wire.Node{
		{Key: "a", Targets: derives(needs("b"), "b", "a")},
		{Key: "b", Targets: derives(needs("a"), "a")},
	})
	g.Base("a")
	g.NeededBy("a", "b")
}

// BenchmarkNeededBy has a host with 10,000 interfaces, each with a route.
func BenchmarkNeededBy(b *testing.B) {
	const n = 10_000
	var nodes []wire.Node
	for i := range n {
		host := fmt.Sprintf("linux/interface/host-name/eth%d", i)
		uplink := fmt.Sprintf("uplink%d", i)
		nodes = append(nodes, wire.Node{Key: host},
			wire.Node{Key: "config/" + uplink, Targets: derives(needs(host), uplink+"/address/1")},
			wire.Node{Key: "config/route" + uplink, Targets: needs(uplink + "/address/*")})
	}
	for b.Loop() {
		g := New(nodes)
		for i := range n {
			g.NeededBy(fmt.Sprintf("linux/interface/host-name/eth%d", i))
		}
	}
}
