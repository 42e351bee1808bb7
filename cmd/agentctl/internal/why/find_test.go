// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package why

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
)

func TestFind(t *testing.T) {
	const arp = "config/linux/l3/v2/arp/uplink"
	a := new(agent).value(uplink, wire.Pending, "", "x="+hostA).value(route, wire.Pending, "").value(arp, wire.Pending, "").
		host("eth0", "announced", "").host("Weird", "down", "").build()
	a.KeyPrefixes = []string{"", "config/linux/interfaces/v2/interface/", "config/linux/l3/v2/route/", "config/linux/l3/v2/arp/"}
	for _, tc := range []struct {
		text string
		want []string
	}{
		{uplink, []string{uplink}},
		{"/vnf-agent/vpp1/" + uplink, []string{uplink}},
		{"linux/interfaces/v2/interface/uplink", []string{uplink}},
		{"uplink", []string{uplink, arp}},
		{"linux.interfaces.interface/uplink", []string{uplink}},
		{"linux.l3.arp/uplink", []string{arp}},
		{"10.99.0.0/24/uplink", []string{route}},
		{"route/10.99.0.0/24/uplink", []string{route}},
		{"eth0", []string{"linux/interface/host-name/eth0"}},
		{"hostA", []string{hostA}},
		{"config/of/nobody", []string{"config/of/nobody"}},
		{"linux/interface/host-name/eth9", []string{"linux/interface/host-name/eth9"}},
		{"weird", nil},
		{"nosuch", nil},
		{"*", nil},
		{"", nil},
	} {
		got, err := a.Find(tc.text)
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%q: %v\n%s", tc.text, err, diff)
		}
		if (err != nil) != (tc.want == nil) {
			t.Errorf("%q: %v", tc.text, err)
		}
	}
	if _, err := a.Find("weird"); err == nil || !strings.Contains(err.Error(), "did you mean Weird?") {
		t.Error(err)
	}
}

// TestFindShown has an agent that shows the interfaces of its host as values too.
func TestFindShown(t *testing.T) {
	const prefix = "config/ifwatcher/v1/host-interface/"
	a := new(agent).host("eth0", "announced", "").host("eth1", "down", "").value(prefix+"eth0", wire.Obtained, "").
		value(prefix+"eth1", wire.Obtained, "").value(prefix+"mine", wire.Invalid, "nobody configures interfaces here").build()
	a.KeyPrefixes = []string{prefix, "config/linux/interfaces/v2/interface/"}
	for text, want := range map[string]string{
		"eth0":                               "linux/interface/host-name/eth0",
		"eth1":                               "linux/interface/host-name/eth1",
		prefix + "eth1":                      "linux/interface/host-name/eth1",
		"/vnf-agent/vpp1/" + prefix + "eth1": "linux/interface/host-name/eth1",
		"ifwatcher/v1/host-interface/eth0":   "linux/interface/host-name/eth0",
		"ifwatcher.host-interface/eth0":      "linux/interface/host-name/eth0",
		prefix + "red/eth0":                  "linux/interface/netns/red/host-name/eth0",
		"mine":                               prefix + "mine",
		"ifwatcher.host-interface/mine":      prefix + "mine",
	} {
		if got, err := a.Find(text); err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%s: %v, %v; want %s", text, got, err, want)
		}
	}
	if diff := cmp.Diff([]string{prefix + "mine"}, a.Troubled()); diff != "" {
		t.Error(diff)
	}
}

func TestNearest(t *testing.T) {
	names := []string{"br0", "docker0", "enp1s0", "eth0", "eth1", "eth10", "ens1", "lo", "veth1", "wlan0"}
	if got, want := nearest(names, "eth11"), "eth1, eth10, eth0, enp1s0, ens1, br0, docker0, lo and 2 more"; got != want {
		t.Errorf("%s, not %s", got, want)
	}
	if got, want := nearest(names[:2], "x"), "br0, docker0"; got != want {
		t.Errorf("%s, not %s", got, want)
	}
}
