// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package graph

import (
	"slices"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
)

// Change is a node before and after a transaction, nil where there was none.
type Change struct {
	Before, After *Node
}

// Key is the key of the node that changed.
func (c Change) Key() string {
	if c.After != nil {
		return c.After.Key
	}
	return c.Before.Key
}

// Keep makes that Rollback returns to here. Nothing is published.
func (g *Graph) Keep() {
	g.kept = merge(g.kept, g.seal())
}

// Commit ends the transaction. What it has changed is to be published next.
func (g *Graph) Commit() (changes []Change) {
	changes = merge(g.kept, g.seal())
	g.kept = nil
	if len(g.committed) == 0 {
		g.committed = changes
	} else {
		g.committed = slices.Concat(g.committed, changes)
	}
	return changes
}

// Publish makes what was committed the current view.
func (g *Graph) Publish() {
	g.Views.publish(g.committed, g.nodes)
	g.committed = nil
}

// seal makes the nodes of now those of before.
func (g *Graph) seal() (changes []Change) {
	if len(g.dirty) > 0 {
		changes = make([]Change, 0, len(g.dirty))
	}
	for _, s := range g.dirty {
		g.listBase(s)
		if s.before != s.node {
			changes = append(changes, Change{Before: s.before, After: s.node})
		}
	}
	g.clean()
	return changes
}

// Rollback undoes all changes since Keep, or the beginning.
func (g *Graph) Rollback() {
	for _, s := range g.dirty {
		now, before := s.node, s.before
		if now == before {
			continue
		}
		if now != nil && now.Available && (before == nil || !before.Available) {
			g.SetAvailable(now, false)
		}
		if before == nil {
			g.drop(s)
			continue
		}
		if s.node = before; now == nil {
			g.added(s)
		}
		g.indexState(before)
		// A removed node was made unavailable before.
		if before.Available && (now == nil || !now.Available) {
			g.indexAvailable(s, true)
			g.conds.flip(g, s, true)
		}
		if now == nil || !sameDeps(now.Deps, before.Deps) {
			g.conds.link(g, s, before.Deps)
		}
	}
	g.clean()
}

// clean forgets what was dirty. Slots with marks stay to be looked at again.
func (g *Graph) clean() {
	dirty := g.dirty
	g.dirty = nil
	const room = 1000 // to be used again
	if cap(dirty) <= room {
		g.dirty = dirty[:0]
	}
	for _, s := range dirty {
		s.before = s.node
		switch {
		case s.node == nil && s.Marks != 0:
			g.dirty = append(g.dirty, s)
		case s.node == nil && s.users.empty():
			delete(g.slots, s.Key)
			fallthrough
		default:
			s.dirty, s.before = false, nil
		}
	}
	clear(dirty[len(g.dirty):cap(dirty)])
}

func merge(earlier, later []Change) []Change {
	if len(earlier) == 0 {
		return later
	}
	if len(later) == 0 {
		return earlier
	}
	before := make(map[string]*Node, len(earlier))
	for _, c := range earlier {
		before[c.Key()] = c.Before
	}
	merged := make([]Change, 0, len(earlier)+len(later))
	for _, c := range later {
		if b, both := before[c.Key()]; both {
			delete(before, c.Key())
			if c.Before = b; b == nil && c.After == nil {
				continue
			}
		}
		merged = append(merged, c)
	}
	for _, c := range earlier {
		if _, only := before[c.Key()]; only {
			merged = append(merged, c)
		}
	}
	return merged
}

// sameDeps is true for the same slice, since SetDeps always makes a new one.
func sameDeps(a, b []api.Dependency) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}
