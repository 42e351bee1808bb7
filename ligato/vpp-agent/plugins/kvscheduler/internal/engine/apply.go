// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"errors"
	"slices"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/graph"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/utils"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// visit is one value to be brought to where it should be.
type visit struct {
	slot   *graph.Slot
	value  *utils.RecordedProtoMessage // nil to delete
	origin api.ValueOrigin
	meta   api.Metadata // with a notification
	base   string       // what the value is derived from

	dependency bool // because of a dependency: what is wanted is as before
	revert     bool
	recreate   bool // part of a re-creation
	validated  bool
}

func (v *visit) message() proto.Message {
	if v.value == nil {
		return nil
	}
	return v.value.Message
}

// wanted is what the northbound wants from now on.
func (v *visit) wanted() proto.Message {
	if v.origin != api.FromNB {
		return nil
	}
	return v.message()
}

// before is what an operation is recorded against.
type before struct {
	exists  bool
	state   kvscheduler.ValueState
	value   *utils.RecordedProtoMessage
	err     error
	op      kvscheduler.TxnOperation
	details []string
}

func snapshot(n *graph.Node) before {
	if n == nil {
		return before{}
	}
	return before{exists: n.Written, state: n.State, value: n.Value, err: n.Err, op: n.LastOp, details: n.Details}
}

// apply carries out a visit. The error is that of the value itself, of a value
// derived from it, or of a dependent that the transaction had come to before.
func (r *Run) apply(v visit) error {
	if v.slot.Marks&markVisiting != 0 { // in a ring
		if v.dependency {
			r.late = append(r.late, v.slot)
		}
		return nil
	}
	r.mark(v.slot, markVisiting)
	if r.Trace != nil && !r.simulate {
		r.Trace(v.slot.Key, true)
		defer r.Trace(v.slot.Key, false)
	}

	n := v.slot.Node()
	prev := snapshot(n)
	err := r.dispatch(&v, n, prev)
	r.noteChange(&v, prev)
	v.slot.Marks &^= markVisiting
	return err
}

func (r *Run) dispatch(v *visit, n *graph.Node, prev before) error {
	if n != nil && n.Written && n.Update.Txn == r.txn.Seq && !v.revert && isGivenUp(n) &&
		(v.dependency || v.value != nil || n.Applied != nil) {
		if !v.dependency {
			r.g.Edit(v.slot).Update.Wanted = v.wanted()
		}
		return n.Err // once per transaction is enough
	}
	switch {
	case v.dependency:
		return r.reconsider(v, n, prev)
	case v.value == nil:
		return r.remove(v, n, prev)
	}
	update := n != nil && n.Applied != nil && (n.Available || !n.Uncertain)
	n = r.g.Edit(v.slot)
	r.noteUpdate(n, v)
	if update {
		n.LastOp = r.lastOp(v, kvscheduler.TxnOperation_UPDATE)
		return r.update(v, n, prev)
	}
	n.LastOp = r.lastOp(v, kvscheduler.TxnOperation_CREATE)
	return r.create(v, n, prev)
}

// lastOp is shown in the status of values of the northbound only.
func (r *Run) lastOp(v *visit, op kvscheduler.TxnOperation) kvscheduler.TxnOperation {
	if v.origin == api.FromSB {
		return kvscheduler.TxnOperation_UNDEFINED
	}
	return op
}

// noteUpdate stores what was asked for.
func (r *Run) noteUpdate(n *graph.Node, v *visit) {
	n.Update.Txn, n.Written = r.txn.Seq, true
	if v.dependency {
		return
	}
	n.Update.Wanted = v.wanted()
	n.Base = v.base
	switch {
	case v.base != "":
		if base := r.g.Get(v.base); base != nil {
			n.Update.Retry = graph.RetryBy(base.RetryOpt())
		}
	case r.txn.Type == api.NBTransaction && v.origin == api.FromNB && r.txn.Resync != api.DownstreamResync:
		n.Update.Retry = graph.RetryBy(r.txn.Retry)
	case r.txn.Resync == api.DownstreamResync && r.txn.Retry != nil:
		n.Update.Retry = graph.RetryBy(r.txn.Retry)
	}
}

// noteChange marks the base value if its status has changed.
func (r *Run) noteChange(v *visit, prev before) {
	if r.simulate {
		return
	}
	n := v.slot.Node()
	switch {
	case n == nil:
		if prev.exists || (v.base == "" && v.origin == api.FromNB && !v.dependency) {
			r.markChanged(v.slot, v.base)
		}
	case n.Written && (!prev.exists || prev.state != n.State || prev.op != n.LastOp ||
		errText(prev.err) != errText(n.Err) || !slices.Equal(prev.details, n.Details)):
		r.markChanged(v.slot, n.Base)
	}
}

