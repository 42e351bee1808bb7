// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"reflect"
	"slices"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/graph"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/registry"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/utils"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// refresh brings the graph in line with what the descriptors retrieve: for the
// given base keys, or for everything if keys is nil. What cannot be retrieved
// is left as it is. Dependents of what has changed are left in r.stale.
//
// Hints are values that the southbound may hold although the graph does not
// know of them.
func (r *Run) refresh(keys []string, hints []item) {
	var wanted map[*registry.Descriptor]map[string]bool
	if keys != nil {
		wanted = make(map[*registry.Descriptor]map[string]bool)
		for _, key := range keys {
			if desc, err := r.descriptorOf(key, r.g.Get(key)); err == nil && desc != nil {
				if wanted[desc] == nil {
					wanted[desc] = make(map[string]bool)
				}
				wanted[desc][key] = true
			}
		}
	}
	hinted := make(map[*registry.Descriptor][]api.KVWithMetadata)
	for i := range hints {
		v := &hints[i]
		if desc, err := r.descriptorOf(v.Key, v.slot.Node()); err == nil && desc != nil && v.Value.Value != nil {
			hinted[desc] = Append(hinted[desc], api.KVWithMetadata{Key: v.Key, Value: v.message(), Origin: v.Origin})
		}
	}
	for _, desc := range r.txn.Descriptors.Retrieve {
		if !desc.CanRetrieve() || (wanted != nil && wanted[desc] == nil) {
			continue
		}
		r.refreshDescriptor(desc, wanted[desc], hinted[desc])
	}
}

// correlate is what a descriptor is told to be there.
func (r *Run) correlate(nodes []*graph.Node, hints []api.KVWithMetadata) []api.KVWithMetadata {
	kvs := make([]api.KVWithMetadata, 0, len(hints)+len(nodes))
	kvs = append(kvs, hints...)
	for _, n := range nodes {
		// What is hinted at is in todo.
		if n.Available && (len(hints) == 0 || n.Slot().Marks&markTodo == 0) {
			kvs = append(kvs, api.KVWithMetadata{Key: n.Key, Value: n.Message(), Metadata: n.Metadata, Origin: n.Origin()})
		}
	}
	return kvs
}

func (r *Run) refreshDescriptor(desc *registry.Descriptor, subset map[string]bool, hints []api.KVWithMetadata) {
	nodes := r.g.OfDescriptor(desc)
	retrieved, err := desc.Retrieve(r.correlate(nodes, hints))
	if err != nil {
		r.problem("descriptor %s: retrieve: %w", desc.Name(), err)
		return
	}
	if subset == nil {
		if r.res.Retrieved == nil {
			r.res.Retrieved = make(map[string][]api.KVWithMetadata)
		}
		r.res.Retrieved[desc.Name()] = retrieved
	}
	// Mostly what is retrieved is what is known, in the same order.
	next := 0
	slotOf := func(key string) *graph.Slot {
		for next < len(nodes) && nodes[next].Key < key {
			next++
		}
		if next < len(nodes) && nodes[next].Key == key {
			return nodes[next].Slot()
		}
		return r.g.Slot(key)
	}
	seen := make([]*graph.Slot, 0, len(retrieved))
	for i := range retrieved {
		kv := &retrieved[i]
		if kv.Key == "" || kv.Value == nil {
			r.problem("descriptor %s: retrieved value %q without key or value is ignored", desc.Name(), kv.Key)
			continue
		}
		if selected, err := desc.Selects(kv.Key); err != nil || !selected {
			r.problem("descriptor %s: retrieved value %s is not its own and is ignored", desc.Name(), kv.Key)
			continue
		}
		s := slotOf(kv.Key)
		if s.Marks&markSeen != 0 {
			r.problem("descriptor %s: value %s was retrieved twice", desc.Name(), kv.Key)
			continue
		}
		r.mark(s, markSeen)
		seen = append(seen, s)
		if subset == nil || subset[kv.Key] {
			r.found(desc, s, kv, hints != nil)
		}
	}
	for _, n := range nodes {
		if s := n.Slot(); s.Marks&markSeen == 0 && (subset == nil || subset[n.Key]) {
			r.missing(s)
		}
	}
	for _, s := range seen {
		s.Marks &^= markSeen
	}
}

