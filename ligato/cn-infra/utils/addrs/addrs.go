// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package addrs

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// ParseIPWithPrefix parses an address with or without a prefix length and
// reports whether it is IPv6. The result has the address itself, not that of
// its network; without a prefix length the mask covers all bits.
func ParseIPWithPrefix(s string) (ipNet *net.IPNet, isIPv6 bool, err error) {
	if !strings.Contains(s, "/") {
		addr, err := parseAddr(s)
		if err != nil {
			return nil, false, err
		}
		return toIPNet(addr, addr.BitLen())
	}
	prefix, err := netip.ParsePrefix(s)
	if err != nil {
		return nil, false, fmt.Errorf("IP address %q: %w", s, err)
	}
	if prefix.Addr().Is4In6() && prefix.Bits() < 96 {
		return nil, false, fmt.Errorf("IP address %q: the prefix ends before the IPv4 part", s)
	}
	return toIPNet(prefix.Addr(), prefix.Bits())
}

// IsIPv6 reports whether the address, without a prefix length, is IPv6.
func IsIPv6(s string) (bool, error) {
	addr, err := parseAddr(s)
	if err != nil {
		return false, err
	}
	return !addr.Unmap().Is4(), nil
}

// StrAddrsToStruct parses addresses like [ParseIPWithPrefix]; the first that
// does not parse is an error.
func StrAddrsToStruct(addrs []string) ([]*net.IPNet, error) {
	var out []*net.IPNet
	for _, s := range addrs {
		ipNet, _, err := ParseIPWithPrefix(s)
		if err != nil {
			return nil, err
		}
		out = append(out, ipNet)
	}
	return out, nil
}

// DiffAddr returns the addresses of oldAddrs that are not in newAddrs, and
// those of newAddrs that are not in oldAddrs, each in the order of its list.
func DiffAddr(newAddrs []*net.IPNet, oldAddrs []*net.IPNet) (toBeDeleted []*net.IPNet, toBeAdded []*net.IPNet) {
	return without(oldAddrs, newAddrs), without(newAddrs, oldAddrs)
}

func without(addrs, others []*net.IPNet) []*net.IPNet {
	skip := make(map[string]struct{}, len(others))
	for _, other := range others {
		skip[other.String()] = struct{}{}
	}
	var out []*net.IPNet
	for _, addr := range addrs {
		if _, ok := skip[addr.String()]; !ok {
			out = append(out, addr)
		}
	}
	return out
}

func parseAddr(s string) (netip.Addr, error) {
	addr, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("IP address %q: %w", s, err)
	}
	if addr.Zone() != "" {
		return netip.Addr{}, fmt.Errorf("IP address %q: has a zone", s)
	}
	return addr, nil
}

func toIPNet(addr netip.Addr, bits int) (*net.IPNet, bool, error) {
	if addr.Is4In6() {
		addr, bits = addr.Unmap(), bits-96
	}
	return &net.IPNet{
		IP:   addr.AsSlice(),
		Mask: net.CIDRMask(bits, addr.BitLen()),
	}, addr.Is6(), nil
}
