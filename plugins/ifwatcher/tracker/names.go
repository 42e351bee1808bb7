// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package tracker

import "slices"

// claims holds the indexes that claim a name, in the order in which they did.
// For a moment there can be several; the last counts.
type claims map[string][]int

func (c claims) add(name string, index int) { c[name] = append(c[name], index) }

func (c claims) drop(name string, index int) {
	left := slices.DeleteFunc(c[name], func(i int) bool { return i == index })
	if len(left) == 0 {
		delete(c, name)
	} else {
		c[name] = left
	}
}

// ownerOf returns the index of the interface that goes by a name, 0 if none does.
// A name proper has precedence over an alternative one: a kernel does not allow
// both, but older ones let it happen when an interface changes its namespace.
func (t *Tracker) ownerOf(name string) int {
	for _, indexes := range [][]int{t.names[name], t.altNames[name]} {
		if n := len(indexes); n > 0 {
			return indexes[n-1]
		}
	}
	return 0
}

func (t *Tracker) owns(l *link) bool { return t.ownerOf(l.Name) == l.Index }

// rename moves the claims of an interface from its old names to its new ones,
// either of which may be empty, and brings everyone concerned to what it should be.
func (t *Tracker) rename(index int, old, names []string) {
	if slices.Equal(old, names) {
		return
	}
	claims := func(i int) claims {
		if i == 0 {
			return t.names
		}
		return t.altNames
	}
	// A claim that stays as it is keeps its place.
	keeps := func(others []string, i int, name string) bool {
		k := slices.Index(others, name)
		return k >= 0 && (k == 0) == (i == 0)
	}
	for i, name := range old {
		if !keeps(names, i, name) {
			claims(i).drop(name, index)
		}
	}
	for i, name := range names {
		if !keeps(old, i, name) {
			claims(i).add(name, index)
		}
	}
	t.settleNames(slices.Concat(old, names))
}

// settleNames brings every claimant of the names to what it should be. Those
// that lose a name go first, so that no key is withdrawn after its next owner
// has made it wanted.
func (t *Tracker) settleNames(names []string) {
	each := func(f func(*link)) {
		for _, name := range names {
			for _, i := range slices.Concat(t.names[name], t.altNames[name]) {
				f(t.links[i])
			}
		}
	}
	each(func(l *link) {
		t.hide(l, t.wantedNames(l))
		t.touch(l)
	})
	each(t.settle)
}

// wantedNames returns the names under which an interface is to be announced.
func (t *Tracker) wantedNames(l *link) []string {
	if !l.announced || !l.selected {
		return nil
	}
	return slices.DeleteFunc(t.cfg.names(l.Link), func(name string) bool { return t.ownerOf(name) != l.Index })
}

// settle makes what is wanted of the interface agree with its facts.
func (t *Tracker) settle(l *link) {
	names := t.wantedNames(l)
	t.hide(l, names)
	for _, name := range names {
		t.show(l, name)
	}
	t.settleVRF(l)
}

// show makes an interface wanted under a name.
func (t *Tracker) show(l *link, name string) {
	if slices.Contains(l.shown, name) {
		return
	}
	if name == l.Name {
		l.since = t.now
	}
	l.shown = append(l.shown, name)
	t.want(Key{Host: name})
	if l.vrf != "" {
		t.want(Key{Host: name, VRF: l.vrf})
	}
	if set := t.addrs[l.Index]; set != nil {
		for p := range set.usable {
			t.want(Key{Host: name, Addr: p.String()})
		}
	}
}

// hide withdraws an interface under all names but those to keep.
func (t *Tracker) hide(l *link, keep []string) {
	l.shown = slices.DeleteFunc(l.shown, func(name string) bool {
		if slices.Contains(keep, name) {
			return false
		}
		t.unwant(Key{Host: name})
		if set := t.addrs[l.Index]; set != nil {
			for p := range set.usable {
				t.unwant(Key{Host: name, Addr: p.String()})
			}
		}
		if l.vrf != "" {
			t.unwant(Key{Host: name, VRF: l.vrf})
		}
		return true
	})
	if len(l.shown) == 0 {
		l.vrf = ""
	}
}

// kindVRF is the IFLA_INFO_KIND of a VRF device (drivers/net/vrf.c).
const kindVRF = "vrf"

// wantedVRF returns the VRF to be announced below an interface that is shown.
func (t *Tracker) wantedVRF(l *link) string {
	if m := t.links[l.Master]; m != nil && m.Kind == kindVRF {
		return m.Name
	}
	return ""
}

func (t *Tracker) settleVRF(l *link) {
	vrf := t.wantedVRF(l)
	if l.vrf == vrf || len(l.shown) == 0 {
		return
	}
	for _, name := range l.shown {
		if l.vrf != "" {
			t.unwant(Key{Host: name, VRF: l.vrf})
		}
		if vrf != "" {
			t.want(Key{Host: name, VRF: vrf})
		}
	}
	l.vrf = vrf
}

// enslave takes in that a link has left one master for another, either of which may
// be 0 for none.
func (t *Tracker) enslave(l *link, from, to int) {
	if from == to {
		return
	}
	if delete(t.members[from], l.Index); len(t.members[from]) == 0 {
		delete(t.members, from)
	}
	if to == 0 {
		return
	}
	if t.members[to] == nil {
		t.members[to] = map[int]*link{}
	}
	t.members[to][l.Index] = l
}

// settleMembers follows a change of what others are enslaved to.
func (t *Tracker) settleMembers(index int) {
	for _, l := range t.members[index] {
		t.touch(l)
		t.settleVRF(l)
	}
}
