// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linuxcalls

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"github.com/ifwatcher/ifwatcher/internal/netnstest"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

func addVeth(t *testing.T, name, peer string) netlink.Link {
	t.Helper()
	attrs := netlink.NewLinkAttrs()
	attrs.Name = name
	veth := netlink.NewVeth(attrs)
	veth.PeerName = peer
	if err := netlink.LinkAdd(veth); err != nil {
		t.Fatalf("add %s: %v", name, err)
	}
	return veth
}

func setUp(t *testing.T, links ...netlink.Link) {
	t.Helper()
	for _, l := range links {
		if err := netlink.LinkSetUp(l); err != nil {
			t.Fatal(err)
		}
	}
}

func addAddr(t *testing.T, l netlink.Link, addr string) {
	t.Helper()
	local, peer, hasPeer := strings.Cut(addr, " peer ")
	a, err := netlink.ParseAddr(local)
	if err == nil && hasPeer {
		a.Peer, err = netlink.ParseIPNet(peer)
	}
	if err == nil {
		err = netlink.AddrAdd(l, a)
	}
	if err != nil {
		t.Fatalf("add %s: %v", addr, err)
	}
}

// until receives up to a mark and returns the events before it.
func until(t *testing.T, s Subscription, mark uint32) (events []tracker.Event) {
	t.Helper()
	if err := s.Mark(mark); err != nil {
		t.Fatal(err)
	}
	for {
		b, err := s.Receive()
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, b.Events...)
		if b.Mark == mark {
			return events
		}
	}
}

