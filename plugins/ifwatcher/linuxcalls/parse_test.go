// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linuxcalls

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"reflect"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// attr encodes one attribute, padded.
func attr(kind uint16, value ...byte) []byte {
	b := make([]byte, align(unix.SizeofRtAttr+len(value)))
	binary.NativeEndian.PutUint16(b, uint16(unix.SizeofRtAttr+len(value)))
	binary.NativeEndian.PutUint16(b[2:], kind)
	copy(b[unix.SizeofRtAttr:], value)
	return b
}

func u32(n uint32) []byte { return binary.NativeEndian.AppendUint32(nil, n) }

func ifInfo(family uint8, index int32, flags uint32, attrs ...[]byte) []byte {
	b := make([]byte, unix.SizeofIfInfomsg)
	b[0] = family
	binary.NativeEndian.PutUint32(b[4:], uint32(index))
	binary.NativeEndian.PutUint32(b[8:], flags)
	return slices.Concat(append([][]byte{b}, attrs...)...)
}

func ifAddr(family, bits, flags uint8, index uint32, attrs ...[]byte) []byte {
	b := make([]byte, unix.SizeofIfAddrmsg)
	b[0], b[1], b[2] = family, bits, flags
	binary.NativeEndian.PutUint32(b[4:], index)
	return slices.Concat(append([][]byte{b}, attrs...)...)
}

func datagram(messages ...[]byte) (b []byte) {
	for _, m := range messages {
		b = append(b, m...)
	}
	return b
}

func msg(kind uint16, seq uint32, payload []byte) []byte {
	b := make([]byte, unix.NLMSG_HDRLEN)
	binary.NativeEndian.PutUint32(b, uint32(unix.NLMSG_HDRLEN+len(payload)))
	binary.NativeEndian.PutUint16(b[4:], kind)
	binary.NativeEndian.PutUint32(b[8:], seq)
	b = append(b, payload...)
	return append(b, make([]byte, align(len(b))-len(b))...)
}

func name(s string) []byte { return attr(unix.IFLA_IFNAME, append([]byte(s), 0)...) }

