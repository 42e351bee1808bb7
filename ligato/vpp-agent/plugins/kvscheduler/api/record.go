// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"time"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/utils"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// RecordedTxn is what is kept of a transaction. A record that was handed out
// never changes.
type RecordedTxn struct {
	// PreRecord is set while the transaction is being executed: there are
	// arguments and a plan, but no results yet.
	PreRecord      bool `json:",omitempty"`
	WithSimulation bool `json:",omitempty"`

	Start time.Time
	Stop  time.Time

	// Arguments.
	SeqNum       uint64
	TxnType      TxnType
	ResyncType   ResyncType       `json:",omitempty"`
	Description  string           `json:",omitempty"`
	RetryForTxn  uint64           `json:",omitempty"`
	RetryAttempt int              `json:",omitempty"`
	Values       []RecordedKVPair `json:",omitempty"`

	// Operations, in their order.
	Planned  RecordedTxnOps `json:",omitempty"`
	Executed RecordedTxnOps `json:",omitempty"`
}

// RecordedTxnOp is what is kept of one operation of a transaction.
type RecordedTxnOp struct {
	Operation kvscheduler.TxnOperation
	Key       string

	// Result. The message is what remains of the error in JSON.
	NewState  kvscheduler.ValueState      `json:",omitempty"`
	NewValue  *utils.RecordedProtoMessage `json:",omitempty"`
	NewErr    error                       `json:"-"`
	NewErrMsg string                      `json:",omitempty"`

	// State before the operation.
	PrevState  kvscheduler.ValueState      `json:",omitempty"`
	PrevValue  *utils.RecordedProtoMessage `json:",omitempty"`
	PrevErr    error                       `json:"-"`
	PrevErrMsg string                      `json:",omitempty"`

	// NOOP is set when no callback of the descriptor was needed.
	NOOP       bool `json:",omitempty"`
	IsDerived  bool `json:",omitempty"`
	IsProperty bool `json:",omitempty"` // derived, and no descriptor owns it
	IsRevert   bool `json:",omitempty"`
	IsRetry    bool `json:",omitempty"`
	IsRecreate bool `json:",omitempty"`
}

// RecordedKVPair is a value as it stood in a transaction.
type RecordedKVPair struct {
	Key    string
	Value  *utils.RecordedProtoMessage
	Origin ValueOrigin
}

// RecordedKVWithMetadata is an element of a dump.
type RecordedKVWithMetadata struct {
	RecordedKVPair
	Metadata Metadata
}

// RecordedTxnOps are operations in their order.
type RecordedTxnOps []*RecordedTxnOp

// RecordedTxns are transactions in their order.
type RecordedTxns []*RecordedTxn
