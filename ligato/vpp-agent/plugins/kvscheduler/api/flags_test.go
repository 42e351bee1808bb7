// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"errors"
	"strings"
	"testing"

	. "go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

func TestFlagsOfOperation(t *testing.T) {
	err := errors.New("boom")
	tests := []struct {
		op   RecordedTxnOp
		want string
	}{
		{RecordedTxnOp{}, ""},
		{RecordedTxnOp{IsDerived: true}, "DERIVED"},
		{RecordedTxnOp{IsDerived: true, IsProperty: true, IsRevert: true, IsRetry: true}, "PROPERTY"},
		{RecordedTxnOp{IsDerived: true, NOOP: true, IsRevert: true, IsRetry: true, IsRecreate: true}, "DERIVED NOOP REVERT RETRY RECREATE"},

		{RecordedTxnOp{NewState: ValueState_OBTAINED}, "OBTAINED"},
		{RecordedTxnOp{PrevState: ValueState_OBTAINED, NewState: ValueState_OBTAINED}, "OBTAINED"},
		{RecordedTxnOp{PrevState: ValueState_OBTAINED, NewState: ValueState_REMOVED}, "WAS-OBTAINED"},
		{RecordedTxnOp{NewState: ValueState_UNIMPLEMENTED, NOOP: true}, "NOOP UNIMPLEMENTED"},
		{RecordedTxnOp{PrevState: ValueState_UNIMPLEMENTED, NewState: ValueState_CONFIGURED}, "WAS-UNIMPLEMENTED"},
		{RecordedTxnOp{PrevState: ValueState_REMOVED, NewState: ValueState_REMOVED, Operation: TxnOperation_DELETE}, "ALREADY-REMOVED"},
		{RecordedTxnOp{PrevState: ValueState_REMOVED, NewState: ValueState_CONFIGURED, Operation: TxnOperation_CREATE}, ""},
		{RecordedTxnOp{PrevState: ValueState_MISSING, NewState: ValueState_REMOVED}, "ALREADY-MISSING"},
		{RecordedTxnOp{PrevState: ValueState_MISSING, NewState: ValueState_CONFIGURED}, "WAS-MISSING"},
		{RecordedTxnOp{PrevState: ValueState_DISCOVERED, NewState: ValueState_REMOVED}, "DISCOVERED"},

		{RecordedTxnOp{NewState: ValueState_PENDING}, "IS-PENDING"},
		{RecordedTxnOp{PrevState: ValueState_PENDING, NewState: ValueState_PENDING}, "STILL-PENDING"},
		{RecordedTxnOp{PrevState: ValueState_PENDING, NewState: ValueState_CONFIGURED}, "WAS-PENDING"},
		{RecordedTxnOp{NewState: ValueState_FAILED, NewErr: err}, "FAILED"},
		{RecordedTxnOp{NewState: ValueState_RETRYING, NewErrMsg: "boom"}, "FAILED"},
		{RecordedTxnOp{PrevState: ValueState_RETRYING, NewState: ValueState_FAILED, NewErr: err}, "STILL-FAILING"},
		{RecordedTxnOp{PrevState: ValueState_FAILED, NewState: ValueState_CONFIGURED}, "FIXED"},
		{RecordedTxnOp{NewState: ValueState_INVALID, NewErr: err}, "INVALID"},
		{RecordedTxnOp{PrevState: ValueState_INVALID, NewState: ValueState_INVALID, NewErr: err}, "STILL-INVALID"},
		{RecordedTxnOp{PrevState: ValueState_INVALID, NewState: ValueState_CONFIGURED}, "FIXED"},

		// One failure replaced by another is no fix.
		{RecordedTxnOp{PrevState: ValueState_FAILED, NewState: ValueState_INVALID, NewErr: err}, "INVALID"},
		{RecordedTxnOp{PrevState: ValueState_INVALID, NewState: ValueState_FAILED, NewErrMsg: "boom"}, "FAILED"},
	}
	for _, tt := range tests {
		if got := strings.Join(tt.op.flags(), " "); got != tt.want {
			t.Errorf("%v -> %v: flags %q, want %q", tt.op.PrevState, tt.op.NewState, got, tt.want)
		}
	}
}
