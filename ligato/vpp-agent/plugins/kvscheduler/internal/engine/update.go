// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"cmp"
	"slices"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/graph"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// update applies a value where there is one.
func (r *Run) update(v *visit, n *graph.Node, prev before) error {
	if err := r.describe(n); err != nil {
		return r.updateFailed(v, n, prev, err)
	}
	value := v.message()
	known := !n.Uncertain && n.Err == nil && equal(n.Applied, value) &&
		(n.Message() == n.Applied || equal(n.Message(), value)) && (n.Desc == nil || n.Desc.DefaultComparator())
	// A value that is what it was has been validated.
	if !known || n.State != kvscheduler.ValueState_CONFIGURED {
		if err := r.validate(v, n); err != nil {
			return r.becameInvalid(v, n, prev, err)
		}
	}

	old := n.Applied
	equivalent := known
	if !known {
		if n.Uncertain && n.Message() != nil && !equal(n.Message(), value) {
			old = n.Message() // it may have got that far
		}
		var err error
		if equivalent, err = r.equivalent(n, old, value); err != nil {
			return r.updateFailed(v, n, prev, err)
		}
		equivalent = equivalent && !n.Uncertain
	}
	if !equivalent && v.origin == api.FromNB && n.Desc != nil {
		recreate, err := n.Desc.NeedsRecreate(n.Key, old, value, n.Metadata)
		if err != nil {
			return r.updateFailed(v, n, prev, err)
		}
		if recreate {
			return r.recreate(v, n, prev)
		}
	}

	derived, deps, err := r.updatedRelations(n, value, known)
	if err != nil {
		return r.updateFailed(v, n, prev, err)
	}
	obsoleteErr := r.removeObsolete(v, n, derived)
	if known {
		value = n.Applied // not to keep two of the same
		if n.Update.Wanted != nil {
			n.Update.Wanted = value
		}
	} else {
		n.Value = v.value
		r.g.SetDeps(n, deps)
	}
	if v.origin == api.FromNB && !r.g.Ready(n) {
		if !equivalent {
			return r.postpone(v, n, prev, kvscheduler.TxnOperation_UPDATE)
		}
		// What it needs may yet come in this transaction, and then it would
		// have been taken down for nothing.
		r.late = append(r.late, n.Slot())
	}

	if !equivalent && v.origin == api.FromNB && n.Desc != nil && !r.simulate {
		meta, err := n.Desc.Update(n.Key, old, value, n.Metadata)
		if err != nil {
			n.Uncertain = true
			return r.updateFailed(v, n, prev, err)
		}
		r.setMetadata(n, meta)
	}
	if v.origin == api.FromSB && !equivalent {
		r.setMetadata(n, v.meta)
	}
	n.Applied = value
	r.succeed(n, v)
	affected := r.g.SetAvailable(n, true)
	if !equivalent || (prev.state != n.State && prev.state != kvscheduler.ValueState_DISCOVERED) {
		r.record(v, n, prev, kvscheduler.TxnOperation_UPDATE, equivalent)
	}
	return cmp.Or(r.reconsiderAll(affected), r.applyDerived(v, n, derived), obsoleteErr)
}

// updatedRelations saves asking for what cannot have changed.
func (r *Run) updatedRelations(n *graph.Node, value proto.Message, known bool) ([]api.KeyValuePair, []api.Dependency, error) {
	if known && len(n.Derived) == 0 {
		return nil, n.Deps, nil
	}
	return r.relations(n, value, known)
}

// removeObsolete deletes the derived values that the new value does not have.
// One that cannot be deleted stays with its error and does not stop the base.
func (r *Run) removeObsolete(v *visit, n *graph.Node, derived []api.KeyValuePair) (err error) {
	keys := keysOf(derived)
	if slices.Equal(keys, n.Derived) {
		return nil
	}
	for _, key := range slices.Clone(n.Derived) {
		if _, still := slices.BinarySearch(keys, key); still {
			continue
		}
		child := r.g.Get(key)
		if child == nil || child.Base != n.Key {
			continue
		}
		if failure := r.apply(visit{slot: child.Slot(), origin: v.origin, base: n.Key, revert: v.revert}); failure != nil {
			keys = append(keys, key)
			err = failure
		}
	}
	slices.Sort(keys)
	n.Derived = keys
	return err
}

// recreate deletes the old value and creates the new one.
func (r *Run) recreate(v *visit, n *graph.Node, prev before) error {
	v.recreate, v.validated = true, true
	w := r.withdraw(v, n, kvscheduler.ValueState_REMOVED)
	if w.stopped {
		r.fail(n, v, w.err)
		r.record(v, n, prev, kvscheduler.TxnOperation_UPDATE, true)
		return w.err
	}
	r.recordAs(v, n, prev, kvscheduler.TxnOperation_DELETE, false, nil)
	if w.err != nil {
		n.Value = v.value
		return w.err
	}
	if err := r.create(v, n, snapshot(n)); err != nil {
		return err
	}
	return w.other
}

func (r *Run) equivalent(n *graph.Node, old, value proto.Message) (bool, error) {
	if n.Desc == nil {
		return equal(old, value), nil
	}
	return n.Desc.Equivalent(n.Key, old, value)
}

func equal(a, b proto.Message) bool {
	return a == b || proto.Equal(a, b)
}

func (r *Run) updateFailed(v *visit, n *graph.Node, prev before, err error) error {
	n.Value = v.value
	r.fail(n, v, err)
	r.record(v, n, prev, kvscheduler.TxnOperation_UPDATE, false)
	return err
}

// becameInvalid keeps what the southbound has, so that it can be updated or
// deleted later, but withdraws those who depend on it.
func (r *Run) becameInvalid(v *visit, n *graph.Node, prev before, err error) error {
	n.Value = v.value
	r.invalid(n, err)
	affected := r.g.SetAvailable(n, false)
	r.record(v, n, prev, kvscheduler.TxnOperation_UPDATE, true)
	_ = r.reconsiderAll(affected)
	if !r.g.Ready(n) {
		r.late = append(r.late, n.Slot()) // a derived value has stopped its withdrawal
	}
	return err
}
