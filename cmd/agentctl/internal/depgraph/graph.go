// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package depgraph answers questions about the scheduler's graph of values:
// who makes a key, and who needs one. It is built once from a snapshot and
// does no I/O.
package depgraph

import (
	"maps"
	"slices"
	"strings"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
)

// Graph is an index of a snapshot.
type Graph struct {
	nodes map[string]wire.Node
	// madeBy has the node that derives a key, also if the key does not exist
	// because the node is not applied.
	madeBy map[string]string
	// made is the reverse of madeBy.
	made map[string][]string
	// keys are all that exist or would be derived, sorted.
	keys []string
	// needs and prefixNeeds have the nodes that depend on a key, or on any key
	// with a prefix.
	needs       map[string][]string
	prefixNeeds map[string][]string
}

// New builds the index. Of several revisions of a node the newest counts.
func New(nodes []wire.Node) *Graph {
	g := &Graph{
		nodes:       make(map[string]wire.Node, len(nodes)),
		madeBy:      map[string]string{},
		made:        map[string][]string{},
		needs:       map[string][]string{},
		prefixNeeds: map[string][]string{},
	}
	for _, n := range nodes {
		if have, ok := g.nodes[n.Key]; !ok || n.Since.After(have.Since) {
			g.nodes[n.Key] = n
		}
	}
	all := make(map[string]struct{}, len(g.nodes))
	for key, n := range g.nodes {
		all[key] = struct{}{}
		for _, t := range n.Targets {
			if t.Relation == wire.Derives {
				g.madeBy[t.ExpectedKey] = key
				g.made[key] = append(g.made[key], t.ExpectedKey)
				all[t.ExpectedKey] = struct{}{}
			}
		}
	}
	g.keys = slices.Sorted(maps.Keys(all))
	for key, n := range g.nodes {
		for _, t := range n.Targets {
			if t.Relation == wire.DependsOn {
				g.addNeed(key, t)
			}
		}
	}
	return g
}

func (g *Graph) addNeed(key string, t wire.Target) {
	for _, alternative := range g.relevant(t.Alternatives()) {
		if prefix, ok := strings.CutSuffix(alternative, "*"); ok {
			g.prefixNeeds[prefix] = append(g.prefixNeeds[prefix], key)
		} else {
			g.needs[alternative] = append(g.needs[alternative], key)
		}
	}
}

// relevant returns those of the alternatives without which the dependency would
// not be met: if some stand for anything, the others are not needed. What any
// of several host interfaces would meet needs none of them.
func (g *Graph) relevant(alternatives []string) []string {
	if len(alternatives) < 2 {
		return alternatives
	}
	var matching []string
	hosts := map[string]struct{}{}
	for _, alternative := range alternatives {
		if len(g.Matching(alternative)) > 0 {
			matching = append(matching, alternative)
		}
		if host, ok := wire.ParseHostKey(strings.TrimSuffix(alternative, "*")); ok {
			hosts[host.Name] = struct{}{}
		}
	}
	switch {
	case len(hosts) > 1:
		return nil
	case len(matching) > 0:
		return matching
	}
	return alternatives
}

// Node returns the node with the key.
func (g *Graph) Node(key string) (wire.Node, bool) {
	n, ok := g.nodes[key]
	return n, ok
}

// Keys returns the keys of all nodes that were not derived, sorted.
func (g *Graph) Keys() []string {
	var keys []string
	for key := range g.nodes {
		if _, derived := g.madeBy[key]; !derived {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// Base returns the key of the value that a key was, or would be, derived from;
// the key itself if it was not derived.
func (g *Graph) Base(key string) string {
	// A value cannot be derived from itself; the bound is for bad data.
	for range 100 {
		base, ok := g.madeBy[key]
		if !ok {
			break
		}
		key = base
	}
	return key
}

// Matching returns the keys that an alternative of a dependency stands for,
// among those that exist or would be derived.
func (g *Graph) Matching(alternative string) []string {
	prefix, isPrefix := strings.CutSuffix(alternative, "*")
	at, found := slices.BinarySearch(g.keys, prefix)
	if !isPrefix {
		if !found {
			return nil
		}
		return g.keys[at : at+1]
	}
	end := at
	for end < len(g.keys) && strings.HasPrefix(g.keys[end], prefix) {
		end++
	}
	return g.keys[at:end]
}

// Needed returns every key and prefix that something depends on, unsorted. A
// prefix is given as it is, without star.
func (g *Graph) Needed() []string {
	return slices.AppendSeq(slices.Collect(maps.Keys(g.needs)), maps.Keys(g.prefixNeeds))
}

// NeededBy returns the values that depend on any of the keys, directly or
// through others, sorted. Derived values count as what they are derived from.
func (g *Graph) NeededBy(keys ...string) []string {
	found := map[string]struct{}{}
	seen := map[string]struct{}{}
	queue := g.withMade(nil, seen, keys)
	for len(queue) > 0 {
		key := queue[0]
		queue = queue[1:]
		for _, dependant := range g.dependants(key) {
			base := g.Base(dependant)
			if _, ok := seen[base]; !ok {
				found[base] = struct{}{}
				queue = g.withMade(queue, seen, []string{base})
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func (g *Graph) dependants(key string) []string {
	list := slices.Clone(g.needs[key])
	if len(g.prefixNeeds) > 0 {
		for end := 1; end <= len(key); end++ {
			list = append(list, g.prefixNeeds[key[:end]]...)
		}
	}
	return list
}

// withMade adds keys, and all that is derived from them, which have not been
// seen yet.
func (g *Graph) withMade(list []string, seen map[string]struct{}, keys []string) []string {
	for _, key := range keys {
		if _, ok := seen[key]; ok {
			continue
		}
		seen[key] = struct{}{}
		list = g.withMade(append(list, key), seen, g.made[key])
	}
	return list
}
