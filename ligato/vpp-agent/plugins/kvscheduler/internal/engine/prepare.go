// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"slices"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/graph"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/keysort"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/registry"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/utils"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// Prepare decides which values are to be applied, and in which order. A full
// or downstream resync reads the southbound first.
func (r *Run) Prepare() {
	switch {
	case r.txn.Type == api.SBNotification:
		r.notification()
	case r.txn.Type == api.RetryFailedOps || r.txn.Type == api.RetryUnimplOps:
		r.values = r.retry()
		r.addTodo(r.values)
	case r.txn.Resync != api.NotResync:
		values := r.resync()
		if r.txn.Resync != api.DownstreamResync {
			r.values = values
		}
	default:
		r.values = r.txn.Values
		r.addTodo(r.values)
	}
	r.order()
}

func (r *Run) addTodo(values []Value) {
	r.todo = slices.Grow(r.todo, len(values))
	r.marked = slices.Grow(r.marked, len(values))
	r.g.Grow(len(values))
	for i := range values {
		s := r.g.Slot(values[i].Key)
		r.mark(s, markTodo)
		r.todo = append(r.todo, item{Value: &values[i], slot: s})
	}
}

// notification takes what was said last of each key.
func (r *Run) notification() {
	r.values = r.txn.Values
	values := r.notified()
	repeated := false
	for i := 1; i < len(values); i++ {
		repeated = repeated || values[i].Key == values[i-1].Key
	}
	if repeated {
		var w Words
		w.Add(r.values)
		r.values = w.Values()
		values = r.notified()
	}
	r.addTodo(values)
}

// notified leaves out what nobody describes and what the northbound owns, each
// pair by itself, and sorts the rest.
func (r *Run) notified() []Value {
	values := make([]Value, 0, len(r.values))
	for _, v := range r.values {
		v.Origin = api.FromSB
		n := r.g.Get(v.Key)
		if n != nil && n.Origin() == api.FromNB && !isRemoved(n) {
			continue
		}
		if n == nil || n.Desc == nil {
			if desc, err := r.txn.Descriptors.ForKey(v.Key); err != nil {
				r.problem("notification ignored for key %s: %w", v.Key, err)
				continue
			} else if desc == nil {
				continue
			}
		}
		values = append(values, v)
	}
	keysort.Sort(values, keyOf)
	return values
}

// descriptorOf uses what the node, which may be nil, knows.
func (r *Run) descriptorOf(key string, n *graph.Node) (*registry.Descriptor, error) {
	if n != nil && n.Desc != nil {
		return n.Desc, nil
	}
	return r.txn.Descriptors.ForKey(key)
}

// retry applies again what was wanted last, unless it has been changed since.
func (r *Run) retry() (values []Value) {
	seen := make(map[string]bool)
	add := func(n *graph.Node) {
		if !seen[n.Key] {
			seen[n.Key] = true
			values = append(values, Value{Key: n.Key, Value: utils.RecordProtoMessage(n.Update.Wanted), Origin: api.FromNB})
		}
	}
	r.retried = make(map[*graph.Slot]bool)
	for _, key := range r.txn.RetryKeys {
		n := r.g.Get(key)
		if n != nil {
			r.mark(n.Slot(), markTodo)
			r.retried[n.Slot()] = true
		}
		if n == nil || !r.isDue(n) {
			continue
		}
		base := r.stopped(n)
		if base != nil {
			r.retried[base.Slot()] = true
			add(base)
		}
		// An invalid base may not come to its derived values.
		if base == nil || base.State == kvscheduler.ValueState_INVALID {
			add(n)
		}
	}
	return values
}

// stopped returns the base of a derived value that could not be deleted, if
// that has stopped the base.
func (r *Run) stopped(n *graph.Node) *graph.Node {
	if n.Base == "" || n.Update.Wanted != nil {
		return nil
	}
	if base := r.g.Get(n.Base); base != nil && isBehind(base) {
		return base
	}
	return nil
}

func (r *Run) isDue(n *graph.Node) bool {
	if r.txn.Type == api.RetryUnimplOps {
		return n.State == kvscheduler.ValueState_UNIMPLEMENTED
	}
	retry := n.Update.Retry
	return isRetrying(n) && retry != nil && retry.Attempt == r.txn.Attempt && retry.Txn == r.txn.RetryFor
}

// isBehind is true for a value that is not what it was last wanted to be.
func isBehind(n *graph.Node) bool {
	if n.Update.Wanted == nil || n.Applied == nil {
		return (n.Update.Wanted == nil) != (n.Applied == nil)
	}
	return !proto.Equal(n.Applied, n.Update.Wanted)
}

func (r *Run) resync() []Value {
	r.resyncs++
	full := r.txn.Resync == api.FullResync
	firstKnown := !r.nbKnown && r.txn.Resync != api.DownstreamResync
	r.nbKnown = r.nbKnown || r.txn.Resync != api.DownstreamResync

	values := r.txn.Values
	r.addTodo(values)
	if r.txn.Resync != api.UpstreamResync {
		var hints []item
		if r.resyncs == 1 || (full && firstKnown) {
			hints = r.todo
		}
		r.refresh(nil, hints)
	}
	var others []Value
	for n := range r.g.Bases() {
		if n.Slot().Marks&markTodo != 0 {
			continue
		}
		switch {
		case n.Origin() == api.FromSB:
			others = append(others, Value{Key: n.Key, Value: n.Value, Origin: api.FromSB, Metadata: n.Metadata})
		case r.txn.Resync == api.DownstreamResync && n.State != kvscheduler.ValueState_DISCOVERED:
			others = append(others, Value{Key: n.Key, Value: utils.RecordProtoMessage(n.Update.Wanted), Origin: api.FromNB})
		case r.nbKnown:
			others = append(others, Value{Key: n.Key, Origin: api.FromNB})
		}
	}
	if len(others) > 0 {
		keysort.Sort(others, keyOf)
		r.addTodo(others)
		keysort.Sort(r.todo, func(v *item) string { return v.Key })
		values = slices.Concat(values, others)
		keysort.Sort(values, keyOf)
	}
	return values
}

// The classes of values, in the order of their application.
const (
	classDelete = iota
	classRecreate
	classCreate
	classUpdate
	classes
)

// order sorts what is to be applied, which is in the order of keys, by class.
func (r *Run) order() {
	var count [classes]int
	for i := range r.todo {
		v := &r.todo[i]
		again := i > 0 && r.todo[i-1].slot == v.slot // after its own delete
		v.class = r.class(v, again)
		count[v.class]++
	}
	if slices.Contains(count[:], len(r.todo)) {
		return
	}
	var next [classes]int
	for c := 1; c < classes; c++ {
		next[c] = next[c-1] + count[c-1]
	}
	ordered := make([]item, len(r.todo))
	for _, v := range r.todo {
		ordered[next[v.class]] = v
		next[v.class]++
	}
	r.todo = ordered
}

func (r *Run) class(v *item, again bool) uint8 {
	n := v.slot.Node()
	switch {
	case v.Value.Value == nil:
		return classDelete
	case again || n == nil || !n.Available:
		return classCreate
	case v.Origin == api.FromSB || n.Desc == nil:
		return classUpdate
	}
	recreate, err := n.Desc.NeedsRecreate(v.Key, n.Applied, v.message(), n.Metadata)
	if err == nil && recreate {
		return classRecreate
	}
	return classUpdate
}