func TestParseLink(t *testing.T) {
	for _, tc := range []struct {
		what    string
		b       []byte
		want    tracker.Link
		ignored bool
		failing bool
	}{
		{
			what: "all",
			b: ifInfo(0, 7, unix.IFF_UP|unix.IFF_RUNNING|unix.IFF_PROMISC, name("eth0"),
				attr(unix.IFLA_OPERSTATE, 6), attr(unix.IFLA_MASTER, u32(9)...), attr(unix.IFLA_MTU, u32(1500)...),
				attr(unix.IFLA_LINKINFO|unix.NLA_F_NESTED, attr(unix.IFLA_INFO_KIND, []byte("vrf\x00")...)...)),
			want: tracker.Link{Index: 7, Name: "eth0", Kind: "vrf", Master: 9, AdminUp: true, Running: true, OperState: tracker.OperUp, MTU: 1500},
		},
		{
			what: "address and alternative names",
			b: ifInfo(0, 7, 0, name("eth0"), attr(unix.IFLA_ADDRESS, 2, 0, 0, 0, 0, 1),
				attr(unix.IFLA_PROP_LIST|unix.NLA_F_NESTED, slices.Concat(
					attr(unix.IFLA_ALT_IFNAME, []byte("enp3s0\x00")...), attr(99, 1), attr(unix.IFLA_ALT_IFNAME, []byte("lan\x00")...))...)),
			want: tracker.Link{Index: 7, Name: "eth0", MAC: "02:00:00:00:00:01", AltNames: []string{"enp3s0", "lan"}},
		},
		{what: "short MTU", b: ifInfo(0, 3, 0, name("x"), attr(unix.IFLA_MTU, 1)), failing: true},
		{what: "bad list of names", b: ifInfo(0, 3, 0, name("x"), attr(unix.IFLA_PROP_LIST, 1, 2, 3)), failing: true},
		{what: "any bytes", b: ifInfo(0, 1, 0, name("\xff\xfe{\"")), want: tracker.Link{Index: 1, Name: "\xff\xfe{\""}},
		{what: "name without end", b: ifInfo(0, 1, 0, attr(unix.IFLA_IFNAME, []byte("abc")...)), want: tracker.Link{Index: 1, Name: "abc"}},
		{what: "unpadded end", b: ifInfo(0, 1, 0, attr(unix.IFLA_IFNAME, []byte("abc")...)[:7]), want: tracker.Link{Index: 1, Name: "abc"}},
		{what: "bridge", b: ifInfo(unix.AF_BRIDGE, 3, unix.IFF_UP), want: tracker.Link{Index: 3, Family: 7, AdminUp: true}},
		{what: "wireless event", b: ifInfo(0, 3, unix.IFF_UP, name("wlan0"), attr(unix.IFLA_WIRELESS, 1, 2, 3, 4)), ignored: true},
		{what: "short", b: make([]byte, 15), failing: true},
		{what: "no name", b: ifInfo(0, 3, 0), failing: true},
		{what: "index zero", b: ifInfo(0, 0, 0, name("x")), failing: true},
		{what: "index negative", b: ifInfo(0, -1, 0, name("x")), failing: true},
		{what: "short master", b: ifInfo(0, 3, 0, name("x"), attr(unix.IFLA_MASTER, 1)), failing: true},
		{what: "long state", b: ifInfo(0, 3, 0, name("x"), attr(unix.IFLA_OPERSTATE, 1, 2)), failing: true},
		{what: "cut attribute", b: ifInfo(0, 3, 0, name("eth0")[:6]), failing: true},
		{what: "cut header", b: ifInfo(0, 3, 0, name("eth0"), []byte{8}), failing: true},
		{what: "bad nested", b: ifInfo(0, 3, 0, name("x"), attr(unix.IFLA_LINKINFO, 1, 2, 3)), failing: true},
		{what: "attribute of no length", b: ifInfo(0, 3, 0, make([]byte, 4)), failing: true},
	} {
		t.Run(tc.what, func(t *testing.T) {
			got, ok, err := parseLink(tc.b)
			if tc.failing {
				if !errors.Is(err, ErrMalformed) || ok {
					t.Fatalf("%+v, %v, error %v, expected ErrMalformed", got, ok, err)
				}
				return
			}
			if err != nil || ok == tc.ignored {
				t.Fatalf("ok %v, error %v", ok, err)
			}
			if ok && !reflect.DeepEqual(got, tc.want) {
				t.Fatalf("%+v, expected %+v", got, tc.want)
			}
		})
	}
}

