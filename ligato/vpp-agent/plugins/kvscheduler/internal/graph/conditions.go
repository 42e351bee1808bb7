// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package graph

import (
	"slices"
	"strings"
	"unsafe"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
)

// link is a dependency of a node: on a key, or satisfied by any of conds.
type link struct {
	key   *Slot
	conds []*condition
}

func (l *link) satisfied() bool {
	if l.key != nil {
		return l.key.isAvailable()
	}
	for _, c := range l.conds {
		if c.count > 0 {
			return true
		}
	}
	return false
}

// condition is on keys with a prefix or by a selector, and satisfied while
// count is not 0. It is shared by all with the same dependency. One with a
// selector looks for one witness only, because a selector is opaque and must
// be run on every key: while it has a witness, no key is tested.
type condition struct {
	count int
	users users

	prefix string // without a selector

	selector api.KeySelector
	prefixes []string // beside the selector, or none
	witness  *Slot    // while count is 1
	open     int      // index in conditions.open, from 1
}

func (c *condition) matches(key string) bool {
	return Matches(api.Dependency{AnyOf: api.AnyOfDependency{KeyPrefixes: c.prefixes, KeySelector: c.selector}}, key)
}

type conditions struct {
	byPrefix   map[string]*condition
	bySelector map[selectorID]*condition
	// prefixes has the conditions of byPrefix and those with a selector and
	// prefixes.
	prefixes trie
	// open are those with only a selector and without a witness.
	open []*condition
	// witnesses are the conditions with a selector by their witness.
	witnesses map[*Slot]map[*condition]struct{}
	// recent are witnesses, tried first: what one selector selects is often
	// what others select too.
	recent []*Slot
}

const recentWitnesses = 16

// selectorID tells selectors from each other. Go does not compare functions,
// but two values with the same closure are the same function; the closure
// cannot be replaced by another one as long as the condition refers to it.
type selectorID struct {
	closure  unsafe.Pointer
	prefixes string
}

func idOf(anyOf *api.AnyOfDependency) selectorID {
	return selectorID{*(*unsafe.Pointer)(unsafe.Pointer(&anyOf.KeySelector)), strings.Join(anyOf.KeyPrefixes, "\x00")}
}

func (cs *conditions) init() {
	cs.byPrefix = make(map[string]*condition)
	cs.bySelector = make(map[selectorID]*condition)
	cs.witnesses = make(map[*Slot]map[*condition]struct{})
}

// link replaces the dependencies of a node.
func (cs *conditions) link(g *Graph, s *Slot, deps []api.Dependency) {
	// The old ones go last: conditions in both stay and need no search.
	old := s.links
	s.links = nil
	if len(deps) > 0 {
		s.links = make([]link, len(deps))
		for i := range deps {
			s.links[i] = cs.resolve(g, &deps[i])
			s.links[i].eachUsers(func(u *users) { u.add(s) })
		}
	}
	cs.release(g, s, old)
}

func (l *link) eachUsers(fn func(*users)) {
	if l.key != nil {
		fn(&l.key.users)
	}
	for _, c := range l.conds {
		fn(&c.users)
	}
}

func (cs *conditions) unlink(g *Graph, s *Slot) {
	old := s.links
	s.links = nil
	cs.release(g, s, old)
}

func (cs *conditions) release(g *Graph, s *Slot, links []link) {
	for i := range links {
		l := &links[i]
		l.eachUsers(func(u *users) { u.remove(s) })
		if l.key != nil && l.key.users.empty() && l.key.node == nil {
			g.touch(l.key) // to be dropped
		}
		for _, c := range l.conds {
			if c.users.empty() {
				cs.forget(c)
			}
		}
	}
}

func (cs *conditions) forget(c *condition) {
	if c.selector == nil {
		cs.prefixes.remove(c.prefix, c)
		delete(cs.byPrefix, c.prefix)
		return
	}
	for _, prefix := range c.prefixes {
		cs.prefixes.remove(prefix, c)
	}
	cs.setWitness(c, nil)
	cs.setOpen(c, false)
	delete(cs.bySelector, idOf(&api.AnyOfDependency{KeyPrefixes: c.prefixes, KeySelector: c.selector}))
}

func (cs *conditions) resolve(g *Graph, dep *api.Dependency) link {
	switch {
	case dep.Key != "":
		return link{key: g.Slot(dep.Key)}
	case dep.AnyOf.KeySelector != nil:
		return link{conds: []*condition{cs.selectorCondition(g, &dep.AnyOf)}}
	default:
		list := make([]*condition, 0, len(dep.AnyOf.KeyPrefixes))
		for _, prefix := range dep.AnyOf.KeyPrefixes {
			if c := cs.prefixCondition(g, prefix); !slices.Contains(list, c) {
				list = append(list, c)
			}
		}
		return link{conds: list}
	}
}