// originOf tells whom a value belongs to that was not known before.
func (r *Run) originOf(s *graph.Slot, kv *api.KVWithMetadata, hinted bool) api.ValueOrigin {
	if kv.Origin != api.UnknownOrigin {
		return kv.Origin
	}
	if hinted && s.Marks&markTodo != 0 {
		return api.FromNB
	}
	if r.origins == nil && r.LastOrigins != nil {
		r.origins = r.LastOrigins()
	}
	if origin := r.origins[kv.Key]; origin != api.UnknownOrigin {
		return origin
	}
	return api.FromSB
}

// found takes over a base value that the southbound has.
func (r *Run) found(desc *registry.Descriptor, s *graph.Slot, kv *api.KVWithMetadata, hinted bool) {
	old := s.Node()
	if old != nil && old.Available && !old.Uncertain && old.Err == nil && equal(old.Applied, kv.Value) &&
		old.State != kvscheduler.ValueState_MISSING && (desc.Map == nil || reflect.DeepEqual(old.Metadata, kv.Metadata)) {
		return
	}
	if old != nil && old.Base != "" {
		r.problem("descriptor %s: retrieved value %s is a derived one and is ignored", desc.Name(), kv.Key)
		return
	}
	n := r.g.Edit(s)
	n.Desc = desc
	if err := r.label(n); err != nil {
		r.problem("value %s: %w", n.Key, err)
	}
	wasAvailable := n.Available
	available := r.takeOver(n, kv.Value, r.originOf(s, kv, hinted))
	r.setMetadata(n, kv.Metadata)

	derived, deps, err := r.relations(n, kv.Value, false)
	if err != nil {
		r.problem("value %s: %w", n.Key, err)
		derived, deps = nil, n.Deps
	}
	r.g.SetDeps(n, deps)
	if isFailed(n) && (n.Update.Wanted == nil || !r.g.Ready(n)) {
		available = false // it is there but should not be
	}
	r.stale = append(r.stale, r.g.SetAvailable(n, available)...)
	if wasAvailable != available || old == nil {
		r.markChanged(s, "")
	}

	if !isFailed(n) && n.State != kvscheduler.ValueState_INVALID {
		r.foundDerivedOf(n, derived)
	}
}

