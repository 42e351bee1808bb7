// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package graph

import (
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/tidwall/btree"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/registry"
)

// treeDegree keeps the part of a tree small that a single change copies.
const treeDegree = 16

type tree = btree.Map[string, *Node]

// View is the graph as of the end of a transaction. It never changes and is
// safe for concurrent use.
type View struct {
	all    *tree
	byDesc []*tree // base nodes
}

// Get returns nil for an unknown key.
func (v *View) Get(key string) *Node {
	n, _ := v.all.Get(key)
	return n
}

// All are the nodes in the order of their keys.
func (v *View) All() iter.Seq[*Node] {
	return v.WithPrefix("")
}

// WithPrefix are the nodes whose key has the prefix, in the order of the keys.
func (v *View) WithPrefix(prefix string) iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		v.all.Ascend(prefix, func(key string, n *Node) bool {
			return strings.HasPrefix(key, prefix) && yield(n)
		})
	}
}

// OfDescriptor are the base nodes of the descriptor in the order of the keys.
func (v *View) OfDescriptor(d *registry.Descriptor) iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		if t := v.treeOf(d); t != nil {
			t.Scan(func(_ string, n *Node) bool { return yield(n) })
		}
	}
}

// CountOf is the number of base nodes of the descriptor.
func (v *View) CountOf(d *registry.Descriptor) int {
	if t := v.treeOf(d); t != nil {
		return t.Len()
	}
	return 0
}

func (v *View) treeOf(d *registry.Descriptor) *tree {
	if d == nil || d.ID >= len(v.byDesc) {
		return nil
	}
	return v.byDesc[d.ID]
}

// Views gives the view as of the last transaction. It is safe for concurrent
// use. The trees of a view are brought up to date by who asks for one, and not
// for every transaction: the worker only leaves its changes, and waits for
// nobody who reads.
type Views struct {
	mu         sync.Mutex // never held for longer than it takes to note changes
	changes    []published
	generation uint32 // of changes

	fold    sync.Mutex // for what follows
	all     *tree
	byDesc  []*tree
	current *View
}

// published is a change to be made to the trees.
type published struct {
	slot *Slot
	node *Node // nil for a node that is gone
}

// changesKept is how many changes, and as many again as there are nodes, may
// wait for a reader. Then they are made without one, to bound the memory.
const changesKept = 10_000

func (v *Views) publish(changes []Change, nodes int) {
	if len(changes) == 0 {
		return
	}
	v.mu.Lock()
	v.changes = slices.Grow(v.changes, len(changes))
	for _, c := range changes {
		v.note(c)
	}
	full := len(v.changes) > changesKept+nodes
	v.mu.Unlock()

	if full {
		v.fold.Lock()
		v.update()
		v.fold.Unlock()
	}
}

// note replaces an earlier change of the same key, not to keep old versions.
func (v *Views) note(c Change) {
	n := c.After
	if n == nil {
		n = c.Before
	}
	if s := n.slot; s.generation == v.generation && int(s.waiting) < len(v.changes) && v.changes[s.waiting].slot == s {
		v.changes[s.waiting].node = c.After
	} else {
		s.generation, s.waiting = v.generation, uint32(len(v.changes))
		v.changes = append(v.changes, published{s, c.After})
	}
}

// Current returns the graph as of the last Publish.
func (v *Views) Current() *View {
	v.fold.Lock()
	defer v.fold.Unlock()

	if v.update() || v.current == nil {
		v.current = &View{all: v.all.Copy(), byDesc: make([]*tree, len(v.byDesc))}
		for i, t := range v.byDesc {
			if t != nil {
				v.current.byDesc[i] = t.Copy()
			}
		}
	}
	return v.current
}

// update reports whether anything has changed.
func (v *Views) update() bool {
	v.mu.Lock()
	changes := v.changes
	v.changes = nil
	v.generation++
	v.mu.Unlock()

	for _, c := range changes {
		v.apply(c.slot.Key, c.node)
	}
	return len(changes) > 0
}

func (v *Views) apply(key string, n *Node) {
	var before *Node
	if n == nil {
		before, _ = v.all.Delete(key)
	} else {
		before, _ = v.all.Load(key, n)
	}
	if before != nil && before.Base == "" && before.Desc != nil && (n == nil || n.Desc != before.Desc || n.Base != "") {
		v.byDesc[before.Desc.ID].Delete(key)
	}
	if n != nil && n.Base == "" && n.Desc != nil {
		v.treeOf(n.Desc).Load(key, n)
	}
}

func (v *Views) treeOf(d *registry.Descriptor) *tree {
	if missing := d.ID + 1 - len(v.byDesc); missing > 0 {
		v.byDesc = append(v.byDesc, make([]*tree, missing)...)
	}
	if v.byDesc[d.ID] == nil {
		v.byDesc[d.ID] = btree.NewMap[string, *Node](treeDegree)
	}
	return v.byDesc[d.ID]
}

// Matches reports whether a key is one that the dependency asks for.
func Matches(dep api.Dependency, key string) bool {
	if dep.Key != "" {
		return key == dep.Key
	}
	if len(dep.AnyOf.KeyPrefixes) == 0 && dep.AnyOf.KeySelector == nil {
		return false
	}
	if len(dep.AnyOf.KeyPrefixes) > 0 && !slices.ContainsFunc(dep.AnyOf.KeyPrefixes, func(prefix string) bool {
		return strings.HasPrefix(key, prefix)
	}) {
		return false
	}
	return dep.AnyOf.KeySelector == nil || selects(dep.AnyOf.KeySelector, key)
}

// selects treats a selector that panics as one that does not match.
func selects(selector api.KeySelector, key string) (selected bool) {
	defer func() {
		if recover() != nil {
			selected = false
		}
	}()
	return selector(key)
}
