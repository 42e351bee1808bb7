// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linuxcalls

import (
	"errors"
	"net"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/ifwatcher/ifwatcher/internal/lab"
	"github.com/ifwatcher/ifwatcher/internal/netnstest"
	"github.com/ifwatcher/ifwatcher/internal/thread"
)

const mark = 231

func addresses(t *testing.T, h *Handler, link Link) []string {
	t.Helper()
	list, err := h.AddressList(link.Index)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, a := range list {
		if !a.Prefix.Addr().IsLinkLocalUnicast() {
			texts = append(texts, a.Prefix.String())
		}
	}
	slices.Sort(texts)
	return texts
}

func TestLink(t *testing.T) {
	h := kernel(t)
	link := veth(t, h, "lk0")
	if !link.Up || link.MTU != 1500 || len(link.MAC) != 6 || link.Name != "lk0" {
		t.Errorf("link = %+v", link)
	}
	mac, _ := net.ParseMAC("02:00:00:00:00:07")
	for _, err := range []error{h.SetLinkMTU(link.Index, 1400), h.SetLinkMAC(link.Index, mac), h.SetLinkUp(link.Index, false)} {
		if err != nil {
			t.Error(err)
		}
	}
	got, err := h.LinkByIndex(link.Index)
	if err != nil {
		t.Fatal(err)
	}
	if got.Up || got.MTU != 1400 || got.MAC.String() != mac.String() {
		t.Errorf("after change, link = %+v", got)
	}
	links, err := h.LinkList()
	if err != nil || !slices.ContainsFunc(links, func(l Link) bool { return l.Name == "lk0" && l.Index == link.Index }) {
		t.Errorf("links = %+v, %v", links, err)
	}
}

// TestNoAddressYet asks a new namespace for everything. Where there has never been
// an IPv4 address the kernel has no table of routes, which it says at the end of the
// list that it is asked for.
func TestNoAddressYet(t *testing.T) {
	netnstest.Need(t)
	err := thread.Do(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return err
		}
		h, err := NewHandler()
		if err != nil {
			return err
		}
		defer h.Close()
		routes, errRoutes := h.RouteList(0)
		own, errOwn := h.RouteList(mark)
		neighbours, errNeighbours := h.NeighbourList()
		addrs, errAddrs := h.AddressList(0)
		if len(routes)+len(own)+len(neighbours)+len(addrs) > 0 {
			t.Errorf("routes %v, %v, neighbours %v, addresses %v", routes, own, neighbours, addrs)
		}
		links, errLinks := h.LinkList()
		if len(links) == 0 {
			t.Error("no link")
		}
		return errors.Join(errRoutes, errOwn, errNeighbours, errAddrs, errLinks)
	})
	if err != nil {
		t.Error(err)
	}
}

func TestNoLink(t *testing.T) {
	h := kernel(t)
	const missing = 987654
	for what, err := range map[string]error{
		"LinkByName":      second(h.LinkByName("nosuch")),
		"long name":       second(h.LinkByName("a-name-that-no-link-can-have")),
		"LinkByIndex":     second(h.LinkByIndex(missing)),
		"SetLinkMTU":      h.SetLinkMTU(missing, 1400),
		"AddressAdd":      h.AddressAdd(Address{LinkIndex: missing, Prefix: netip.MustParsePrefix("10.1.1.1/24")}),
		"AddressDelete":   h.AddressDelete(Address{LinkIndex: missing, Prefix: netip.MustParsePrefix("10.1.1.1/24")}),
		"NeighbourDelete": h.NeighbourDelete(Neighbour{LinkIndex: missing, IP: netip.MustParseAddr("10.1.1.1")}),
	} {
		var op *OpError
		if !IsGone(err) || !errors.As(err, &op) {
			t.Errorf("%s: %v is not an OpError of a missing link", what, err)
		}
	}
	if addrs, err := h.AddressList(missing); err == nil && len(addrs) > 0 {
		t.Errorf("addresses of a missing link = %v", addrs)
	}
}

func second[T any](_ T, err error) error { return err }

