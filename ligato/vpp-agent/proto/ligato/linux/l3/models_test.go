// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linux_l3_test

import (
	"testing"

	linux_l3 "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"
)

func TestKeys(t *testing.T) {
	for _, tc := range []struct{ got, want string }{
		{linux_l3.ArpKey("if1", "1.2.3.4"), "config/linux/l3/v2/arp/if1/1.2.3.4"},
		{linux_l3.RouteKey("10.1.1.3/24", "if1"), "config/linux/l3/v2/route/10.1.1.0/24/if1"},
		{linux_l3.RouteKey("alloc:net/if", "if1"), "config/linux/l3/v2/route/alloc:net/if/if1"},
		{linux_l3.RouteKey("x", "if1"), "config/linux/l3/v2/route/<invalid>/0/if1"},
		{linux_l3.StaticLinkLocalRoutePrefix("if1"), "linux/link-local-route/if1/"},
		{linux_l3.StaticLinkLocalRouteKey("10.0.0.0/8", "if1"), "linux/link-local-route/if1/dest-address/10.0.0.0/8"},
	} {
		if tc.got != tc.want {
			t.Errorf("%s, want %s", tc.got, tc.want)
		}
	}
}

func TestParseStaticLinkLocalRouteKey(t *testing.T) {
	for _, tc := range []struct {
		key        string
		dst, iface string
		ok         bool
	}{
		{"linux/link-local-route/if1/dest-address/10.0.0.0/8", "10.0.0.0/8", "if1", true},
		{"linux/link-local-route/a/b/dest-address/1::/64", "1::/64", "a/b", true},
		{"linux/link-local-route/if1/dest-address/", "", "", false},
		{"linux/link-local-route/if1", "", "", false},
		{"linux/link-local-route//dest-address/1::/64", "", "", false},
		{"config/linux/l3/v2/route/10.0.0.0/8/if1", "", "", false},
		{"", "", "", false},
	} {
		dst, iface, ok := linux_l3.ParseStaticLinkLocalRouteKey(tc.key)
		if dst != tc.dst || iface != tc.iface || ok != tc.ok {
			t.Errorf("%s: %q %q %v", tc.key, dst, iface, ok)
		}
	}
}

func FuzzParseStaticLinkLocalRouteKey(f *testing.F) {
	f.Add("linux/link-local-route/if1/dest-address/10.0.0.0/8")
	f.Fuzz(func(t *testing.T, key string) {
		dst, iface, ok := linux_l3.ParseStaticLinkLocalRouteKey(key)
		if ok && linux_l3.StaticLinkLocalRouteKey(dst, iface) != key {
			t.Errorf("%q parsed to %q via %q", key, dst, iface)
		}
	})
}
