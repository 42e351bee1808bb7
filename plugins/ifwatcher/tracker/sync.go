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
	d := t.differences(newFacts(dump, since))
	delay := t.cfg.NotificationDelay
	if !t.synced {
		t.synced, delay = true, 0
	}
	for _, index := range d.gone {
		t.delLink(index)
	}
	for _, l := range d.links {
		t.setLink(now, l, delay)
	}
	for _, a := range d.lost {
		t.delAddr(a)
	}
	for _, a := range d.addrs {
		t.setAddr(a)
	}
	maps.DeleteFunc(t.addrs, func(index int, _ *addrSet) bool { return t.links[index] == nil }) // of links that never came
	// Everything sent before the end of the dump has been seen: no event for a
	// link deleted before can still come.
	clear(t.dead)
	return d.Repairs
}

// Compare returns what Sync would repair, and changes nothing.
func (t *Tracker) Compare(dump Snapshot, since []Event) Repairs {
	return t.differences(newFacts(dump, since)).Repairs
}

// differences are what is to be done for the state to agree with facts.
type differences struct {
	gone  []int     // links
	links []Link    // added or changed
	lost  []Address // of links that stay
	addrs []Address // added or changed
	Repairs
}

func (t *Tracker) differences(f facts) (d differences) {
	for index := range t.links {
		if _, ok := f.links[index]; !ok {
			d.gone = append(d.gone, index)
		}
	}
	slices.Sort(d.gone)
	d.LinksRemoved = len(d.gone)
	for _, index := range slices.Sorted(maps.Keys(f.links)) {
		l := f.links[index]
		switch old, known := t.links[index]; {
		case !known:
			d.LinksAdded++
		case untold(old.Link, l): // taken in, but no event was missed
		case !old.equal(l):
			d.LinksChanged++
		default:
			continue
		}
		d.links = append(d.links, l)
	}
	t.addrDifferences(f, &d)
	return d
}

// untold tells whether now differs from old by nothing that the kernel tells of: it
// is silent about the alternative names of a link that is down.
func untold(old, now Link) bool {
	if old.AdminUp || now.AdminUp || slices.Equal(old.AltNames, now.AltNames) {
		return false
	}
	old.AltNames = now.AltNames
	return old.equal(now)
}

func (t *Tracker) addrDifferences(f facts, d *differences) {
	for index, set := range t.addrs {
		if _, ok := f.links[index]; !ok {
			continue // they go with their link
		}
		for id, a := range set.ids {
			if _, ok := f.addrs[index][id]; !ok {
				d.lost = append(d.lost, a)
			}
		}
	}
	d.AddressesRemoved = len(d.lost)
	for index, addrs := range f.addrs {
		if _, ok := f.links[index]; !ok {
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
				d.AddressesAdded++
			case old != a:
				d.AddressesChanged++
			default:
				continue
			}
			d.addrs = append(d.addrs, a)
		}
	}
}

// facts is a plain picture of the kernel without names, delays or keys.
type facts struct {
	links map[int]Link
	addrs map[int]map[AddressID]Address
	dead  map[int]struct{} // as in Tracker
}

func newFacts(dump Snapshot, since []Event) facts {
	f := facts{
		links: make(map[int]Link, len(dump.Links)),
		addrs: make(map[int]map[AddressID]Address, len(dump.Links)),
		dead:  map[int]struct{}{},
	}
	for _, l := range dump.Links {
		f.apply(Event{Type: LinkSet, Link: l})
	}
	for _, a := range dump.Addresses {
		f.apply(Event{Type: AddrSet, Addr: a})
	}
	for _, e := range since {
		f.apply(e)
	}
	return f
}

func (f facts) apply(e Event) {
	switch e.Type {
	case LinkSet:
		if e.Link.Family == 0 {
			f.links[e.Link.Index] = e.Link
			delete(f.dead, e.Link.Index)
			if !e.Link.AdminUp {
				for id, a := range f.addrs[e.Link.Index] {
					f.addrs[e.Link.Index][id] = a.withLinkDown()
				}
			}
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
			f.addrs[e.Addr.Index] = map[AddressID]Address{}
		}
		f.addrs[e.Addr.Index][e.Addr.ID()] = e.Addr
	case AddrDel:
		delete(f.addrs[e.Addr.Index], e.Addr.ID())
	}
}
