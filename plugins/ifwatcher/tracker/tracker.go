// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package tracker

import "time"

// maxDead bounds the memory for indexes of deleted links, see Tracker.dead.
const maxDead = 1 << 16

// Tracker is the state machine. Its zero value is not usable: see New.
type Tracker struct {
	cfg    Config
	synced bool

	links   map[int]*link
	members map[int]map[int]*link // by the index of what they are enslaved to
	addrs   map[int]*addrSet      // also of links not yet known: address events may come first
	names   claims
	// altNames are claims to alternative names, if these count.
	altNames claims

	ids     uint64           // given to links so far
	touched map[uint64]*link // links whose view may have changed, by id

	// dead holds the indexes of links deleted since the last Sync. An address
	// event for one of them is late and must not be taken for an address of the
	// next link with that index.
	dead map[int]struct{}

	announce timers // at their end an enabled interface is announced
	withdraw timers // at their end an interface not enabled is withdrawn

	ledger
}

// link is an interface as the Tracker sees it.
type link struct {
	Link
	selected  bool // by include and exclude
	announced bool // enabled for long enough; ends with the withdrawal delay

	announceAt time.Time // zero unless the notification delay is running
	withdrawAt time.Time // zero unless the withdrawal delay is running

	id    uint64    // tells apart two interfaces with one index
	shown []string  // names under which the interface is wanted
	vrf   string    // VRF wanted below them, empty if none
	since time.Time // when it was last shown under its name
}

// New returns a Tracker that knows nothing and wants nothing until its first Sync.
func New(cfg Config) (*Tracker, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Tracker{
		cfg:      cfg,
		links:    map[int]*link{},
		members:  map[int]map[int]*link{},
		addrs:    map[int]*addrSet{},
		names:    claims{},
		altNames: claims{},
		touched:  map[uint64]*link{},
		dead:     map[int]struct{}{},
		ledger:   newLedger(),
	}, nil
}

// Synced tells whether there has been a Sync.
func (t *Tracker) Synced() bool { return t.synced }

// Apply takes one event. Before the first Sync it has no effect: what happens
// then is known to the dump, or is replayed by it.
func (t *Tracker) Apply(now time.Time, e Event) {
	if !t.synced {
		return
	}
	t.now = now
	switch e.Type {
	case LinkSet:
		if e.Link.Family == 0 {
			t.setLink(now, e.Link, t.cfg.NotificationDelay)
		}
	case LinkDel:
		if e.Link.Family == 0 {
			t.delLink(e.Link.Index)
		}
	case AddrSet:
		if _, late := t.dead[e.Addr.Index]; !late {
			t.setAddr(e.Addr)
		}
	case AddrDel:
		t.delAddr(e.Addr)
	}
}

// Tick ends the delays that are due.
func (t *Tracker) Tick(now time.Time) {
	t.now = now
	for _, e := range t.announce.due(now) {
		if l := t.links[e.index]; l != nil && l.announceAt.Equal(e.at) {
			l.announceAt = time.Time{}
			t.touch(l)
			if t.cfg.EnabledWhen.enabled(l.Link) {
				l.announced = true
				t.settle(l)
			}
		}
	}
	for _, e := range t.withdraw.due(now) {
		if l := t.links[e.index]; l != nil && l.withdrawAt.Equal(e.at) {
			l.withdrawAt = time.Time{}
			l.announced = false
			t.touch(l)
			t.settle(l)
		}
	}
}

// Deadline returns the time at which Tick has something to do; ok is false if
// only an event can change anything.
func (t *Tracker) Deadline() (at time.Time, ok bool) {
	a, aOK := t.announce.next(func(e timer) bool {
		l := t.links[e.index]
		return l != nil && l.announceAt.Equal(e.at)
	})
	w, wOK := t.withdraw.next(func(e timer) bool {
		l := t.links[e.index]
		return l != nil && l.withdrawAt.Equal(e.at)
	})
	switch {
	case aOK && (!wOK || a.Before(w)):
		return a, true
	default:
		return w, wOK
	}
}

// setLink takes in that a link exists. The delay is the one before a newly
// enabled interface is announced.
func (t *Tracker) setLink(now time.Time, facts Link, delay time.Duration) {
	l := t.links[facts.Index]
	isNew := l == nil
	if isNew {
		t.ids++
		l = &link{id: t.ids}
		t.links[facts.Index] = l
		delete(t.dead, facts.Index)
	}
	old := l.Link
	var oldNames []string
	if !isNew {
		oldNames = t.cfg.names(old)
	}
	l.Link = facts
	t.enslave(l, old.Master, facts.Master)
	t.touch(l)

	if t.cfg.EnabledWhen.enabled(facts) {
		l.withdrawAt = time.Time{}
		switch {
		case l.announced:
		case delay == 0:
			l.announced, l.announceAt = true, time.Time{}
		case l.announceAt.IsZero():
			l.announceAt = now.Add(delay)
			t.announce.add(l.announceAt, l.Index)
		}
	} else if l.announced {
		// A running notification delay goes on: it ends with a fresh look.
		switch {
		case t.cfg.WithdrawalDelay == 0:
			l.announced = false
		case l.withdrawAt.IsZero():
			l.withdrawAt = now.Add(t.cfg.WithdrawalDelay)
			t.withdraw.add(l.withdrawAt, l.Index)
		}
	}

	if old.AdminUp && !facts.AdminUp {
		t.addrsDown(l.Index)
	}
	l.selected = t.cfg.selects(facts)
	t.rename(l.Index, oldNames, t.cfg.names(facts))
	t.settle(l)
	if old.Name != facts.Name || old.Kind != facts.Kind { // also if it is new
		t.settleMembers(l.Index)
	}
}

// delLink takes in that a link is gone, with its addresses.
func (t *Tracker) delLink(index int) {
	if len(t.dead) >= maxDead {
		clear(t.dead)
	}
	t.dead[index] = struct{}{}
	l := t.links[index]
	if l != nil {
		t.touch(l)
		t.hide(l, nil)
		delete(t.links, index)
		t.rename(index, t.cfg.names(l.Link), nil)
		t.enslave(l, l.Master, 0)
		t.settleMembers(index)
	}
	delete(t.addrs, index)
}

func (t *Tracker) setAddr(a Address) {
	set := t.addrs[a.Index]
	if set == nil {
		set = newAddrSet()
		t.addrs[a.Index] = set
	}
	if old, known := set.ids[a.ID()]; known && old.Prefix != a.Prefix {
		t.settleAddr(old, set.del(old)) // an IPv6 address has got or lost a peer
	}
	t.settleAddr(a, set.set(a))
}

// addrsDown takes in what happens to the addresses of a link that is set down.
func (t *Tracker) addrsDown(index int) {
	set := t.addrs[index]
	if set == nil {
		return
	}
	for _, a := range set.ids {
		if down := a.withLinkDown(); down != a {
			t.setAddr(down)
		}
	}
}

func (t *Tracker) delAddr(a Address) {
	set := t.addrs[a.Index]
	if set == nil {
		return
	}
	if old, known := set.ids[a.ID()]; known {
		t.settleAddr(old, set.del(old)) // under the prefix by which it is known
	}
	if len(set.ids) == 0 {
		delete(t.addrs, a.Index)
	}
}

func (t *Tracker) settleAddr(a Address, d addrDiff) {
	l := t.links[a.Index]
	if d == addrSame || l == nil {
		return
	}
	t.touch(l)
	for _, name := range l.shown {
		k := Key{Host: name, Addr: a.Prefix.String()}
		if d == addrAppeared {
			t.want(k)
		} else {
			t.unwant(k)
		}
	}
}
