// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// flags are the words in brackets beside an operation in the text form.
func (op *RecordedTxnOp) flags() []string {
	var flags []string
	add := func(when bool, word string) bool {
		if when {
			flags = append(flags, word)
		}
		return when
	}
	was := func(s kvscheduler.ValueState) bool { return op.PrevState == s }
	is := func(s kvscheduler.ValueState) bool { return op.NewState == s }

	add(op.IsDerived && !op.IsProperty, "DERIVED")
	add(op.IsProperty, "PROPERTY")
	add(op.NOOP, "NOOP")
	add(op.IsRevert && !op.IsProperty, "REVERT")
	add(op.IsRetry && !op.IsProperty, "RETRY")
	add(op.IsRecreate, "RECREATE")

	_ = add(is(kvscheduler.ValueState_OBTAINED), "OBTAINED") ||
		add(was(kvscheduler.ValueState_OBTAINED), "WAS-OBTAINED")
	_ = add(is(kvscheduler.ValueState_UNIMPLEMENTED), "UNIMPLEMENTED") ||
		add(was(kvscheduler.ValueState_UNIMPLEMENTED), "WAS-UNIMPLEMENTED")
	add(was(kvscheduler.ValueState_REMOVED) && op.Operation == kvscheduler.TxnOperation_DELETE, "ALREADY-REMOVED")
	if was(kvscheduler.ValueState_MISSING) {
		_ = add(is(kvscheduler.ValueState_REMOVED), "ALREADY-MISSING") ||
			add(true, "WAS-MISSING")
	}
	add(was(kvscheduler.ValueState_DISCOVERED), "DISCOVERED")

	// An operation that ends in another kind of failure has fixed nothing.
	fixed := errorText(op.NewErr, op.NewErrMsg) == ""
	change := func(before, after bool, both, left, entered string) {
		switch {
		case before && after:
			add(true, both)
		case before:
			add(left != "FIXED" || fixed, left)
		case after:
			add(true, entered)
		}
	}
	change(was(kvscheduler.ValueState_PENDING), is(kvscheduler.ValueState_PENDING),
		"STILL-PENDING", "WAS-PENDING", "IS-PENDING")
	change(isFailure(op.PrevState), isFailure(op.NewState),
		"STILL-FAILING", "FIXED", "FAILED")
	change(was(kvscheduler.ValueState_INVALID), is(kvscheduler.ValueState_INVALID),
		"STILL-INVALID", "FIXED", "INVALID")
	return flags
}

func isFailure(s kvscheduler.ValueState) bool {
	return s == kvscheduler.ValueState_FAILED || s == kvscheduler.ValueState_RETRYING
}
