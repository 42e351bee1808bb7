// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package tracker

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Key names one thing announced: the host interface itself if Addr and VRF are
// empty, else one of its addresses or the VRF it is enslaved to.
type Key struct {
	Host string // interface name, raw bytes as the kernel has them
	Addr string // address with prefix length, as in 192.0.2.1/24
	VRF  string // name of the VRF device
}

// String returns the key in the form used by the script tests.
func (k Key) String() string {
	switch {
	case k.Addr != "":
		return fmt.Sprintf("%s address %s", k.Host, k.Addr)
	case k.VRF != "":
		return fmt.Sprintf("%s vrf %s", k.Host, k.VRF)
	}
	return k.Host
}

func (k Key) compare(o Key) int {
	// The empty string sorts first, hence host, addresses, VRF.
	return cmp.Or(cmp.Compare(k.Host, o.Host), cmp.Compare(k.VRF, o.VRF), cmp.Compare(k.Addr, o.Addr))
}

// Change is one difference between what is wanted and what was told.
type Change struct {
	Key      Key
	Withdraw bool // otherwise the key is announced
	// Since is the time of the event or of the end of the delay that made the
	// change due.
	Since time.Time

	version uint64
}

// ledger keeps what is wanted against what was told. A key gets a new version
// each time it becomes wanted, so that one which was gone in between (a new
// interface under an old name) is told apart from one that stayed, even if
// nothing could be pushed meanwhile.
type ledger struct {
	wanted  map[Key]uint64
	told    map[Key]uint64
	dirty   map[Key]time.Time // keys that may differ, and since when
	version uint64
	now     time.Time // of the last call that took in anything
}

func newLedger() ledger {
	return ledger{wanted: map[Key]uint64{}, told: map[Key]uint64{}, dirty: map[Key]time.Time{}}
}

func (l *ledger) want(k Key) {
	l.version++
	l.wanted[k] = l.version
	l.soil(k)
}

func (l *ledger) unwant(k Key) {
	delete(l.wanted, k)
	l.soil(k)
}

func (l *ledger) soil(k Key) {
	if _, already := l.dirty[k]; !already {
		l.dirty[k] = l.now
	}
}

func (l *ledger) settled(k Key) bool {
	w, isWanted := l.wanted[k]
	t, isTold := l.told[k]
	return isWanted == isTold && w == t
}

// Changes returns what has to be told: first every withdrawal, then every
// announcement, each in the order of the keys, an interface before what is below
// it. A key that was gone in between and is back is in both parts, which is how
// dependants learn that they must be re-created. The result is empty if all has
// been told.
func (l *ledger) Changes() []Change {
	if len(l.dirty) == 0 {
		return nil
	}
	var withdraw, announce []Change
	// A new map, since a range over one that has once been large stays slow.
	dirty := l.dirty
	l.dirty = map[Key]time.Time{}
	for k, since := range dirty {
		if l.settled(k) {
			continue
		}
		l.dirty[k] = since
		if _, isTold := l.told[k]; isTold {
			withdraw = append(withdraw, Change{Key: k, Withdraw: true, Since: since})
		}
		if w, isWanted := l.wanted[k]; isWanted {
			announce = append(announce, Change{Key: k, Since: since, version: w})
		}
	}
	byKey := func(a, b Change) int { return a.Key.compare(b.Key) }
	slices.SortFunc(withdraw, byKey)
	slices.SortFunc(announce, byKey)
	return append(withdraw, announce...)
}

// Told records that changes, as returned by Changes, have been accepted. What
// has changed since then stays to be told.
func (l *ledger) Told(changes []Change) {
	for _, c := range changes {
		if c.Withdraw {
			delete(l.told, c.Key)
		} else {
			l.told[c.Key] = c.version
		}
	}
	// Only now: a key that was withdrawn and announced is in changes twice, and may
	// seem settled between the two.
	for _, c := range changes {
		if l.settled(c.Key) {
			delete(l.dirty, c.Key)
		}
	}
}

// Settled tells whether all that is wanted, and nothing else, has been told.
func (l *ledger) Settled() bool {
	for k := range l.dirty {
		if !l.settled(k) {
			return false
		}
	}
	return true
}

// Wanted returns every key that is to be announced now, sorted.
func (l *ledger) Wanted() []Key {
	keys := make([]Key, 0, len(l.wanted))
	for k := range l.wanted {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, Key.compare)
	return keys
}
