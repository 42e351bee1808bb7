// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package graph

import (
	"iter"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/keysort"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/registry"
)

// listOf is the list in Graph.bases of the base nodes of a descriptor, nil for
// those that nothing implements.
func listOf(d *registry.Descriptor) int32 {
	if d == nil {
		return 1
	}
	return int32(d.ID) + 2
}

// listBase puts a slot into the list of its node's descriptor. The lists are in
// no order and as of the last Keep or Commit: what has changed since is dirty.
func (g *Graph) listBase(s *Slot) {
	var list int32
	if isBase(s.node) {
		list = listOf(s.node.Desc)
	}
	if list == s.list {
		return
	}
	if s.list > 0 {
		old := g.bases[s.list-1]
		last := old[len(old)-1]
		old[s.place], last.place = last, s.place
		old[len(old)-1] = nil
		g.bases[s.list-1] = old[:len(old)-1]
	}
	if s.list = list; list > 0 {
		for len(g.bases) < int(list) {
			g.bases = append(g.bases, nil)
		}
		s.place = int32(len(g.bases[list-1]))
		g.bases[list-1] = append(g.bases[list-1], s)
	}
}

func isBase(n *Node) bool { return n != nil && n.Base == "" }

// Bases are the base nodes in no order. The graph must not be changed meanwhile.
func (g *Graph) Bases() iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		for _, list := range g.bases {
			for _, s := range list {
				if isBase(s.node) && !yield(s.node) {
					return
				}
			}
		}
		for _, s := range g.dirty {
			if s.list == 0 && isBase(s.node) && !yield(s.node) {
				return
			}
		}
	}
}

// OfDescriptor returns the base nodes of a descriptor in the order of their
// keys. It takes time for those and for what this transaction has changed.
func (g *Graph) OfDescriptor(d *registry.Descriptor) (nodes []*Node) {
	is := func(s *Slot) bool { return isBase(s.node) && s.node.Desc == d }
	id := listOf(d)
	if int(id) <= len(g.bases) {
		list := g.bases[id-1]
		nodes = make([]*Node, 0, len(list))
		for _, s := range list {
			if is(s) {
				nodes = append(nodes, s.node)
			}
		}
	}
	for _, s := range g.dirty {
		if s.list != id && is(s) {
			nodes = append(nodes, s.node)
		}
	}
	keysort.Sort(nodes, func(n **Node) string { return (*n).Key })
	return nodes
}
