// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package graph

import (
	"slices"
	"strings"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/keysort"
)

// trie finds the conditions whose prefix a key has, in time that depends on
// the length of the key only. The zero value is an empty trie.
type trie struct {
	edge     string // from the parent to here
	conds    []*condition
	children []*trie // sorted by the first byte of edge
}

func (t *trie) find(b byte) (int, bool) {
	return slices.BinarySearchFunc(t.children, b, func(c *trie, b byte) int {
		return int(c.edge[0]) - int(b)
	})
}

func (t *trie) insert(prefix string, c *condition) {
	for prefix != "" {
		i, found := t.find(prefix[0])
		if !found {
			child := &trie{edge: prefix}
			t.children = slices.Insert(t.children, i, child)
			child.conds = append(child.conds, c)
			return
		}
		child := t.children[i]
		n := keysort.CommonPrefix(child.edge, prefix)
		if n < len(child.edge) {
			middle := &trie{edge: child.edge[:n], children: []*trie{child}}
			child.edge = child.edge[n:]
			t.children[i] = middle
			child = middle
		}
		t, prefix = child, prefix[n:]
	}
	t.conds = append(t.conds, c)
}

func (t *trie) remove(prefix string, c *condition) {
	if prefix == "" {
		if i := slices.Index(t.conds, c); i >= 0 {
			t.conds = slices.Delete(t.conds, i, i+1)
		}
		return
	}
	i, found := t.find(prefix[0])
	if !found || !strings.HasPrefix(prefix, t.children[i].edge) {
		return
	}
	child := t.children[i]
	child.remove(prefix[len(child.edge):], c)
	switch {
	case len(child.conds) > 0 || len(child.children) > 1:
	case len(child.children) == 1:
		only := child.children[0]
		only.edge = child.edge + only.edge
		t.children[i] = only
	default:
		t.children = slices.Delete(t.children, i, i+1)
	}
}

// walk calls fn for every condition on a prefix of key.
func (t *trie) walk(key string, fn func(*condition)) {
	for {
		for _, c := range t.conds {
			fn(c)
		}
		if key == "" {
			return
		}
		i, found := t.find(key[0])
		if !found || !strings.HasPrefix(key, t.children[i].edge) {
			return
		}
		t = t.children[i]
		key = key[len(t.edge):]
	}
}
