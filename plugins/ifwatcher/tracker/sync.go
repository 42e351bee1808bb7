// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package tracker

import (
	"maps"
	"slices"
	"time"
)

// Snapshot is the result of a dump of all links and all addresses.
type Snapshot struct {
	Links     []Link
	Addresses []Address
}

// Repairs counts what a Sync found to differ from what the events had said. After
// a loss of events it is the loss; in an audit it should be zero.
type Repairs struct {
	LinksAdded, LinksChanged, LinksRemoved             int
	AddressesAdded, AddressesChanged, AddressesRemoved int
}

// Total returns the number of all differences.
func (r Repairs) Total() int {
	return r.LinksAdded + r.LinksChanged + r.LinksRemoved + r.AddressesAdded + r.AddressesChanged + r.AddressesRemoved
}

// Sync makes the state agree with a dump and the events received from before the
// dump began until after it ended. The events must be in order; they may be
// older than what the dump says of the same object, and in a Tracker that is in
// sync they have been given to Apply as well.
//
// It is a sweep: what the dump does not mention is removed, what has not changed
// is not touched, so nothing that depends on it flaps. Interfaces that are
// enabled at the first Sync are announced without delay.
func (t *Tracker) Sync(now time.Time, dump Snapshot, since []Event) Repairs {
	t.now = now
	f := newFacts(dump)
	for _, e := range since {
		f.apply(e)
	}
	delay := t.cfg.NotificationDelay
	if !t.synced {
		t.synced, delay = true, 0
	}

	var r Repairs
	for _, index := range slices.Sorted(maps.Keys(t.links)) {
		if _, ok := f.links[index]; !ok {
			t.delLink(index)
			r.LinksRemoved++
		}
	}
	for _, index := range slices.Sorted(maps.Keys(f.links)) {
		l := f.links[index]
		switch old, known := t.links[index]; {
		case !known:
			r.LinksAdded++
		case !old.equal(l):
			r.LinksChanged++
		default:
			continue
		}
		t.setLink(now, l, delay)
	}
	t.syncAddrs(f, &r)
	// Everything sent before the end of the dump has been seen: no event for a
	// link deleted before can still come.
	clear(t.dead)
	return r
}

func (t *Tracker) syncAddrs(f facts, r *Repairs) {
	for index, set := range t.addrs {
		if _, ok := t.links[index]; !ok {
			delete(t.addrs, index) // of a link that never came
			continue
		}
		for id, a := range set.ids {
			if _, ok := f.addrs[index][id]; !ok {
				t.delAddr(a)
				r.AddressesRemoved++
			}
		}
	}
	for index, addrs := range f.addrs {
		if _, ok := t.links[index]; !ok {
			continue
		}
		for id, a := range addrs {
			var old Address
			known := false
			if set := t.addrs[index]; set != nil {
				old, known = set.ids[id]
			}
			switch {
			case !known:
				r.AddressesAdded++
			case old != a:
				r.AddressesChanged++
			default:
				continue
			}
			t.setAddr(a)
		}
	}
}

// facts is a plain picture of the kernel without names, delays or keys.
type facts struct {
	links map[int]Link
	addrs map[int]map[addrID]Address
	dead  map[int]struct{} // as in Tracker
}

func newFacts(dump Snapshot) facts {
	f := facts{
		links: make(map[int]Link, len(dump.Links)),
		addrs: make(map[int]map[addrID]Address, len(dump.Links)),
		dead:  map[int]struct{}{},
	}
	for _, l := range dump.Links {
		f.apply(Event{Type: LinkSet, Link: l})
	}
	for _, a := range dump.Addresses {
		f.apply(Event{Type: AddrSet, Addr: a})
	}
	return f
}

func (f facts) apply(e Event) {
	switch e.Type {
	case LinkSet:
		if e.Link.Family == 0 {
			f.links[e.Link.Index] = e.Link
			delete(f.dead, e.Link.Index)
		}
	case LinkDel:
		if e.Link.Family == 0 {
			delete(f.links, e.Link.Index)
			delete(f.addrs, e.Link.Index)
			f.dead[e.Link.Index] = struct{}{}
		}
	case AddrSet:
		if _, late := f.dead[e.Addr.Index]; late {
			return
		}
		if f.addrs[e.Addr.Index] == nil {
			f.addrs[e.Addr.Index] = map[addrID]Address{}
		}
		f.addrs[e.Addr.Index][e.Addr.id()] = e.Addr
	case AddrDel:
		delete(f.addrs[e.Addr.Index], e.Addr.id())
	}
}
