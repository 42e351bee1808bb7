// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package history

import (
	"cmp"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/graph"
)

// Revision is a value from Since until Until, which is zero for the current
// one.
type Revision struct {
	Since, Until time.Time
	Node         *graph.Node
}

// At reports whether this was the current version at t.
func (r *Revision) At(t time.Time) bool {
	return !r.Since.After(t) && (r.Until.IsZero() || r.Until.After(t))
}

// addChange notes when the new version began and keeps the former one.
func (h *History) addChange(c graph.Change, txn *api.RecordedTxn) {
	before := c.Before
	if before != nil && before.Since == 0 {
		before = nil
	}
	if c.After != nil {
		switch {
		case before != nil && sameForTimeline(before, c.After):
			c.After.Since = before.Since
			return
		case txn.ResyncType == api.DownstreamResync && c.Before == nil:
			c.After.Since = 0 // recorded when somebody has asked for it
		default:
			c.After.Since = txn.Stop.UnixNano()
		}
	}
	if before != nil {
		size := revisionBytes
		if m := before.Message(); m != nil {
			size += proto.Size(m)
		}
		h.former.add(before, size, txn.Stop, h.permanent(time.Unix(0, before.Since)))
	}
}

// sameForTimeline is true if nothing but the number of the last transaction
// has changed.
func sameForTimeline(a, b *graph.Node) bool {
	return a.State == b.State && a.Available == b.Available && a.Value == b.Value && a.Desc == b.Desc &&
		a.Base == b.Base && (a.Metadata == nil && b.Metadata == nil || reflect.DeepEqual(a.Metadata, b.Metadata)) &&
		(a.Err == nil) == (b.Err == nil) && (a.Err == nil || a.Err.Error() == b.Err.Error()) &&
		slices.Equal(a.Derived, b.Derived) && len(a.Deps) == len(b.Deps)
}

// LastOrigins tells whom former values belonged to, by key.
func (h *History) LastOrigins() map[string]api.ValueOrigin {
	h.mu.RLock()
	defer h.mu.RUnlock()

	origins := make(map[string]api.ValueOrigin)
	h.former.each(func(n *graph.Node, _ time.Time) { origins[n.Key] = n.Origin() })
	return origins
}

// Revisions are the recorded versions of values as of now.
type Revisions struct {
	byKey map[string][]Revision
}

// Revisions returns the former versions and, after them, the current ones.
// What is current must be known before the call.
func (h *History) Revisions(current iter.Seq[*graph.Node]) *Revisions {
	h.mu.RLock()
	defer h.mu.RUnlock()

	all := &Revisions{byKey: make(map[string][]Revision)}
	add := func(n *graph.Node, until time.Time) {
		list := all.byKey[n.Key]
		if len(list) > 0 && list[len(list)-1].Node == n {
			return // was replaced just now
		}
		all.byKey[n.Key] = append(list, Revision{Since: time.Unix(0, n.Since), Until: until, Node: n})
	}
	h.former.each(add)
	for n := range current {
		if n.Since != 0 {
			add(n, time.Time{})
		}
	}
	return all
}

// Timeline returns the revisions of a value, the oldest first.
func (r *Revisions) Timeline(key string) []Revision { return r.byKey[key] }

// At returns the revisions that were current at t, in the order of their
// beginning.
func (r *Revisions) At(t time.Time) (list []Revision) {
	for rev := range r.All() {
		if rev.At(t) {
			list = append(list, rev)
		}
	}
	slices.SortFunc(list, func(a, b Revision) int {
		return cmp.Or(a.Since.Compare(b.Since), strings.Compare(a.Node.Key, b.Node.Key))
	})
	return list
}

// All are the revisions of all values, in no order of the values.
func (r *Revisions) All() iter.Seq[Revision] {
	return func(yield func(Revision) bool) {
		for _, list := range r.byKey {
			for _, rev := range list {
				if !yield(rev) {
					return
				}
			}
		}
	}
}

// Existed reports whether there was a value at t.
func (r *Revisions) Existed(key string, t time.Time) bool {
	for _, rev := range slices.Backward(r.byKey[key]) {
		if !rev.Since.After(t) {
			return rev.At(t)
		}
	}
	return false
}

// Keys returns the keys of all values that are recorded, sorted.
func (r *Revisions) Keys() []string {
	return slices.Sorted(maps.Keys(r.byKey))
}