func (cs *conditions) prefixCondition(g *Graph, prefix string) *condition {
	if c := cs.byPrefix[prefix]; c != nil {
		return c
	}
	c := &condition{prefix: prefix}
	for n := range g.withPrefix(prefix) {
		if n.Available {
			c.count++
		}
	}
	cs.byPrefix[prefix] = c
	cs.prefixes.insert(prefix, c)
	return c
}

func (cs *conditions) selectorCondition(g *Graph, anyOf *api.AnyOfDependency) *condition {
	id := idOf(anyOf)
	if c := cs.bySelector[id]; c != nil {
		return c
	}
	c := &condition{selector: anyOf.KeySelector, prefixes: slices.Clone(anyOf.KeyPrefixes)}
	for i, prefix := range c.prefixes {
		if !slices.Contains(c.prefixes[:i], prefix) {
			cs.prefixes.insert(prefix, c)
		}
	}
	cs.bySelector[id] = c
	cs.search(g, c)
	return c
}

// search looks for a witness.
func (cs *conditions) search(g *Graph, c *condition) {
	for _, s := range cs.recent {
		if s.isAvailable() && c.matches(s.Key) {
			cs.setWitness(c, s)
			return
		}
	}
	if len(c.prefixes) == 0 {
		for _, s := range g.available {
			if selects(c.selector, s.Key) {
				cs.setWitness(c, s)
				return
			}
		}
	}
	for _, prefix := range c.prefixes {
		for n := range g.withPrefix(prefix) {
			if n.Available && selects(c.selector, n.Key) {
				cs.setWitness(c, n.slot)
				return
			}
		}
	}
	cs.setWitness(c, nil)
}

// setWitness takes nil for a condition that is not satisfied.
func (cs *conditions) setWitness(c *condition, s *Slot) {
	if c.count > 0 {
		delete(cs.witnesses[c.witness], c)
		if len(cs.witnesses[c.witness]) == 0 {
			delete(cs.witnesses, c.witness)
		}
		c.count, c.witness = 0, nil
	}
	cs.setOpen(c, s == nil && len(c.prefixes) == 0)
	if s == nil {
		return
	}
	c.count, c.witness = 1, s
	if cs.witnesses[s] == nil {
		cs.witnesses[s] = make(map[*condition]struct{})
	}
	cs.witnesses[s][c] = struct{}{}
	if !slices.Contains(cs.recent, s) {
		cs.recent = append(cs.recent, s)
		if len(cs.recent) > recentWitnesses {
			cs.recent = slices.Delete(cs.recent, 0, 1)
		}
	}
}

func (cs *conditions) setOpen(c *condition, open bool) {
	switch {
	case open && c.open == 0:
		cs.open = append(cs.open, c)
		c.open = len(cs.open)
	case !open && c.open > 0:
		last := cs.open[len(cs.open)-1]
		cs.open[c.open-1], last.open = last, c.open
		cs.open[len(cs.open)-1] = nil
		cs.open = cs.open[:len(cs.open)-1]
		c.open = 0
	}
}

// flip tells the conditions that a key has become available or unavailable and
// returns the users of those that have become satisfied or unsatisfied.
func (cs *conditions) flip(g *Graph, s *Slot, available bool) (affected []*Slot) {
	affected = s.users.appendTo(affected)
	found := func(c *condition) {
		if c.count == 0 && selects(c.selector, s.Key) {
			cs.setWitness(c, s)
			affected = c.users.appendTo(affected)
		}
	}
	if len(cs.byPrefix)+len(cs.bySelector) == 0 {
		return affected
	}
	cs.prefixes.walk(s.Key, func(c *condition) {
		switch {
		case c.selector != nil:
			if available {
				found(c)
			}
		case available:
			if c.count++; c.count == 1 {
				affected = c.users.appendTo(affected)
			}
		default:
			if c.count--; c.count == 0 {
				affected = c.users.appendTo(affected)
			}
		}
	})
	if available {
		for i := len(cs.open) - 1; i >= 0; i-- { // found takes it out
			found(cs.open[i])
		}
		return affected
	}
	for c := range cs.witnesses[s] {
		cs.search(g, c)
		if c.count == 0 {
			affected = c.users.appendTo(affected)
		}
	}
	return affected
}
