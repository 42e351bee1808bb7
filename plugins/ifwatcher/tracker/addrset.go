// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package tracker

import "net/netip"

// addrID is what the kernel takes for one address of a link.
type addrID struct{ prefix, peer netip.Prefix }

// addrSet holds the addresses of one link. Several of them can have one local
// part (point-to-point addresses with different peers), so usable counts.
type addrSet struct {
	ids    map[addrID]Address
	usable map[netip.Prefix]int
}

func newAddrSet() *addrSet {
	return &addrSet{ids: map[addrID]Address{}, usable: map[netip.Prefix]int{}}
}

// addrDiff tells what a change means for the local address as a whole.
type addrDiff uint8

const (
	addrSame addrDiff = iota
	addrAppeared
	addrVanished
)

func (s *addrSet) set(a Address) addrDiff {
	old, known := s.ids[a.id()]
	s.ids[a.id()] = a
	return s.count(a.Prefix, known && old.usable(), a.usable())
}

func (s *addrSet) del(a Address) addrDiff {
	old, known := s.ids[a.id()]
	delete(s.ids, a.id())
	return s.count(a.Prefix, known && old.usable(), false)
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
