// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linux_interfaces_test

import (
	"strings"
	"testing"

	li "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	"go.ligato.io/vpp-agent/v3/proto/ligato/netalloc"
)

func TestKeys(t *testing.T) {
	for _, tc := range []struct{ got, want string }{
		{li.InterfaceKey("a"), "config/linux/interfaces/v2/interface/a"},
		{li.InterfaceHostNameKey("eth0"), "linux/interface/host-name/eth0"},
		{li.InterfaceHostNameKey(""), "linux/interface/host-name/<invalid>"},
		{li.InterfaceHostNameWithAddrKey("eth0", "10.0.0.1/24"), "linux/interface/host-name/eth0/address/10.0.0.1/24"},
		{li.InterfaceHostNameWithAddrKey("eth0", ""), "linux/interface/host-name/eth0/address/"},
		{li.InterfaceHostNameWithVrfKey("eth0", "vrf1"), "linux/interface/host-name/eth0/vrf-host-name/vrf1"},
		{li.InterfaceHostNameWithVrfKey("eth0", ""), "linux/interface/host-name/eth0/vrf-host-name/<invalid>"},
		{li.InterfaceStateKey("a", true), "linux/interface/state/a/UP"},
		{li.InterfaceStateKey("a", false), "linux/interface/state/a/DOWN"},
		{li.InterfaceStateKey("", false), "linux/interface/state/<invalid>/DOWN"},
		{li.InterfaceAddressPrefix("a"), "linux/interface/a/address/"},
		{li.InterfaceAddressKey("a", "10.0.0.1/24", netalloc.IPAddressSource_STATIC), "linux/interface/a/address/static/10.0.0.1/24"},
		{li.InterfaceAddressKey("a", "10.0.0.1/24", netalloc.IPAddressSource_FROM_DHCP), "linux/interface/a/address/from_dhcp/10.0.0.1/24"},
		{li.InterfaceAddressKey("a", "alloc:net", netalloc.IPAddressSource_STATIC), "linux/interface/a/address/alloc_ref/alloc:net"},
		{li.InterfaceAddressKey("", "", netalloc.IPAddressSource_STATIC), "linux/interface/<invalid>/address/static/<invalid>"},
		{li.InterfaceVrfKey("a", "v"), "linux/interface/a/vrf/v"},
		{li.InterfaceVrfKey("", ""), "linux/interface/<invalid>/vrf/<invalid>"},
	} {
		if tc.got != tc.want {
			t.Errorf("%s, want %s", tc.got, tc.want)
		}
	}
}

func TestParseInterfaceStateKey(t *testing.T) {
	for _, tc := range []struct {
		key    string
		name   string
		up, ok bool
	}{
		{"linux/interface/state/a/UP", "a", true, true},
		{"linux/interface/state/a/DOWN", "a", false, true},
		{"linux/interface/state/a/else", "a", false, true},
		{"linux/interface/state/a", "", false, false},
		{"linux/interface/state/a/b/UP", "", false, false},
		{"linux/interface/a/UP", "", false, false},
		{"", "", false, false},
	} {
		name, up, ok := li.ParseInterfaceStateKey(tc.key)
		if name != tc.name || up != tc.up || ok != tc.ok {
			t.Errorf("%s: %q %v %v", tc.key, name, up, ok)
		}
	}
}

