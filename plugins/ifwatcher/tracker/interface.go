// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package tracker

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"
)

// State tells why an interface is announced or not.
type State string

// The states.
const (
	Announced   State = "announced"
	Down        State = "down"        // not enabled by the criterion
	Excluded    State = "excluded"    // by the lists of names
	Waiting     State = "waiting"     // enabled, the notification delay is running
	Withdrawing State = "withdrawing" // announced and not enabled, the withdrawal delay is running
	NameTaken   State = "name taken"  // a later interface claims the same name
)

// Interface is a view of one interface for people.
type Interface struct {
	Link
	// ID tells apart two interfaces that had the same index one after the other.
	ID         uint64
	Namespace  string         // set by the caller who has several trackers
	MasterName string         // of the interface it is enslaved to, empty if none
	VRF        string         // the same if that is a VRF device
	Addresses  []netip.Prefix // usable addresses, whether announced or not
	State      State
	Remaining  time.Duration // of the delay, in the states Waiting and Withdrawing
	Since      time.Time     // when it was announced, zero if it is not
	Told       bool          // the announcement has been accepted, see Tracker.Told
}

// IsAnnounced tells whether the interface has its key, or will have as soon as
// the scheduler takes it.
func (i Interface) IsAnnounced() bool { return i.State == Announced || i.State == Withdrawing }

// Reason returns the state with what is behind it, as in "waiting 320ms" or
// "down (oper-state lowerlayerdown)".
func (i Interface) Reason() string {
	switch i.State {
	case Waiting, Withdrawing:
		return fmt.Sprintf("%s %s", i.State, i.Remaining.Round(time.Millisecond))
	case Down:
		if !i.AdminUp {
			return "down (admin-down)"
		}
		return fmt.Sprintf("down (oper-state %s)", i.OperState)
	}
	return string(i.State)
}

// Interfaces returns every interface known, announced or not, sorted by index.
func (t *Tracker) Interfaces(now time.Time) []Interface {
	all := make([]Interface, 0, len(t.links))
	for _, l := range t.links {
		all = append(all, t.view(l, now))
	}
	slices.SortFunc(all, func(a, b Interface) int { return cmp.Compare(a.Index, b.Index) })
	return all
}

func (t *Tracker) view(l *link, now time.Time) Interface {
	i := Interface{Link: l.Link, ID: l.id, VRF: t.wantedVRF(l)}
	if m := t.links[l.Master]; m != nil {
		i.MasterName = m.Name
	}
	if i.State, i.Remaining = t.state(l, now); i.IsAnnounced() {
		i.Since = l.since
		i.Told = t.settled(Key{Host: l.Name})
	}
	if set := t.addrs[l.Index]; set != nil {
		i.Addresses = slices.SortedFunc(maps.Keys(set.usable), netip.Prefix.Compare)
	}
	return i
}

// Count returns the number of interfaces known and of those announced, under
// whatever names.
func (t *Tracker) Count() (known, announced int) {
	for _, l := range t.links {
		if len(l.shown) > 0 {
			announced++
		}
	}
	return len(t.links), announced
}

// touch notes that the view of an interface may have changed.
func (t *Tracker) touch(l *link) { t.touched[l.id] = l }

// Touched returns a view of each interface that may have changed since the last
// call, and the IDs of those that are gone, and forgets them.
func (t *Tracker) Touched(now time.Time) (changed []Interface, gone []uint64) {
	for id, l := range t.touched {
		if t.links[l.Index] == l {
			changed = append(changed, t.view(l, now))
		} else {
			gone = append(gone, id)
		}
	}
	t.ForgetTouched()
	return changed, gone
}

// ForgetTouched is Touched for callers whom nobody asks.
func (t *Tracker) ForgetTouched() {
	if len(t.touched) > 0 {
		t.touched = map[uint64]*link{}
	}
}

func (t *Tracker) state(l *link, now time.Time) (State, time.Duration) {
	switch {
	case !l.selected:
		return Excluded, 0
	case l.announced && !t.owns(l):
		return NameTaken, 0
	case !l.withdrawAt.IsZero():
		return Withdrawing, max(0, l.withdrawAt.Sub(now))
	case l.announced:
		return Announced, 0
	case t.cfg.EnabledWhen.enabled(l.Link) && !l.announceAt.IsZero():
		return Waiting, max(0, l.announceAt.Sub(now))
	}
	return Down, 0
}
