// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"fmt"
	"io"
	"net/netip"

	"github.com/vishvananda/netlink"
)

// AddVeth makes a veth pair, both ends down.
func AddVeth(name, peer string) error {
	attrs := netlink.NewLinkAttrs()
	attrs.Name = name
	if err := netlink.LinkAdd(&netlink.Veth{LinkAttrs: attrs, PeerName: peer}); err != nil {
		return fmt.Errorf("add veth %s: %w", name, err)
	}
	return nil
}

// AddTap makes a tap device, down, and holds it open as a VM does; without
// that it has no carrier. It is gone when it is closed.
func AddTap(name string) (io.Closer, error) {
	attrs := netlink.NewLinkAttrs()
	attrs.Name = name
	tap := &netlink.Tuntap{LinkAttrs: attrs, Mode: netlink.TUNTAP_MODE_TAP, NonPersist: true, Queues: 1}
	if err := netlink.LinkAdd(tap); err != nil {
		return nil, fmt.Errorf("add tap %s: %w", name, err)
	}
	return tap.Fds[0], nil
}

// Up sets interfaces up.
func Up(names ...string) error { return each(names, "up", netlink.LinkSetUp) }

// Down sets interfaces down.
func Down(names ...string) error { return each(names, "down", netlink.LinkSetDown) }

// Delete deletes interfaces.
func Delete(names ...string) error { return each(names, "delete", netlink.LinkDel) }

// Rename renames an interface; Linux 6.0 and later allow it while it is up.
func Rename(from, to string) error {
	return each([]string{from}, "rename", func(l netlink.Link) error { return netlink.LinkSetName(l, to) })
}

// AddAddress adds an address as an administrator would.
func AddAddress(name, address string) error {
	addr, err := netlink.ParseAddr(address)
	if err != nil {
		return fmt.Errorf("address %q: %w", address, err)
	}
	return each([]string{name}, "address "+address, func(l netlink.Link) error { return netlink.AddrAdd(l, addr) })
}

// Addresses returns the addresses of an interface, nil if it does not exist.
func Addresses(name string) []netip.Prefix {
	l, err := netlink.LinkByName(name)
	if err != nil {
		return nil
	}
	addrs, err := netlink.AddrList(l, netlink.FAMILY_ALL)
	if err != nil {
		return nil
	}
	var list []netip.Prefix
	for _, a := range addrs {
		if ip, ok := netip.AddrFromSlice(a.IP); ok {
			ones, _ := a.Mask.Size()
			list = append(list, netip.PrefixFrom(ip.Unmap(), ones))
		}
	}
	return list
}

// HasAddress reports whether the interface has the address, written with its
// prefix length.
func HasAddress(name, address string) bool {
	want, err := netip.ParsePrefix(address)
	if err != nil {
		return false
	}
	for _, have := range Addresses(name) {
		if have == want {
			return true
		}
	}
	return false
}

// HasRoute reports whether the main table has a route to dst, written with
// its prefix length.
func HasRoute(dst string) bool {
	want, err := netlink.ParseIPNet(dst)
	if err != nil {
		return false
	}
	routes, err := netlink.RouteListFiltered(netlink.FAMILY_ALL, &netlink.Route{Dst: want}, netlink.RT_FILTER_DST)
	return err == nil && len(routes) > 0
}

func each(names []string, what string, do func(netlink.Link) error) error {
	for _, name := range names {
		l, err := netlink.LinkByName(name)
		if err == nil {
			err = do(l)
		}
		if err != nil {
			return fmt.Errorf("%s %s: %w", name, what, err)
		}
	}
	return nil
}