func TestParseInterfaceAddressKey(t *testing.T) {
	const undefined = netalloc.IPAddressSource_UNDEFINED_SOURCE
	for _, tc := range []struct {
		key            string
		iface, address string
		source         netalloc.IPAddressSource
		invalid, ok    bool
	}{
		{"linux/interface/if1/address/static/10.0.0.1/24", "if1", "10.0.0.1/24", netalloc.IPAddressSource_STATIC, false, true},
		{"linux/interface/a/b/address/existing/1::/64", "a/b", "1::/64", netalloc.IPAddressSource_EXISTING, false, true},
		{"linux/interface/if1/address/alloc_ref/alloc:net/if", "if1", "alloc:net/if", netalloc.IPAddressSource_ALLOC_REF, false, true},
		{"linux/interface/if1/address/foo/1.1.1.1/24", "if1", "", undefined, true, true},
		{"linux/interface/if1/address/static", "if1", "", netalloc.IPAddressSource_STATIC, true, true},
		{"linux/interface/if1/address/static/", "if1", "", netalloc.IPAddressSource_STATIC, true, true},
		{"linux/interface/if1/address", "if1", "", undefined, true, true},
		{"linux/interface/if1/address/", "if1", "", undefined, true, true},
		{"linux/interface//address/static/1.1.1.1/8", "<invalid>", "1.1.1.1/8", netalloc.IPAddressSource_STATIC, true, true},
		{"linux/interface/host-name/eth0/address/1.1.1.1/8", "", "", undefined, false, false},
		{"linux/interface/state/a/address/static/1.1.1.1/8", "", "", undefined, false, false},
		{"linux/interface/if1/vrf/v1/address/static/1.1.1.1/8", "", "", undefined, false, false},
		{"linux/interface/if1", "", "", undefined, false, false},
		{"linux/interface/if1/UP", "", "", undefined, false, false},
		{"vpp/interface/if1/address/static/1.1.1.1/8", "", "", undefined, false, false},
		{"", "", "", undefined, false, false},
	} {
		iface, address, source, invalid, ok := li.ParseInterfaceAddressKey(tc.key)
		if iface != tc.iface || address != tc.address || source != tc.source || invalid != tc.invalid || ok != tc.ok {
			t.Errorf("%s: %q %q %v invalid %v, address key %v", tc.key, iface, address, source, invalid, ok)
		}
	}
}

func TestParseInterfaceVrfKey(t *testing.T) {
	for _, tc := range []struct {
		key         string
		iface, vrf  string
		invalid, ok bool
	}{
		{"linux/interface/if1/vrf/v1", "if1", "v1", false, true},
		{"linux/interface/a/b/vrf/v1", "a/b", "v1", false, true},
		{"linux/interface/if1/vrf/v1/more", "if1", "v1", false, true},
		{"linux/interface/if1/vrf", "if1", "<invalid>", true, true},
		{"linux/interface/if1/vrf/", "if1", "<invalid>", true, true},
		{"linux/interface//vrf/v1", "<invalid>", "v1", true, true},
		{"linux/interface/if1/vrf/v1/address/static/1.1.1.1/8", "", "", false, false},
		{"linux/interface/host-name/a/vrf/b", "", "", false, false},
		{"linux/interface/if1/x", "", "", false, false},
	} {
		iface, vrf, invalid, ok := li.ParseInterfaceVrfKey(tc.key)
		if iface != tc.iface || vrf != tc.vrf || invalid != tc.invalid || ok != tc.ok {
			t.Errorf("%s: %q %q invalid %v, VRF key %v", tc.key, iface, vrf, invalid, ok)
		}
	}
}

// FuzzParseKey feeds the parsers with any key: they must not panic, a key
// belongs to one kind at most, and a valid one is rebuilt from its parts.
func FuzzParseKey(f *testing.F) {
	f.Add("linux/interface/if1/address")
	f.Add("linux/interface/if1/address/static/10.0.0.1/24")
	f.Add("linux/interface/if1/vrf/v1")
	f.Add("linux/interface/state/if1/UP")
	f.Fuzz(func(t *testing.T, key string) {
		iface, address, source, invalidAddr, isAddr := li.ParseInterfaceAddressKey(key)
		vrfIface, vrf, invalidVrf, isVrf := li.ParseInterfaceVrfKey(key)
		name, up, isState := li.ParseInterfaceStateKey(key)
		if isAddr && isVrf || isAddr && isState || isVrf && isState {
			t.Errorf("%q is of more than one kind", key)
		}
		if isAddr && !invalidAddr && !strings.HasPrefix(address, netalloc.AllocRefPrefix) {
			if rebuilt := li.InterfaceAddressKey(iface, address, source); !strings.EqualFold(rebuilt, key) {
				t.Errorf("%q rebuilt as %q", key, rebuilt)
			}
		}
		if isVrf && !invalidVrf && !strings.HasPrefix(key, li.InterfaceVrfKey(vrfIface, vrf)) {
			t.Errorf("%q is not of interface %q in VRF %q", key, vrfIface, vrf)
		}
		if isState && up && name != "" && li.InterfaceStateKey(name, up) != key {
			t.Errorf("%q is not of interface %q", key, name)
		}
	})
}