// foundDerivedOf concludes from a value that was found what derived values
// there are. Around a failure that would be wrong: derived values are deleted
// before and created after their base. What was applied of an invalid value may
// be what such a failure has left.
func (r *Run) foundDerivedOf(n *graph.Node, derived []api.KeyValuePair) {
	found := keysOf(derived)
	keys := slices.Clone(found)
	for _, key := range n.Derived {
		if _, still := slices.BinarySearch(found, key); still {
			continue
		}
		if child := r.g.Get(key); child != nil && child.Base == n.Key {
			if !child.Uncertain { // else its base does not tell
				r.missing(child.Slot())
			}
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	n.Derived = keys
	for _, kv := range derived {
		r.foundDerived(n, kv)
	}
}

// takeOver stores what was found and reports whether it satisfies
// dependencies.
func (r *Run) takeOver(n *graph.Node, value proto.Message, origin api.ValueOrigin) (available bool) {
	n.Applied, n.Uncertain = value, false
	switch n.State {
	case kvscheduler.ValueState_INVALID:
		return false
	case kvscheduler.ValueState_NONEXISTENT:
		r.g.SetState(n, kvscheduler.ValueState_DISCOVERED)
		if origin == api.FromSB {
			r.g.SetState(n, kvscheduler.ValueState_OBTAINED)
		}
	case kvscheduler.ValueState_PENDING, kvscheduler.ValueState_MISSING:
		r.g.SetState(n, kvscheduler.ValueState_CONFIGURED)
		n.Details = nil
	}
	if n.Value == nil || !equal(n.Value.Message, value) {
		n.Value = utils.RecordProtoMessage(value)
	}
	return true
}

// foundDerived takes over a value that is implied by one that was found. One
// that could not be applied so far is not there because its base is.
func (r *Run) foundDerived(base *graph.Node, kv api.KeyValuePair) {
	old := r.g.Get(kv.Key)
	if old != nil {
		if old.Base != base.Key {
			return
		}
		switch old.State {
		case kvscheduler.ValueState_PENDING, kvscheduler.ValueState_INVALID, kvscheduler.ValueState_REMOVED,
			kvscheduler.ValueState_FAILED, kvscheduler.ValueState_RETRYING:
			return
		}
		if old.Available && equal(old.Applied, kv.Value) && old.State != kvscheduler.ValueState_MISSING {
			return
		}
	}
	n := r.g.Edit(r.g.Slot(kv.Key))
	n.Base = base.Key
	if err := r.describe(n); err != nil {
		r.problem("value %s: %w", n.Key, err)
	}
	r.takeOver(n, kv.Value, base.Origin())
	_, deps, err := r.relations(n, kv.Value, false)
	if err != nil {
		r.problem("value %s: %w", n.Key, err)
	}
	r.g.SetDeps(n, deps)
	r.stale = append(r.stale, r.g.SetAvailable(n, true)...)
	r.markChanged(base.Slot(), "")
}

// missing takes note of a value that the southbound does not have.
func (r *Run) missing(s *graph.Slot) {
	n := s.Node()
	if n == nil {
		return
	}
	for _, key := range slices.Clone(n.Derived) {
		if child := r.g.Get(key); child != nil && child.Base == n.Key {
			r.missing(child.Slot())
		}
	}
	if n.Applied == nil && !n.Available {
		return
	}
	if n.Available {
		r.markChanged(s, n.Base)
	}
	n = r.g.Edit(s)
	r.setMetadata(n, nil)
	if n.Origin() == api.FromSB || n.State == kvscheduler.ValueState_DISCOVERED {
		r.stale = append(r.stale, r.g.Remove(s)...)
		return
	}
	r.stale = append(r.stale, r.g.SetAvailable(n, false)...)
	n.Applied, n.Uncertain = nil, false
	if n.State == kvscheduler.ValueState_CONFIGURED {
		if n.Update.Wanted != nil {
			r.g.SetState(n, kvscheduler.ValueState_MISSING)
		} else {
			r.g.SetState(n, kvscheduler.ValueState_REMOVED)
			r.removed = append(r.removed, s)
		}
	}
}

func (r *Run) label(n *graph.Node) (err error) {
	n.Label, err = n.Desc.Label(n.Key)
	return err
}

func isFailed(n *graph.Node) bool {
	return n.State == kvscheduler.ValueState_FAILED || n.State == kvscheduler.ValueState_RETRYING
}

// verify compares what was to be applied with what is read back.
func (r *Run) verify() {
	type touched struct {
		state kvscheduler.ValueState
		want  proto.Message
	}
	expected := make(map[string]touched)
	var order, keys []string
	for _, op := range r.res.Executed {
		base := op.Key
		t := touched{state: kvscheduler.ValueState_REMOVED}
		if n := r.g.Get(op.Key); n != nil {
			base = n.BaseKey()
			t = touched{state: n.State, want: n.Update.Wanted}
		}
		if _, known := expected[op.Key]; !known {
			order = append(order, op.Key)
			keys = append(keys, base)
		}
		expected[op.Key] = t
	}
	slices.Sort(keys)
	var found []api.KeyWithError
	r.scratch(func() {
		r.refresh(slices.Compact(keys), nil)
		for _, key := range order {
			if err := r.verifyValue(key, expected[key].state, expected[key].want); err != nil {
				found = append(found, api.KeyWithError{Key: key, Error: err})
			}
		}
	})
	r.res.Errors = append(found, r.res.Errors...)
}

func (r *Run) verifyValue(key string, state kvscheduler.ValueState, want proto.Message) error {
	n := r.g.Get(key)
	switch state {
	case kvscheduler.ValueState_FAILED, kvscheduler.ValueState_RETRYING, kvscheduler.ValueState_OBTAINED,
		kvscheduler.ValueState_UNIMPLEMENTED:
		return nil
	case kvscheduler.ValueState_PENDING, kvscheduler.ValueState_INVALID:
		want = nil
	}
	available := n != nil && n.Available
	switch {
	case want == nil && available:
		return api.NewVerificationError(key, api.ExpectedToNotExist)
	case want == nil:
		return nil
	case !available:
		return api.NewVerificationError(key, api.ExpectedToExist)
	}
	if same, err := r.equivalent(n, n.Applied, want); err == nil && !same {
		return api.NewVerificationError(key, api.NotEquivalent)
	}
	return nil
}