func subscribeTo(t *testing.T, receiveBuffer int) Subscription {
	t.Helper()
	s, err := NewNetLinkHandler().Subscribe(receiveBuffer)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// Events and dumps of one story say the same.
func TestKernelEventsAndDumps(t *testing.T) {
	if !netnstest.Enter(t) {
		return
	}
	s := subscribeTo(t, 32<<20)
	if events := until(t, s, 1); len(events) != 0 {
		t.Errorf("events of a new namespace: %v", events)
	}
	a := addVeth(t, "a", "b")
	b, err := netlink.LinkByName("b")
	if err != nil {
		t.Fatal(err)
	}
	setUp(t, a, b)
	addAddr(t, a, "192.0.2.1/24")
	addAddr(t, a, "10.0.0.1/32 peer 10.0.0.2/32")
	addAddr(t, a, "10.0.0.1/32 peer 10.0.0.3/32")
	addAddr(t, a, "2001:db8::1/64")
	if err := netlink.LinkSetName(b, "\xff\"{}"); err != nil {
		t.Fatal(err)
	}
	if err := netlink.LinkAddAltName(a, "a-name-longer-than-fifteen"); err != nil {
		t.Fatal(err)
	}
	if err := netlink.LinkSetMTU(a, 1400); err != nil {
		t.Fatal(err)
	}
	gone := addVeth(t, "gone", "gone2")
	if err := netlink.LinkDel(gone); err != nil {
		t.Fatal(err)
	}

	links := map[int]tracker.Link{}
	type id struct {
		index        int
		prefix, peer netip.Prefix
	}
	addrs := map[id]bool{}
	for _, e := range until(t, s, 2) {
		i := id{e.Addr.Index, e.Addr.Prefix, e.Addr.Peer}
		switch e.Type {
		case tracker.LinkSet:
			links[e.Link.Index] = e.Link
		case tracker.LinkDel:
			delete(links, e.Link.Index)
		case tracker.AddrSet:
			addrs[i] = true
		case tracker.AddrDel:
			delete(addrs, i)
		}
	}
	h := NewNetLinkHandler()
	dumped, err := h.DumpLinks()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range dumped {
		if l.Name == "lo" { // nothing has happened to it
			continue
		}
		// The operational state may go on changing: compare what does not.
		got := links[l.Index]
		if got.Name != l.Name || got.Kind != "veth" || l.Kind != "veth" || !got.AdminUp || !l.AdminUp {
			t.Errorf("events say %+v, the dump %+v", got, l)
		}
		if got.MAC != l.MAC || got.MTU != l.MTU || !slices.Equal(got.AltNames, l.AltNames) || len(l.MAC) != len("02:00:00:00:00:01") {
			t.Errorf("events say %+v, the dump %+v", got, l)
		}
		if l.Name == "a" && (l.MTU != 1400 || !slices.Equal(l.AltNames, []string{"a-name-longer-than-fifteen"})) {
			t.Errorf("a is %+v", l)
		}
		delete(links, l.Index)
	}
	if len(dumped) != 3 || len(links) != 0 {
		t.Errorf("dumped %v, left of events %v", dumped, links)
	}
	dumpedAddrs, err := h.DumpAddresses()
	if err != nil {
		t.Fatal(err)
	}
	v4 := 0
	for _, a := range dumpedAddrs {
		if a.Prefix.Addr().Is4() {
			v4++
			if !addrs[id{a.Index, a.Prefix, a.Peer}] {
				t.Errorf("no event of %+v in %v", a, addrs)
			}
		}
	}
	if v4 != 3 {
		t.Errorf("addresses %v", dumpedAddrs)
	}
	want := id{a.Attrs().Index, netip.MustParsePrefix("10.0.0.1/32"), netip.MustParsePrefix("10.0.0.3/32")}
	if !addrs[want] || !addrs[id{a.Attrs().Index, netip.MustParsePrefix("2001:db8::1/64"), netip.Prefix{}}] {
		t.Errorf("addresses by events: %v", addrs)
	}
}

// A buffer of the smallest size overflows, is found out, and a new one works.
func TestKernelOverflow(t *testing.T) {
	if !netnstest.Enter(t) {
		return
	}
	s := subscribeTo(t, 1)
	for i := range 20 {
		addVeth(t, fmt.Sprintf("a%d", i), fmt.Sprintf("b%d", i))
	}
	for {
		if _, err := s.Receive(); err != nil {
			if !errors.Is(err, ErrOverflow) {
				t.Errorf("error %v", err)
			}
			break
		}
	}
	table, err := os.ReadFile("/proc/thread-self/net/netlink")
	if err != nil {
		t.Fatal(err)
	}
	drops := fmt.Sprintf(" %d ", s.Dropped())
	if s.Dropped() == 0 || !strings.Contains(string(table), drops) {
		t.Errorf("%s dropped, the kernel says\n%s", drops, table)
	}
	s2 := subscribeTo(t, 0)
	addVeth(t, "c", "d")
	if events := until(t, s2, 7); len(events) < 2 {
		t.Errorf("events %v", events)
	}
}

// Close ends a Receive that waits, and everything after it.
func TestKernelClose(t *testing.T) {
	if !netnstest.Enter(t) {
		return
	}
	subscribeTo(t, 0).Close() // the runtime opens files of its own for the first one
	before := openFiles(t)
	for i := range 20 {
		s := subscribeTo(t, 0)
		done := make(chan error)
		go func() {
			_, err := s.Receive()
			done <- err
		}()
		time.Sleep(time.Duration(i) * 50 * time.Microsecond)
		for range 2 {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
		if err := <-done; !errors.Is(err, ErrClosed) {
			t.Errorf("Receive: %v", err)
		}
		if err := s.Mark(1); !errors.Is(err, ErrClosed) {
			t.Errorf("Mark: %v", err)
		}
	}
	if after := openFiles(t); after > before {
		t.Errorf("%d files open, %d before", after, before)
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}

func TestKernelQueries(t *testing.T) {
	if !netnstest.Enter(t) {
		return
	}
	h := NewNetLinkHandler()
	a := addVeth(t, "a", "b")
	setUp(t, a)
	addAddr(t, a, "192.0.2.1/24")

	for name, want := range map[string]bool{"a": true, "b": true, "c": false} {
		if got, err := h.InterfaceExists(name); err != nil || got != want {
			t.Errorf("InterfaceExists %s: %v, %v", name, got, err)
		}
	}
	for name, want := range map[string]bool{"a": true, "b": false} {
		if got, err := h.IsInterfaceUp(name); err != nil || got != want {
			t.Errorf("IsInterfaceUp %s: %v, %v", name, got, err)
		}
	}
	var notFound netlink.LinkNotFoundError
	if _, err := h.IsInterfaceUp("c"); !errors.As(err, &notFound) {
		t.Errorf("IsInterfaceUp of nothing: %v", err)
	}
	if l, err := h.GetLinkByIndex(a.Attrs().Index); err != nil || l.Attrs().Name != "a" {
		t.Errorf("GetLinkByIndex: %v, %v", l, err)
	}
	if _, err := h.GetLinkByIndex(12345); !errors.As(err, &notFound) {
		t.Errorf("GetLinkByIndex of nothing: %v", err)
	}
	links, err := h.GetLinkList()
	var names []string
	for _, l := range links {
		names = append(names, l.Attrs().Name)
	}
	slices.Sort(names)
	if err != nil || !slices.Equal(names, []string{"a", "b", "lo"}) {
		t.Errorf("GetLinkList: %q, %v", names, err)
	}
	if addrs, err := h.GetAddressList("a"); err != nil || len(addrs) == 0 {
		t.Errorf("GetAddressList: %v, %v", addrs, err)
	}
	if _, err := h.GetAddressList("c"); !errors.As(err, &notFound) {
		t.Errorf("GetAddressList of nothing: %v", err)
	}

	linkUpdates, addrUpdates := make(chan netlink.LinkUpdate, 100), make(chan netlink.AddrUpdate, 100)
	done := make(chan struct{})
	if err := errors.Join(h.LinkSubscribe(linkUpdates, done), h.AddrSubscribe(addrUpdates, done)); err != nil {
		t.Fatal(err)
	}
	addAddr(t, a, "192.0.2.2/24")
	addVeth(t, "e", "f")
	receive(t, linkUpdates, func(u netlink.LinkUpdate) bool { return u.Attrs().Name == "e" || u.Attrs().Name == "f" })
	receive(t, addrUpdates, func(u netlink.AddrUpdate) bool { return u.LinkAddress.String() == "192.0.2.2/24" })
	close(done)
	for range linkUpdates { // until it is closed
	}
	for range addrUpdates {
	}
}

// receive waits for an update; the kernel may have other things to tell before.
func receive[T any](t *testing.T, updates <-chan T, match func(T) bool) {
	t.Helper()
	for u := range updates {
		if match(u) {
			return
		}
	}
	t.Error("the subscription ended without the update")
}

// BenchmarkParse is the cost of parsing one notification.
func BenchmarkParse(b *testing.B) {
	d := msg(16, 0, ifInfo(0, 7, 1, name("eth0"), attr(16, 6), make([]byte, 0), attr(18, attr(1, []byte("veth\x00")...)...)))
	var batch Batch
	for b.Loop() {
		batch.Events = batch.Events[:0]
		if _, err := parseDatagram(d, &batch); err != nil {
			b.Fatal(err)
		}
	}
}