// markChanged notes that the status of the base value is to be told.
func (r *Run) markChanged(s *graph.Slot, base string) {
	if r.scratching {
		return
	}
	if base != "" {
		s = r.g.Slot(base)
	}
	if s.Marks&markChanged == 0 {
		r.mark(s, markChanged)
		if r.changed == nil {
			r.changed = make([]*graph.Slot, 0, len(r.todo))
		}
		r.changed = append(r.changed, s)
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// reconsiderAll visits the values because a dependency of theirs has changed.
func (r *Run) reconsiderAll(slots []*graph.Slot) (err error) {
	if len(slots) > 1 {
		sortSlots(slots)
		slots = slices.Compact(slots)
	}
	for _, s := range slots {
		n := s.Node()
		if n == nil {
			continue
		}
		base := n.Base
		failure := r.apply(visit{slot: s, origin: api.FromNB, base: base, dependency: true, revert: r.reverting})
		if failure != nil && err == nil {
			if base != "" {
				s = r.g.Slot(base)
			}
			if s.Marks&markApplied != 0 {
				err = failure
			}
		}
	}
	return err
}

// reconsider creates a value whose dependencies have become satisfied and
// withdraws one that has lost a dependency.
func (r *Run) reconsider(v *visit, n *graph.Node, prev before) error {
	if n == nil || n.Origin() == api.FromSB || n.State == kvscheduler.ValueState_UNIMPLEMENTED {
		return nil
	}
	if v.value = n.Value; n.Message() != n.Update.Wanted {
		v.value = utils.RecordProtoMessage(n.Update.Wanted)
	}
	if n.State == kvscheduler.ValueState_DISCOVERED {
		v.value = n.Value
	}
	ready := r.g.Ready(n)
	if v.value == nil {
		if n.Available && !ready {
			return r.remove(v, n, prev) // a derived value has stopped that before
		}
		return nil
	}
	switch {
	case n.State == kvscheduler.ValueState_INVALID:
		if ready || n.Applied == nil {
			return nil
		}
		return r.withdrawInvalid(v, r.g.Edit(n.Slot()), prev)
	case n.Available && !ready, n.Applied != nil && !n.Uncertain && !ready:
		n = r.g.Edit(n.Slot())
		r.noteUpdate(n, v)
		n.Update.Wanted = v.message()
		n.LastOp = kvscheduler.TxnOperation_DELETE
		another := !equal(n.Message(), v.message())
		if err := r.postpone(v, n, prev, kvscheduler.TxnOperation_DELETE); err != nil || !another {
			return err
		}
		// It was the former value, still there after a failure, that has lost
		// the dependency.
		n.LastOp = kvscheduler.TxnOperation_CREATE
		return r.create(v, n, snapshot(n))
	case n.Available:
		return nil
	case ready && r.hasBase(n):
		n = r.g.Edit(n.Slot())
		r.noteUpdate(n, v)
		n.LastOp = kvscheduler.TxnOperation_CREATE
		if n.Applied != nil && !n.Uncertain {
			return r.update(v, n, prev)
		}
		return r.create(v, n, prev)
	case n.State == kvscheduler.ValueState_PENDING:
		if unmet := r.g.Unmet(n); !slices.Equal(unmet, n.Details) {
			r.g.Edit(n.Slot()).Details = unmet
		}
	}
	return nil
}

// hasBase is false for a derived value that cannot be there because its base is
// not. The creation of the base will come to it.
func (r *Run) hasBase(n *graph.Node) bool {
	if n.Base == "" {
		return true
	}
	base := r.g.Get(n.Base)
	return base != nil && base.Applied != nil
}

// fail leaves the value with the error of an operation.
func (r *Run) fail(n *graph.Node, v *visit, err error) {
	n.Err = err
	n.Details = nil
	state := kvscheduler.ValueState_FAILED
	attempt, origin := 1, r.txn.Seq
	if r.txn.Type == api.RetryFailedOps && r.retried[n.Slot()] {
		attempt, origin = r.txn.Attempt+1, r.txn.RetryFor
	}
	willRevert := r.txn.Revert && r.txn.Type == api.NBTransaction && !v.revert
	if retry := n.RetryOpt(); retry != nil && !willRevert && (retry.MaxCount == 0 || attempt <= retry.MaxCount) &&
		n.Desc != nil && !r.NonRetriable(err) && n.Desc.Retriable(err) {
		state = kvscheduler.ValueState_RETRYING
		n.Update.Retry = &graph.Retry{Opt: retry, Attempt: attempt, Txn: origin}
	}
	r.g.SetState(n, state)
	r.failed = append(r.failed, n.BaseKey())
}

// invalid leaves the value with the error of its validation.
func (r *Run) invalid(n *graph.Node, err error) {
	n.Err = err
	n.Details = nil
	var invalid *api.InvalidValueError
	if errors.As(err, &invalid) {
		n.Details = slices.DeleteFunc(slices.Clone(invalid.GetInvalidFields()), func(f string) bool { return f == "" })
	}
	r.g.SetState(n, kvscheduler.ValueState_INVALID)
}

func (r *Run) succeed(n *graph.Node, v *visit) {
	n.Err, n.Details, n.Uncertain = nil, nil, false
	if retry := n.Update.Retry; retry != nil && retry.Attempt > 0 {
		n.Update.Retry = graph.RetryBy(retry.Opt)
	}
	state := kvscheduler.ValueState_CONFIGURED
	if v.origin == api.FromSB {
		state = kvscheduler.ValueState_OBTAINED
	}
	r.g.SetState(n, state)
}

// isGivenUp is true in the states that one attempt per transaction is made at.
func isGivenUp(n *graph.Node) bool {
	switch n.State {
	case kvscheduler.ValueState_FAILED, kvscheduler.ValueState_RETRYING, kvscheduler.ValueState_UNIMPLEMENTED:
		return true
	}
	return false
}

func isRetrying(n *graph.Node) bool { return n.State == kvscheduler.ValueState_RETRYING }

func isRemoved(n *graph.Node) bool { return n.State == kvscheduler.ValueState_REMOVED }
