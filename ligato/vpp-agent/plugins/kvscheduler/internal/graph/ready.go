// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package graph

import (
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// Ready reports whether every dependency of the node is satisfied: by an
// available value or, in a ring of values that depend on each other, by
// another pending member of the ring while the ring as a whole lacks nothing.
//
// A dependency given by a selector alone does not close a ring: all pending
// values would have to be tested against it.
func (g *Graph) Ready(n *Node) bool {
	for i := range n.slot.links {
		if !n.slot.links[i].satisfied() {
			return g.inReadyRing(n.slot)
		}
	}
	return true
}

// Unmet returns the labels of the dependencies that are not satisfied, sorted.
func (g *Graph) Unmet(n *Node) (labels []string) {
	for i := range n.slot.links {
		if !n.slot.links[i].satisfied() {
			labels = append(labels, n.Deps[i].Label)
		}
	}
	return labels
}

// inReadyRing finds the strongly connected component of start among the pending
// values and checks that each of its members has what it needs from outside.
func (g *Graph) inReadyRing(start *Slot) bool {
	r := ringSearch{g, start}
	if !g.isTarget(start) || !r.metWithin(start, nil) {
		return false // the usual case: not in a ring at all
	}
	// Forward: what is reachable through unsatisfied dependencies.
	reverse := make(map[*Slot][]*Slot)
	seen := map[*Slot]bool{start: true}
	for stack := []*Slot{start}; len(stack) > 0; {
		from := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		r.eachCandidate(from, func(_ int, to *Slot) {
			reverse[to] = append(reverse[to], from)
			if !seen[to] {
				seen[to] = true
				stack = append(stack, to)
			}
		})
	}
	// Backward: those of them that lead to start.
	ring := map[*Slot]bool{start: true}
	for stack := []*Slot{start}; len(stack) > 0; {
		to := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, from := range reverse[to] {
			if !ring[from] {
				ring[from] = true
				stack = append(stack, from)
			}
		}
	}
	for member := range ring {
		if !r.metWithin(member, ring) {
			return false
		}
	}
	return true
}

// isTarget reports whether anything may depend on the key.
func (g *Graph) isTarget(s *Slot) bool {
	found := !s.users.empty()
	g.conds.prefixes.walk(s.Key, func(*condition) { found = true })
	return found
}

// ringSearch looks for a ring through start, which counts as pending whatever
// its state is.
type ringSearch struct {
	g     *Graph
	start *Slot
}

// metWithin reports whether each unsatisfied dependency of s has a candidate
// in ring, or anywhere if ring is nil.
func (r *ringSearch) metWithin(s *Slot, ring map[*Slot]bool) bool {
	met := make([]bool, len(s.links))
	r.eachCandidate(s, func(i int, to *Slot) {
		if ring == nil || ring[to] {
			met[i] = true
		}
	})
	for i := range s.links {
		if !met[i] && !s.links[i].satisfied() {
			return false
		}
	}
	return true
}

// eachCandidate calls fn for each pending value that would satisfy a
// dependency, with the index of the dependency. Those that are satisfied lead
// at most to start.
func (r *ringSearch) eachCandidate(s *Slot, fn func(dep int, to *Slot)) {
	if s.node == nil {
		return
	}
	for i := range s.links {
		l := &s.links[i]
		if l.satisfied() {
			if r.start.isAvailable() && l.leadsTo(r.start, s.node.Deps[i]) {
				fn(i, r.start)
			}
			continue
		}
		if l.key != nil {
			if r.mayComplete(l.key) {
				fn(i, l.key)
			}
			continue
		}
		dep := &s.node.Deps[i]
		found := make(map[*Slot]struct{})
		for _, prefix := range dep.AnyOf.KeyPrefixes {
			for to := range r.g.withPrefix(prefix) {
				if r.mayComplete(to.slot) && Matches(*dep, to.Key) {
					found[to.slot] = struct{}{}
				}
			}
		}
		for to := range found {
			fn(i, to)
		}
	}
}

// leadsTo reports whether to is, or is one of, what satisfies the dependency.
func (l *link) leadsTo(to *Slot, dep api.Dependency) bool {
	if l.key != nil {
		return l.key == to
	}
	return len(dep.AnyOf.KeyPrefixes) > 0 && Matches(dep, to.Key)
}

func (r *ringSearch) mayComplete(s *Slot) bool {
	return s == r.start || s.node != nil && s.node.State == kvscheduler.ValueState_PENDING && s.node.Update.Wanted != nil
}