func TestParseAddress(t *testing.T) {
	v4 := func(s string) []byte { a := netip.MustParseAddr(s).As4(); return a[:] }
	v6 := func(s string) []byte { a := netip.MustParseAddr(s).As16(); return a[:] }
	p := netip.MustParsePrefix
	for _, tc := range []struct {
		what    string
		b       []byte
		want    tracker.Address
		ignored bool
		failing bool
	}{
		{
			what: "IPv4",
			b:    ifAddr(unix.AF_INET, 24, unix.IFA_F_PERMANENT, 7, attr(unix.IFA_ADDRESS, v4("192.0.2.1")...), attr(unix.IFA_LOCAL, v4("192.0.2.1")...)),
			want: tracker.Address{Index: 7, Prefix: p("192.0.2.1/24")},
		},
		{
			what: "IPv4 peer",
			b:    ifAddr(unix.AF_INET, 30, 0, 7, attr(unix.IFA_ADDRESS, v4("10.0.0.2")...), attr(unix.IFA_LOCAL, v4("10.0.0.1")...)),
			want: tracker.Address{Index: 7, Prefix: p("10.0.0.1/32"), Peer: p("10.0.0.2/30")},
		},
		{
			what: "IPv4 peer 0.0.0.0",
			b:    ifAddr(unix.AF_INET, 32, 0, 7, attr(unix.IFA_LOCAL, v4("10.0.0.1")...)),
			want: tracker.Address{Index: 7, Prefix: p("10.0.0.1/32"), Peer: p("0.0.0.0/32")},
		},
		{what: "IPv4 0.0.0.0", b: ifAddr(unix.AF_INET, 8, 0, 7), want: tracker.Address{Index: 7, Prefix: p("0.0.0.0/8")}},
		{
			what: "IPv6",
			b:    ifAddr(unix.AF_INET6, 64, 0, 7, attr(unix.IFA_ADDRESS, v6("2001:db8::1")...)),
			want: tracker.Address{Index: 7, Prefix: p("2001:db8::1/64")},
		},
		{
			what: "IPv6 peer",
			b:    ifAddr(unix.AF_INET6, 64, 0, 7, attr(unix.IFA_ADDRESS, v6("2001:db8::2")...), attr(unix.IFA_LOCAL, v6("2001:db8::1")...)),
			want: tracker.Address{Index: 7, Prefix: p("2001:db8::1/128")},
		},
		{
			what: "tentative in the header",
			b:    ifAddr(unix.AF_INET6, 64, unix.IFA_F_TENTATIVE, 7, attr(unix.IFA_ADDRESS, v6("fe80::1")...)),
			want: tracker.Address{Index: 7, Prefix: p("fe80::1/64"), Tentative: true},
		},
		{
			what: "flags of 32 bits",
			b: ifAddr(unix.AF_INET6, 64, unix.IFA_F_TENTATIVE, 7, attr(unix.IFA_ADDRESS, v6("fe80::1")...),
				attr(unix.IFA_FLAGS, u32(unix.IFA_F_DADFAILED|unix.IFA_F_NOPREFIXROUTE)...)),
			want: tracker.Address{Index: 7, Prefix: p("fe80::1/64"), DADFailed: true},
		},
		{
			what: "optimistic",
			b: ifAddr(unix.AF_INET6, 64, 0, 7, attr(unix.IFA_ADDRESS, v6("fe80::1")...),
				attr(unix.IFA_FLAGS, u32(unix.IFA_F_TENTATIVE|unix.IFA_F_OPTIMISTIC)...)),
			want: tracker.Address{Index: 7, Prefix: p("fe80::1/64")},
		},
		{what: "other family", b: ifAddr(unix.AF_PHONET, 0, 0, 7), ignored: true},
		{what: "short", b: make([]byte, 7), failing: true},
		{what: "link zero", b: ifAddr(unix.AF_INET, 8, 0, 0, attr(unix.IFA_ADDRESS, v4("192.0.2.1")...)), failing: true},
		{what: "IPv6 without address", b: ifAddr(unix.AF_INET6, 64, 0, 7), failing: true},
		{what: "too long prefix", b: ifAddr(unix.AF_INET, 33, 0, 7, attr(unix.IFA_ADDRESS, v4("192.0.2.1")...)), failing: true},
		{what: "IPv6 in IPv4", b: ifAddr(unix.AF_INET, 24, 0, 7, attr(unix.IFA_LOCAL, v6("::1")...)), failing: true},
	} {
		t.Run(tc.what, func(t *testing.T) {
			got, ok, err := parseAddress(tc.b)
			if tc.failing {
				if !errors.Is(err, ErrMalformed) || ok {
					t.Fatalf("%+v, %v, error %v, expected ErrMalformed", got, ok, err)
				}
				return
			}
			if err != nil || ok == tc.ignored {
				t.Fatalf("ok %v, error %v", ok, err)
			}
			if ok && got != tc.want {
				t.Fatalf("%+v, expected %+v", got, tc.want)
			}
		})
	}
}

