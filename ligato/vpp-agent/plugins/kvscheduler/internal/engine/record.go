// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"slices"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/graph"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/utils"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// record adds an operation with its result, which the node has already.
func (r *Run) record(v *visit, n *graph.Node, prev before, op kvscheduler.TxnOperation, noop bool) {
	r.recordAs(v, n, prev, op, noop, v.value)
}

func (r *Run) recordAs(v *visit, n *graph.Node, prev before, op kvscheduler.TxnOperation, noop bool, value *utils.RecordedProtoMessage) {
	if s := n.Slot(); s.Marks&markRecorded != 0 {
		r.repeated = true
	} else {
		r.mark(s, markRecorded)
	}
	if len(r.slab) == 0 {
		r.slab = make([]api.RecordedTxnOp, min(64, max(2, len(r.ops))))
	}
	rec := &r.slab[0]
	r.slab = r.slab[1:]
	*rec = api.RecordedTxnOp{
		Operation:  op,
		Key:        n.Key,
		NewState:   n.State,
		NewValue:   value,
		NewErr:     n.Err,
		NewErrMsg:  errText(n.Err),
		PrevState:  prev.state,
		PrevValue:  prev.value,
		PrevErr:    prev.err,
		PrevErrMsg: errText(prev.err),
		NOOP:       noop,
		IsDerived:  n.Base != "",
		IsProperty: n.IsProperty(),
		IsRevert:   v.revert,
		IsRetry:    r.txn.Type == api.RetryFailedOps && !v.dependency,
		IsRecreate: v.recreate,
	}
	r.ops = append(r.ops, rec)
}

// recorded returns the operations as they are to be shown.
func (r *Run) recorded() api.RecordedTxnOps {
	if len(r.ops) == 0 {
		return nil
	}
	if r.repeated {
		return compress(r.ops)
	}
	return r.ops
}

// compress leaves out what another operation on the same key has made void: a
// create that led to pending before the next create, and a delete of what the
// delete before has left pending.
func compress(ops []*api.RecordedTxnOp) api.RecordedTxnOps {
	out := make(api.RecordedTxnOps, 0, len(ops))
	last := make(map[string]int) // index in out
	for _, op := range ops {
		i, repeated := last[op.Key]
		if repeated {
			prev := out[i]
			switch {
			case prev.Operation == kvscheduler.TxnOperation_CREATE && prev.NewState == kvscheduler.ValueState_PENDING &&
				op.Operation == kvscheduler.TxnOperation_CREATE:
				merged := *op
				merged.PrevState, merged.PrevValue, merged.PrevErr, merged.PrevErrMsg =
					prev.PrevState, prev.PrevValue, prev.PrevErr, prev.PrevErrMsg
				out[i] = nil
				op = &merged
			case prev.Operation == kvscheduler.TxnOperation_DELETE &&
				op.Operation == kvscheduler.TxnOperation_DELETE && op.PrevState == kvscheduler.ValueState_PENDING:
				merged := *prev
				merged.NewState, merged.NewValue, merged.NewErr, merged.NewErrMsg =
					op.NewState, op.NewValue, op.NewErr, op.NewErrMsg
				out[i] = &merged
				continue
			}
		}
		last[op.Key] = len(out)
		out = append(out, op)
	}
	return slices.DeleteFunc(out, func(op *api.RecordedTxnOp) bool { return op == nil })
}