func TestAddress(t *testing.T) {
	h := kernel(t)
	link := veth(t, h, "ad0")
	for _, text := range []string{"10.1.0.1/24", "10.1.0.129/31", "10.9.9.9/32", "2001:db8::1/64"} {
		addr := Address{LinkIndex: link.Index, Prefix: netip.MustParsePrefix(text), Protocol: mark}
		if err := h.AddressAdd(addr); err != nil {
			t.Fatal(err)
		}
		if err := h.AddressAdd(addr); !errors.Is(err, syscall.EEXIST) {
			t.Errorf("%s again: %v, want EEXIST", text, err)
		}
		if !lab.HasAddress("ad0", text) {
			t.Errorf("%s is not in the kernel", text)
		}
		list, err := h.AddressList(link.Index)
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(list, func(a Address) bool { return a.Prefix == addr.Prefix })
		if at < 0 {
			t.Fatalf("%s is not in %v", text, list)
		}
		if got := list[at]; got.LinkIndex != link.Index || got.Peer.IsValid() || got.Secondary {
			t.Errorf("%s read back as %+v", text, got)
		} else if kept := got.Protocol == mark; kept != h.Features().AddressProtocol {
			t.Errorf("%s: protocol kept = %v, but features say %v", text, kept, h.Features().AddressProtocol)
		}
		if err := h.AddressDelete(addr); err != nil {
			t.Error(err)
		}
		if err := h.AddressDelete(addr); !IsGone(err) {
			t.Errorf("delete %s again: %v", text, err)
		}
	}
}

func TestForeignAddressHasNoMark(t *testing.T) {
	h := kernel(t)
	link := veth(t, h, "fo0")
	if err := lab.AddAddress("fo0", "10.2.0.1/24"); err != nil {
		t.Fatal(err)
	}
	list, err := h.AddressList(link.Index)
	if err != nil || len(list) == 0 {
		t.Fatalf("addresses = %v, %v", list, err)
	}
	for _, a := range list {
		if a.Protocol == mark {
			t.Errorf("%v is marked as ours", a)
		}
	}
}

func TestDeleteKeepsSecondaries(t *testing.T) {
	h := kernel(t)
	link := veth(t, h, "se0")
	ours := Address{LinkIndex: link.Index, Prefix: netip.MustParsePrefix("10.3.0.1/24"), Protocol: mark}
	if err := h.AddressAdd(ours); err != nil {
		t.Fatal(err)
	}
	for _, foreign := range []string{"10.3.0.2/24", "10.3.0.3/24"} {
		if err := lab.AddAddress("se0", foreign); err != nil {
			t.Fatal(err)
		}
	}
	before, err := h.promotesSecondaries(link.Index)
	if err != nil {
		t.Fatal(err)
	}
	if before {
		t.Fatal("the namespace promotes secondaries by itself: this test would show nothing")
	}
	if err := h.AddressDelete(ours); err != nil {
		t.Fatal(err)
	}
	if got, want := addresses(t, h, link), []string{"10.3.0.2/24", "10.3.0.3/24"}; !slices.Equal(got, want) {
		t.Errorf("addresses = %v, want %v", got, want)
	}
	if after, err := h.promotesSecondaries(link.Index); err != nil || after {
		t.Errorf("promote_secondaries is left at %v, %v", after, err)
	}
}