func TestParseDatagram(t *testing.T) {
	link := ifInfo(0, 7, unix.IFF_UP, name("eth0"))
	b := datagram(
		msg(unix.RTM_NEWLINK, 0, link),
		msg(unix.RTM_NEWROUTE, 0, []byte{1, 2, 3}),
		msg(unix.RTM_DELLINK, 0, link),
		msg(unix.RTM_DELADDR, 0, ifAddr(unix.AF_INET, 8, 0, 7)),
	)
	var batch Batch
	if marked, err := parseDatagram(b, &batch); err != nil || marked {
		t.Fatalf("marked %v, error %v", marked, err)
	}
	var types []tracker.EventType
	for _, e := range batch.Events {
		types = append(types, e.Type)
	}
	if want := []tracker.EventType{tracker.LinkSet, tracker.LinkDel, tracker.AddrDel}; !slices.Equal(types, want) {
		t.Errorf("types %v, expected %v", types, want)
	}
	marked, err := parseDatagram(msg(unix.NLMSG_ERROR, 12, make([]byte, 20)), &batch)
	if err != nil || !marked || batch.Mark != 12 {
		t.Errorf("mark %d, %v, error %v", batch.Mark, marked, err)
	}
	for _, bad := range [][]byte{b[:10], b[:len(b)-20], {200, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, make([]byte, 16)} {
		if _, err := parseDatagram(bad, &batch); !errors.Is(err, ErrMalformed) {
			t.Errorf("%d bytes: error %v, expected ErrMalformed", len(bad), err)
		}
	}
}

// FuzzParseDatagram: no input crashes the parser or makes it run for ever, and
// what it accepts makes sense.
func FuzzParseDatagram(f *testing.F) {
	f.Add(msg(unix.RTM_NEWLINK, 0, ifInfo(0, 7, unix.IFF_UP, name("eth0"), attr(unix.IFLA_OPERSTATE, 6),
		attr(unix.IFLA_LINKINFO, attr(unix.IFLA_INFO_KIND, []byte("vrf\x00")...)...))))
	f.Add(msg(unix.RTM_NEWLINK, 0, ifInfo(0, 7, unix.IFF_UP, name("eth0"), attr(unix.IFLA_ADDRESS, 2, 0, 0, 0, 0, 1),
		attr(unix.IFLA_PROP_LIST, attr(unix.IFLA_ALT_IFNAME, []byte("lan\x00")...)...), attr(unix.IFLA_MTU, u32(1500)...))))
	f.Add(msg(unix.RTM_DELLINK, 0, ifInfo(7, 7, 0)))
	f.Add(msg(unix.RTM_NEWADDR, 0, ifAddr(unix.AF_INET, 30, 0, 7, attr(unix.IFA_ADDRESS, 10, 0, 0, 2), attr(unix.IFA_LOCAL, 10, 0, 0, 1))))
	f.Add(msg(unix.RTM_NEWADDR, 0, ifAddr(unix.AF_INET6, 64, 64, 7, attr(unix.IFA_ADDRESS, make([]byte, 16)...), attr(unix.IFA_FLAGS, u32(8)...))))
	f.Add(msg(unix.NLMSG_ERROR, 1, make([]byte, 20)))
	f.Fuzz(func(t *testing.T, b []byte) {
		var batch Batch
		if _, err := parseDatagram(b, &batch); err != nil && !errors.Is(err, ErrMalformed) {
			t.Fatalf("error %v", err)
		}
		for _, e := range batch.Events {
			switch e.Type {
			case tracker.LinkSet, tracker.LinkDel:
				if e.Link.Index <= 0 || e.Link.Family == 0 && e.Link.Name == "" {
					t.Fatalf("%+v", e)
				}
			case tracker.AddrSet, tracker.AddrDel:
				if e.Addr.Index <= 0 || !e.Addr.Prefix.IsValid() {
					t.Fatalf("%+v", e)
				}
			default:
				t.Fatalf("%+v", e)
			}
		}
	})
}
