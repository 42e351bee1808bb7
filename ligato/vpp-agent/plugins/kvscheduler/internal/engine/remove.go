// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"slices"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/graph"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// remove deletes a value by request.
func (r *Run) remove(v *visit, n *graph.Node, prev before) error {
	if n == nil {
		return nil // not an error, and nothing to record
	}
	if v.base == "" && !v.revert && v.origin == api.FromNB && n.Origin() == api.FromSB {
		return nil // not the northbound's to delete
	}
	if v.base != "" && n.Base != v.base {
		return nil // somebody else's by now
	}
	n = r.g.Edit(v.slot)
	r.noteUpdate(n, v)
	n.LastOp = r.lastOp(v, kvscheduler.TxnOperation_DELETE)

	if n.Applied == nil && !n.Available {
		for _, key := range slices.Clone(n.Derived) {
			_ = r.apply(visit{slot: r.g.Slot(key), origin: v.origin, base: n.Key, revert: v.revert})
		}
		n.Err, n.Details, n.Uncertain = nil, nil, false
		r.g.SetState(n, kvscheduler.ValueState_REMOVED)
		r.record(v, n, prev, kvscheduler.TxnOperation_DELETE, true)
		r.gone(v, n)
		return nil
	}
	w := r.withdraw(v, n, kvscheduler.ValueState_REMOVED)
	if w.stopped {
		if isFailed(n) { // from before, and may have had its last retry
			r.fail(n, v, w.err)
			r.record(v, n, prev, kvscheduler.TxnOperation_DELETE, true)
		}
		return w.err
	}
	r.record(v, n, prev, kvscheduler.TxnOperation_DELETE, false)
	if w.err != nil {
		return w.err
	}
	r.gone(v, n)
	return w.other
}

// gone forgets a value that was deleted. The node of a base value stays until
// the end of the transaction so that its status can be told.
func (r *Run) gone(v *visit, n *graph.Node) {
	r.g.SetDeps(n, nil)
	n.Derived = nil
	if n.Base != "" && !v.recreate {
		r.g.Remove(n.Slot())
		return
	}
	r.removed = append(r.removed, n.Slot())
}

// withdrawal is the result of withdraw.
type withdrawal struct {
	err     error // of the value, or of a derived value if stopped
	stopped bool  // a derived value could not be deleted; nothing has changed
	other   error // of a dependent, see reconsiderAll
}

// withdraw takes the value out of the southbound, after its derived values and
// its dependents, and gives it the state REMOVED, PENDING or INVALID.
func (r *Run) withdraw(v *visit, n *graph.Node, state kvscheduler.ValueState) (w withdrawal) {
	wasAvailable, oldState := n.Available, n.State
	affected := r.g.SetAvailable(n, false)
	r.g.SetState(n, state)

	for _, key := range slices.Clone(n.Derived) {
		child := r.g.Get(key)
		if child == nil || child.Base != n.Key {
			continue
		}
		err := r.apply(visit{slot: child.Slot(), origin: v.origin, base: n.Key, recreate: v.recreate, revert: v.revert})
		if err != nil {
			r.g.SetState(n, oldState)
			// Who also needs a derived value may have been withdrawn meanwhile.
			_ = r.reconsiderAll(r.g.SetAvailable(n, wasAvailable))
			return withdrawal{err: err, stopped: true}
		}
	}
	w.other = r.reconsiderAll(affected)

	if v.origin != api.FromSB && n.Desc != nil && n.Applied != nil && !r.simulate {
		if w.err = n.Desc.Delete(n.Key, n.Applied, n.Metadata); w.err != nil {
			r.fail(n, v, w.err)
			n.Uncertain = true
			return w
		}
	}
	r.setMetadata(n, nil)
	n.Applied, n.Uncertain = nil, false
	if state != kvscheduler.ValueState_INVALID {
		n.Err, n.Details = nil, nil
	}
	return w
}

// postpone withdraws a value that has lost a dependency, or whose new version
// has one that is not satisfied.
func (r *Run) postpone(v *visit, n *graph.Node, prev before, op kvscheduler.TxnOperation) error {
	w := r.withdraw(v, n, kvscheduler.ValueState_PENDING)
	if w.stopped {
		r.fail(n, v, w.err)
		r.record(v, n, prev, op, true)
		return w.err
	}
	if w.err == nil {
		n.Details = r.g.Unmet(n)
	}
	r.record(v, n, prev, op, false)
	if w.err != nil {
		return w.err
	}
	return w.other
}

// withdrawInvalid deletes what is left of a value that has become invalid
// since, because it has lost a dependency.
func (r *Run) withdrawInvalid(v *visit, n *graph.Node, prev before) error {
	r.noteUpdate(n, v)
	w := r.withdraw(v, n, kvscheduler.ValueState_INVALID)
	if w.stopped {
		return w.err
	}
	r.record(v, n, prev, kvscheduler.TxnOperation_DELETE, false)
	if w.err == nil {
		// That the value is invalid is not a failure of this operation.
		op := r.ops[len(r.ops)-1]
		op.NewErr, op.NewErrMsg = nil, ""
	}
	return w.err
}
