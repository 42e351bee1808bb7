// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/vpp-agent/v3/internal/refused"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/graph"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/utils"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// create applies a value that is not there, as far as is known.
func (r *Run) create(v *visit, n *graph.Node, prev before) error {
	n.Value = v.value
	if len(n.Derived) > 0 {
		defer r.dropFormer(n, n.Derived)
	}
	if err := r.describe(n); err != nil {
		return r.createFailed(v, n, prev, err, true)
	}
	if err := r.validate(v, n); err != nil {
		r.invalid(n, err)
		r.record(v, n, prev, kvscheduler.TxnOperation_CREATE, true)
		return err
	}
	if n.Desc == nil && n.Base == "" {
		n.Err, n.Details = nil, nil
		r.g.SetState(n, kvscheduler.ValueState_UNIMPLEMENTED)
		if prev.state != n.State {
			r.record(v, n, prev, kvscheduler.TxnOperation_CREATE, true)
		}
		return nil
	}
	known := v.dependency && prev.state == kvscheduler.ValueState_PENDING && prev.value == v.value
	derived, deps, err := r.relations(n, v.message(), known)
	if err != nil {
		return r.createFailed(v, n, prev, err, true)
	}
	if n.Applied != nil {
		// A failed delete has left it there, or something of it.
		w := r.withdraw(v, n, kvscheduler.ValueState_REMOVED)
		if w.stopped {
			return r.createFailed(v, n, prev, w.err, true)
		}
		r.recordAs(v, n, prev, kvscheduler.TxnOperation_DELETE, false, nil)
		if w.err != nil {
			return w.err
		}
		prev = snapshot(n)
	}
	n.Derived = keysOf(derived)
	if !known {
		r.g.SetDeps(n, deps)
	}
	if v.origin == api.FromNB && !r.g.Ready(n) {
		r.g.SetState(n, kvscheduler.ValueState_PENDING)
		n.Err, n.Details = nil, r.g.Unmet(n)
		r.record(v, n, prev, kvscheduler.TxnOperation_CREATE, true)
		return nil
	}

	meta := v.meta
	if v.origin == api.FromNB && n.Desc != nil && !r.simulate {
		if meta, err = n.Desc.Create(n.Key, v.message()); err != nil {
			return r.createFailed(v, n, prev, err, false)
		}
	}
	n.Applied = v.message()
	r.setMetadata(n, meta)
	r.succeed(n, v)
	affected := r.g.SetAvailable(n, true)
	r.record(v, n, prev, kvscheduler.TxnOperation_CREATE, false)

	return cmp.Or(r.reconsiderAll(affected), r.applyDerived(v, n, derived))
}

// dropFormer forgets derived values of earlier times that are not there, and
// that the value does not have any more or cannot have as it was not created.
func (r *Run) dropFormer(n *graph.Node, former []string) {
	for _, key := range former {
		child := r.g.Get(key)
		if child == nil || child.Base != n.Key || child.Applied != nil {
			continue
		}
		if _, still := slices.BinarySearch(n.Derived, key); !still || n.Applied == nil {
			r.g.Remove(child.Slot())
		}
	}
}

func (r *Run) createFailed(v *visit, n *graph.Node, prev before, err error, noop bool) error {
	r.fail(n, v, err)
	r.record(v, n, prev, kvscheduler.TxnOperation_CREATE, noop)
	return err
}

// describe finds the descriptor of a node that has none yet.
func (r *Run) describe(n *graph.Node) error {
	if n.Desc != nil {
		return nil
	}
	desc, err := r.txn.Descriptors.ForKey(n.Key)
	if err != nil {
		return err
	}
	n.Desc, n.Label = desc, n.Key
	if desc != nil {
		n.Label, err = desc.Label(n.Key)
	}
	return err
}

// validate asks the descriptor, except about values that were refused before
// they came here: those are not even of the type that a descriptor expects.
func (r *Run) validate(v *visit, n *graph.Node) error {
	if v.origin == api.FromSB || r.simulate || v.validated {
		return nil
	}
	if err := refused.Reason(v.message()); err != nil {
		return err
	}
	if n.Desc == nil {
		return nil
	}
	return n.Desc.Validate(n.Key, v.message())
}

// relations returns what the value implies and needs, the derived values
// sorted by key and without those that cannot be. What it needs is not asked
// for again if the node is known to have it.
func (r *Run) relations(n *graph.Node, value proto.Message, known bool) (derived []api.KeyValuePair, deps []api.Dependency, err error) {
	if n.Desc == nil {
		return nil, nil, nil
	}
	key := n.Key
	if deps = n.Deps; !known {
		if deps, err = n.Desc.Dependencies(key, value); err != nil {
			return nil, nil, err
		}
	}
	if n.Base != "" {
		return nil, deps, nil // derivation has one level
	}
	all, err := n.Desc.DerivedValues(key, value)
	if err != nil || len(all) == 0 {
		return nil, deps, err
	}
	for _, kv := range all {
		other := r.g.Get(kv.Key)
		switch {
		case kv.Value == nil || kv.Key == "":
			r.problem("value %s: derived value %q without key or value is ignored", key, kv.Key)
		case kv.Key == key || other != nil && other.Base != key && !isRemoved(other):
			r.problem("value %s: derived value %s is ignored, there is another value with that key", key, kv.Key)
		default:
			derived = append(derived, kv)
		}
	}
	slices.SortStableFunc(derived, func(a, b api.KeyValuePair) int { return strings.Compare(a.Key, b.Key) })
	return slices.CompactFunc(derived, func(a, b api.KeyValuePair) bool { return a.Key == b.Key }), deps, nil
}

func keysOf(kvs []api.KeyValuePair) []string {
	if len(kvs) == 0 {
		return nil
	}
	keys := make([]string, len(kvs))
	for i, kv := range kvs {
		keys[i] = kv.Key
	}
	return keys
}

// applyDerived applies the derived values, all of them even if one fails.
func (r *Run) applyDerived(v *visit, n *graph.Node, derived []api.KeyValuePair) (err error) {
	for _, kv := range derived {
		d := visit{
			slot: r.g.Slot(kv.Key), value: utils.RecordProtoMessage(kv.Value), origin: v.origin,
			base: n.Key, revert: v.revert,
		}
		if was := d.slot.Node(); v.recreate && was != nil && isRemoved(was) {
			d.recreate = true
		}
		if failure := r.apply(d); failure != nil && err == nil {
			err = failure
		}
	}
	return err
}

// setMetadata stores the metadata of a base value and keeps the map of the
// descriptor the same. Handlers of the same transaction read the map.
func (r *Run) setMetadata(n *graph.Node, meta api.Metadata) {
	if n.Desc == nil || n.Desc.Map == nil || n.Base != "" {
		n.Metadata = nil
		return
	}
	if v := reflect.ValueOf(meta); v.Kind() == reflect.Pointer && v.IsNil() {
		meta = nil // what a callback with a type means by that
	}
	old := n.Metadata
	if r.simulate {
		return
	}
	n.Metadata = meta
	if r.scratching {
		return
	}
	defer func() {
		if p := recover(); p != nil { // an index function, or a subscriber
			r.problem("metadata of %s: %v", n.Key, p)
		}
	}()
	switch {
	case meta == nil && old == nil:
	case meta == nil:
		n.Desc.Map.Delete(n.Label)
	case old == nil:
		n.Desc.Map.Put(n.Label, meta)
	case !reflect.DeepEqual(old, meta):
		n.Desc.Map.Update(n.Label, meta)
	}
}
