// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package tracker

import "net/netip"

// addrSet holds the addresses of one link. Several of them can have one local
// part (point-to-point addresses with different peers), so usable counts.
type addrSet struct {
	ids    map[AddressID]Address
	usable map[netip.Prefix]int
}

func newAddrSet() *addrSet {
	return &addrSet{ids: map[AddressID]Address{}, usable: map[netip.Prefix]int{}}
}

// addrDiff tells what a change means for the local address as a whole.
type addrDiff uint8

const (
	addrSame addrDiff = iota
	addrAppeared
	addrVanished
)

// set adds an address, or changes all of it but the prefix.
func (s *addrSet) set(a Address) addrDiff {
	old, known := s.ids[a.ID()]
	s.ids[a.ID()] = a
	return s.count(a.Prefix, known && old.usable(), a.usable())
}

// del removes an address that is in the set.
func (s *addrSet) del(a Address) addrDiff {
	delete(s.ids, a.ID())
	return s.count(a.Prefix, a.usable(), false)
}

func (s *addrSet) count(p netip.Prefix, was, is bool) addrDiff {
	switch {
	case is && !was:
		s.usable[p]++
		if s.usable[p] == 1 {
			return addrAppeared
		}
	case was && !is:
		s.usable[p]--
		if s.usable[p] == 0 {
			delete(s.usable, p)
			return addrVanished
		}
	}
	return addrSame
}
