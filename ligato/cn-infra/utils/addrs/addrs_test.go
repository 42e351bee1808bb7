// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package addrs

import (
	"net"
	"net/netip"
	"slices"
	"testing"
)

func TestParseIPWithPrefix(t *testing.T) {
	for _, tt := range []struct {
		in, want string
		v6       bool
	}{
		{"10.1.2.3/24", "10.1.2.3/24", false},
		{"10.1.2.3", "10.1.2.3/32", false},
		{"0.0.0.0/0", "0.0.0.0/0", false},
		{"2001:db8::1/64", "2001:db8::1/64", true},
		{"2001:db8::1", "2001:db8::1/128", true},
		{"::/0", "::/0", true},
		{"::ffff:10.1.2.3", "10.1.2.3/32", false},
		{"::ffff:10.1.2.3/120", "10.1.2.3/24", false},
		{"::ffff:10.1.2.3/95", "", false},
		{"", "", false},
		{"10.1.2.3/33", "", false},
		{"10.1.2", "", false},
		{"10.1.2.3/", "", false},
		{"/24", "", false},
		{"10.1.2.3/24/24", "", false},
		{"fe80::1%eth0", "", false},
		{"host", "", false},
	} {
		got, v6, err := ParseIPWithPrefix(tt.in)
		if tt.want == "" {
			if err == nil {
				t.Errorf("%q: parsed as %v", tt.in, got)
			}
			continue
		}
		if err != nil || got.String() != tt.want || v6 != tt.v6 {
			t.Errorf("%q: %v, %t, %v, want %s", tt.in, got, v6, err, tt.want)
		}
	}
}

func FuzzParseIPWithPrefix(f *testing.F) {
	for _, seed := range []string{"10.1.2.3/24", "2001:db8::1", "::ffff:1.2.3.4/100", "1/1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, v6, err := ParseIPWithPrefix(s)
		if err != nil {
			return
		}
		again, v6Again, err := ParseIPWithPrefix(got.String())
		if err != nil || again.String() != got.String() || v6 != v6Again {
			t.Errorf("%q: %v, %t, reparsed as %v, %t, %v", s, got, v6, again, v6Again, err)
		}
		if _, err := netip.ParsePrefix(got.String()); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	})
}

func TestIsIPv6(t *testing.T) {
	for in, want := range map[string]bool{"10.1.2.3": false, "2001:db8::1": true, "::ffff:10.1.2.3": false} {
		if got, err := IsIPv6(in); got != want || err != nil {
			t.Errorf("%s: %t, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "host", "10.1.2.3/24"} {
		if _, err := IsIPv6(in); err == nil {
			t.Errorf("%q: no error", in)
		}
	}
}

func parse(t *testing.T, addrs ...string) []*net.IPNet {
	t.Helper()
	out, err := StrAddrsToStruct(addrs)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func texts(addrs []*net.IPNet) []string {
	var out []string
	for _, addr := range addrs {
		out = append(out, addr.String())
	}
	return out
}

func TestDiffAddr(t *testing.T) {
	oldAddrs := parse(t, "10.0.0.9/24", "10.0.0.1/24", "2001:db8::1/64")
	newAddrs := parse(t, "2001:db8::1/64", "10.0.0.1/25", "10.0.0.9/24")
	order := texts(oldAddrs)
	del, add := DiffAddr(newAddrs, oldAddrs)
	if !slices.Equal(texts(del), []string{"10.0.0.1/24"}) || !slices.Equal(texts(add), []string{"10.0.0.1/25"}) {
		t.Errorf("delete %v, add %v", del, add)
	}
	if !slices.Equal(texts(oldAddrs), order) {
		t.Error("the list of the caller was reordered")
	}
	if del, add := DiffAddr(nil, nil); del != nil || add != nil {
		t.Errorf("difference of nothing: %v, %v", del, add)
	}
}

func TestStrAddrsToStruct(t *testing.T) {
	if got, err := StrAddrsToStruct([]string{"10.0.0.1", "x"}); err == nil {
		t.Errorf("parsed as %v", got)
	}
}
