// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package graph

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/tidwall/btree"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// Graph is not safe for concurrent use, except for its Views.
type Graph struct {
	// Views are what was committed.
	Views Views

	slots map[string]*Slot
	nodes int
	// sorted has the slots with nodes by key. It is nil until somebody asks
	// for keys with a prefix, since many graphs do without.
	sorted *btree.Map[string, *Slot]
	// available are the slots of available nodes, in no order.
	available []*Slot
	// bases are the slots of the base nodes, see base.go.
	bases [][]*Slot
	// unimplemented are the keys in that state.
	unimplemented map[string]struct{}
	// dirty are the slots that this transaction has come to since Keep, kept
	// the changes of before.
	dirty []*Slot
	kept  []Change
	// committed are changes that Publish has still to publish.
	committed []Change

	conds conditions
}

// New returns an empty graph.
func New() *Graph {
	g := &Graph{
		slots:         make(map[string]*Slot),
		unimplemented: make(map[string]struct{}),
	}
	g.Views.all = btree.NewMap[string, *Node](treeDegree)
	g.conds.init()
	return g
}

// Get returns the node as it is now, nil if there is none. It must not be
// changed.
func (g *Graph) Get(key string) *Node {
	if s := g.slots[key]; s != nil {
		return s.node
	}
	return nil
}

// Slot returns the slot of a key, valid until the end of the transaction.
func (g *Graph) Slot(key string) *Slot {
	s := g.slots[key]
	if s == nil {
		s = &Slot{Key: key}
		g.slots[key] = s
		g.touch(s) // or nobody would drop it again
	}
	return s
}

// Size is the number of slots and of the nodes in them.
func (g *Graph) Size() (slots, nodes int) { return len(g.slots), g.nodes }

// Edit returns the node to be changed in this transaction, a new one if there
// was none.
func (g *Graph) Edit(s *Slot) *Node {
	n := s.node
	if n != nil && s.dirty && n != s.before {
		return n // already a copy
	}
	g.touch(s)
	next := new(Node)
	if n != nil {
		*next = *n
	} else {
		next.Key, next.slot = s.Key, s
		g.added(s)
	}
	s.node = next
	return next
}

// Grow makes room for n changes.
func (g *Graph) Grow(n int) { g.dirty = slices.Grow(g.dirty, n) }

func (g *Graph) touch(s *Slot) {
	if !s.dirty {
		s.dirty, s.before = true, s.node
		g.dirty = append(g.dirty, s)
	}
}

func (g *Graph) added(s *Slot) {
	g.nodes++
	if g.sorted != nil {
		g.sorted.Set(s.Key, s)
	}
}

// Remove takes the node out of the graph. It returns the slots of the nodes
// with a dependency that this made unsatisfied, like SetAvailable.
func (g *Graph) Remove(s *Slot) (affected []*Slot) {
	if s.node == nil {
		return nil
	}
	if s.node.Available {
		affected = g.SetAvailable(g.Edit(s), false)
	}
	g.touch(s)
	g.drop(s)
	return affected
}

func (g *Graph) drop(s *Slot) {
	g.conds.unlink(g, s)
	g.nodes--
	if g.sorted != nil {
		g.sorted.Delete(s.Key)
	}
	if s.node.State == kvscheduler.ValueState_UNIMPLEMENTED {
		delete(g.unimplemented, s.Key)
	}
	s.node = nil
}

// SetState changes the state of a node that Edit returned.
func (g *Graph) SetState(n *Node, state kvscheduler.ValueState) {
	if n.State != state {
		n.State = state
		g.indexState(n)
	}
}

func (g *Graph) indexState(n *Node) {
	if n.State == kvscheduler.ValueState_UNIMPLEMENTED {
		g.unimplemented[n.Key] = struct{}{}
	} else {
		delete(g.unimplemented, n.Key)
	}
}

// Unimplemented returns the keys of the nodes in that state, sorted.
func (g *Graph) Unimplemented() []string {
	return slices.Sorted(maps.Keys(g.unimplemented))
}

// SetAvailable changes whether a node that Edit returned satisfies
// dependencies. It returns the slots, in no order, of the nodes with a
// dependency that has become satisfied or unsatisfied by that.
func (g *Graph) SetAvailable(n *Node, available bool) (affected []*Slot) {
	if n.Available == available {
		return nil
	}
	n.Available = available
	g.indexAvailable(n.slot, available)
	return g.conds.flip(g, n.slot, available)
}

func (g *Graph) indexAvailable(s *Slot, available bool) {
	if available {
		g.available = append(g.available, s)
		s.available = int32(len(g.available))
		return
	}
	last := g.available[len(g.available)-1]
	g.available[s.available-1], last.available = last, s.available
	g.available[len(g.available)-1] = nil
	g.available = g.available[:len(g.available)-1]
	s.available = 0
}

// SetDeps changes what a node that Edit returned depends on.
func (g *Graph) SetDeps(n *Node, deps []api.Dependency) {
	if len(n.Deps) == 0 && len(deps) == 0 {
		return
	}
	n.Deps = slices.Clone(deps)
	slices.SortStableFunc(n.Deps, func(a, b api.Dependency) int { return strings.Compare(a.Label, b.Label) })
	g.conds.link(g, n.slot, n.Deps)
}

// All are the nodes in no order. The graph must not be changed meanwhile.
func (g *Graph) All() iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		for _, s := range g.slots {
			if s.node != nil && !yield(s.node) {
				return
			}
		}
	}
}

// withPrefix are the nodes whose key has the prefix, in the order of the keys.
func (g *Graph) withPrefix(prefix string) iter.Seq[*Node] {
	if g.sorted == nil {
		g.sorted = btree.NewMap[string, *Slot](treeDegree)
		for _, key := range slices.Sorted(maps.Keys(g.slots)) {
			if s := g.slots[key]; s.node != nil {
				g.sorted.Load(key, s)
			}
		}
	}
	return func(yield func(*Node) bool) {
		g.sorted.Ascend(prefix, func(key string, s *Slot) bool {
			return strings.HasPrefix(key, prefix) && yield(s.node)
		})
	}
}
