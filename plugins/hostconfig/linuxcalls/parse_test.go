// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linuxcalls

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestDetectFeatures(t *testing.T) {
	marked := []Address{{}, {Protocol: 1}}
	for _, tc := range []struct {
		release string
		addrs   []Address
		want    Features
	}{
		{"6.18.44-cloud", nil, Features{true, true}},
		{"5.18.0", nil, Features{true, true}},
		{"5.17.99", nil, Features{false, true}},
		{"5.14.0-503.el9.x86_64", marked, Features{true, true}},
		{"5.2", nil, Features{false, true}},
		{"4.19.0-27-amd64", nil, Features{false, false}},
		{"10.0.0", nil, Features{true, true}},
		{"", nil, Features{}},
		{"unreadable", nil, Features{}},
	} {
		if got := detectFeatures(tc.release, tc.addrs); got != tc.want {
			t.Errorf("detectFeatures(%q, %v) = %+v, want %+v", tc.release, tc.addrs, got, tc.want)
		}
	}
}

func TestBroadcast(t *testing.T) {
	for _, tc := range []struct{ prefix, want string }{
		{"10.1.2.3/24", "10.1.2.255"},
		{"10.1.2.3/12", "10.15.255.255"},
		{"10.1.2.5/30", "10.1.2.7"},
		{"0.0.0.1/0", "255.255.255.255"},
		{"10.1.2.3/31", ""},
		{"10.1.2.3/32", ""},
		{"127.0.0.5/8", ""},
		{"2001:db8::1/64", ""},
	} {
		got, ok := broadcastOf(netip.MustParsePrefix(tc.prefix))
		if ok != (tc.want != "") || ok && got.String() != tc.want {
			t.Errorf("broadcast of %s = %v, %v; want %q", tc.prefix, got, ok, tc.want)
		}
	}
}

func TestErrors(t *testing.T) {
	if err := newOpError("x", "y", nil); err != nil {
		t.Errorf("nil became %v", err)
	}
	err := newOpError("add address", "10.0.0.1/24 on link 7", fmt.Errorf("%w: with a reason", syscall.EPERM))
	if !errors.Is(err, syscall.EPERM) || !IsPermission(err) || IsGone(err) {
		t.Errorf("%v is not known as EPERM", err)
	}
	if !strings.Contains(err.Error(), "CAP_NET_ADMIN") || !strings.Contains(err.Error(), "10.0.0.1/24") {
		t.Errorf("%q names neither the privilege nor the object", err)
	}
	if text := newOpError("list links", "", syscall.EINTR).Error(); text != "list links: interrupted system call" {
		t.Errorf("text = %q", text)
	}
}

// FuzzParse shows that no message makes a parser fail otherwise than by an
// error: the kernel is trusted, but not every future one is known.
func FuzzParse(f *testing.F) {
	f.Add(make([]byte, unix.SizeofIfInfomsg))
	f.Add(append(make([]byte, unix.SizeofRtMsg), 8, 0, unix.RTA_MULTIPATH, 0, 1, 2, 3, 4))
	f.Add(append(make([]byte, unix.SizeofRtMsg), 12, 0, unix.RTA_MULTIPATH, 0, 9, 0, 0, 0, 1, 0, 0, 0))
	f.Add(append(make([]byte, unix.SizeofIfAddrmsg), 5, 0, attrProto, 0, 231, 0, 0, 0))
	f.Add(append(make([]byte, sizeofNdMsg), 4, 0, 1, 0))
	f.Fuzz(func(t *testing.T, msg []byte) {
		if link, err := parseLink(msg); err != nil && link.Index != 0 {
			t.Errorf("link %+v with error %v", link, err)
		}
		if addr, err := parseAddress(msg); err != nil && addr.LinkIndex != 0 {
			t.Errorf("address %+v with error %v", addr, err)
		}
		if neigh, err := parseNeighbour(msg); err != nil && neigh.LinkIndex != 0 {
			t.Errorf("neighbour %+v with error %v", neigh, err)
		}
		for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
			if routes, err := parseRoute(msg, family); err != nil && len(routes) != 0 {
				t.Errorf("routes %+v with error %v", routes, err)
			}
		}
	})
}