// TestDeleteKeepsRoutes deletes the only address of a link, which had routes
// before it had the address.
func TestDeleteKeepsRoutes(t *testing.T) {
	h := kernel(t)
	link, other := veth(t, h, "kr0"), veth(t, h, "kr1")
	ours := Address{LinkIndex: link.Index, Prefix: netip.MustParsePrefix("10.4.0.1/24"), Protocol: mark}
	foreign := []Route{
		{LinkIndex: link.Index, Dst: netip.MustParsePrefix("10.40.0.0/24"), Scope: 253, Protocol: 4},
		{LinkIndex: link.Index, Dst: netip.MustParsePrefix("10.41.0.0/24"), Scope: 253, Protocol: 3, Metric: 7},
		{LinkIndex: other.Index, Dst: netip.MustParsePrefix("10.42.0.0/24"), Scope: 253, Protocol: 4},
	}
	for _, r := range foreign {
		if err := h.RouteAdd(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.AddressAdd(ours); err != nil {
		t.Fatal(err)
	}
	through := Route{LinkIndex: link.Index, Dst: netip.MustParsePrefix("10.43.0.0/24"), Gateway: netip.MustParseAddr("10.4.0.9"), Protocol: 4}
	if err := h.RouteAdd(through); err != nil {
		t.Fatal(err)
	}
	if err := h.AddressDelete(ours); err != nil {
		t.Fatal(err)
	}
	list, err := h.RouteList(0)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range foreign {
		if !slices.Contains(list, r) {
			t.Errorf("%+v is gone; there are %+v", r, list)
		}
	}
	if slices.ContainsFunc(list, func(r Route) bool { return r.LinkIndex == link.Index && r.Dst.Contains(ours.Prefix.Addr()) }) {
		t.Errorf("the network of the address is still there: %+v", list)
	}
}

func TestRoute(t *testing.T) {
	h := kernel(t)
	link := veth(t, h, "ro0")
	for _, text := range []string{"10.4.0.1/24", "2001:db8:4::1/64"} {
		if err := h.AddressAdd(Address{LinkIndex: link.Index, Prefix: netip.MustParsePrefix(text)}); err != nil {
			t.Fatal(err)
		}
	}
	for _, route := range []Route{
		{Dst: netip.MustParsePrefix("10.99.0.0/24"), Gateway: netip.MustParseAddr("10.4.0.254")},
		{Dst: netip.MustParsePrefix("0.0.0.0/0"), Gateway: netip.MustParseAddr("10.4.0.254"), Metric: 77},
		{Dst: netip.MustParsePrefix("10.98.0.0/16"), Scope: 253},
		{Dst: netip.MustParsePrefix("2001:db8:99::/48"), Gateway: netip.MustParseAddr("2001:db8:4::2"), Metric: 1024},
		{Dst: netip.MustParsePrefix("::/0"), Gateway: netip.MustParseAddr("fe80::1"), Metric: 10},
	} {
		route.LinkIndex, route.Protocol = link.Index, mark
		if err := h.RouteAdd(route); err != nil {
			t.Fatal(err)
		}
		if err := h.RouteAdd(route); !errors.Is(err, syscall.EEXIST) {
			t.Errorf("%v again: %v, want EEXIST", route, err)
		}
		if list, err := h.RouteList(mark); err != nil || len(list) != 1 || list[0] != route {
			t.Errorf("routes = %+v, %v; want %+v", list, err, route)
		}
		if list, err := h.RouteList(0); err != nil || !slices.Contains(list, route) || len(list) < 2 {
			t.Errorf("all routes = %+v, %v; want %+v and others", list, err, route)
		}
		foreign := route
		foreign.Protocol = mark + 1
		if err := h.RouteDelete(foreign); !IsGone(err) {
			t.Errorf("delete %v by another protocol: %v, want ESRCH", route, err)
		}
		if err := h.RouteDelete(route); err != nil {
			t.Error(err)
		}
		if err := h.RouteDelete(route); !IsGone(err) {
			t.Errorf("delete %v again: %v", route, err)
		}
	}
}

func TestRouteErrorSaysWhy(t *testing.T) {
	h := kernel(t)
	link := veth(t, h, "rw0")
	err := h.RouteAdd(Route{LinkIndex: link.Index, Protocol: mark,
		Dst: netip.MustParsePrefix("10.99.0.0/24"), Gateway: netip.MustParseAddr("10.77.0.1")})
	if err == nil || !strings.Contains(err.Error(), "10.99.0.0/24 via 10.77.0.1") {
		t.Errorf("err = %v, want one that names the route", err)
	}
}

func TestMultipathIsOneRouteForEachHop(t *testing.T) {
	h := kernel(t)
	link := veth(t, h, "mp0")
	if err := lab.AddAddress("mp0", "2001:db8:6::1/64"); err != nil {
		t.Fatal(err)
	}
	route := Route{LinkIndex: link.Index, Protocol: mark, Metric: 5, Dst: netip.MustParsePrefix("2001:db8:66::/48")}
	var want []Route
	for _, gw := range []string{"2001:db8:6::2", "2001:db8:6::3"} {
		route.Gateway = netip.MustParseAddr(gw)
		want = append(want, route)
		// Without NLM_F_EXCL the kernel makes a second next hop of it.
		if err := h.change(syscall.RTM_NEWROUTE, syscall.NLM_F_CREATE|syscall.NLM_F_APPEND, routeData(route)...); err != nil {
			t.Fatal(err)
		}
	}
	list, err := h.RouteList(mark)
	if err != nil || !slices.Equal(list, want) {
		t.Errorf("routes = %+v, %v; want %+v", list, err, want)
	}
}

func TestNeighbour(t *testing.T) {
	h := kernel(t)
	link := veth(t, h, "ne0")
	mac, _ := net.ParseMAC("02:00:00:00:00:01")
	other, _ := net.ParseMAC("02:00:00:00:00:02")
	for _, text := range []string{"10.5.0.9", "2001:db8:5::9"} {
		neigh := Neighbour{LinkIndex: link.Index, IP: netip.MustParseAddr(text), MAC: mac, Protocol: mark}
		for _, neigh.MAC = range []net.HardwareAddr{mac, other} {
			if err := h.NeighbourSet(neigh); err != nil {
				t.Fatal(err)
			}
			list, err := h.NeighbourList()
			if err != nil {
				t.Fatal(err)
			}
			at := slices.IndexFunc(list, func(n Neighbour) bool { return n.IP == neigh.IP })
			if at < 0 {
				t.Fatalf("%s is not in %+v", text, list)
			}
			got, err := h.NeighbourGet(link.Index, neigh.IP)
			if err != nil || !reflect.DeepEqual(got, list[at]) {
				t.Errorf("asked for alone: %+v, %v; in the list: %+v", got, err, list[at])
			}
			if got, err := h.neighbourFromList(neigh); err != nil || !reflect.DeepEqual(got, list[at]) {
				t.Errorf("taken from the list: %+v, %v; in the list: %+v", got, err, list[at])
			}
			if !got.Permanent || got.MAC.String() != neigh.MAC.String() || got.LinkIndex != link.Index {
				t.Errorf("read back as %+v, want %+v", got, neigh)
			} else if kept := got.Protocol == mark; kept != h.Features().NeighbourProtocol {
				t.Errorf("protocol kept = %v, but features say %v", kept, h.Features().NeighbourProtocol)
			}
		}
		if err := h.NeighbourDelete(neigh); err != nil {
			t.Error(err)
		}
		if err := h.NeighbourDelete(neigh); !IsGone(err) {
			t.Errorf("delete %s again: %v", text, err)
		}
		for _, get := range []func() (Neighbour, error){
			func() (Neighbour, error) { return h.NeighbourGet(link.Index, neigh.IP) },
			func() (Neighbour, error) { return h.neighbourFromList(neigh) },
		} {
			if _, err := get(); !errors.Is(err, syscall.ENOENT) {
				t.Errorf("get %s after deletion: %v, want ENOENT", text, err)
			}
		}
	}
}

func TestPrivilege(t *testing.T) {
	h := kernel(t)
	if err := h.CheckPrivilege(); err != nil {
		t.Errorf("in a namespace of our own: %v", err)
	}
}

// TestUseMark has one process end and start while another one goes on: who
// comes back is not alone, although who was alone before has gone.
func TestUseMark(t *testing.T) {
	netnstest.Need(t)
	use := func(mark uint8, want bool) (release func()) {
		t.Helper()
		release, alone, err := UseMark(mark)
		if err != nil || alone != want {
			t.Fatalf("alone with %d: %v, %v; want %v", mark, alone, err, want)
		}
		return release
	}
	first := use(77, true)
	second := use(77, false)
	use(78, true)()
	first()
	first = use(77, false)
	second()
	first()
	use(77, true)()
}
