// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package orchestrator

import (
	"context"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// KeyVal is a key with its value. A nil value stands for deletion.
type KeyVal struct {
	Key string
	Val proto.Message
}

// KVPairs are values by key.
type KVPairs map[string]proto.Message

// Labels are names with values that a client keeps with a key, to select by.
type Labels map[string]string

// Status is the status of a value.
type Status = kvscheduler.ValueStatus

// Result is the status of a value after a push.
type Result struct {
	Key    string
	Status *Status
}

// Dispatcher has configuration applied and tells what became of it. All of its
// methods may be called at any time; only PushData waits for the scheduler.
type Dispatcher interface {
	// ListData returns the values that are wanted, of all sources.
	ListData() KVPairs
	// PushData changes what one source wants and has the change applied. The
	// source is named by the context (see contextdecorator), else it is
	// "global". With a full resync in the context (see api.WithResync) the
	// pairs replace everything that the source wanted before. Other options
	// of the context are passed on to the scheduler.
	//
	// The first result has the key "seqnum" and the number of the transaction
	// in its details; one result for each key follows. If some values could
	// not be applied, there are both results and an error. An error without
	// results means that nothing was changed, except that after
	// api.ErrTxnWaitCanceled the change may still be applied.
	PushData(context.Context, []KeyVal, map[string]Labels) ([]Result, error)
	// GetStatus returns the status of a key, NONEXISTENT if it is unknown. The
	// error is always nil.
	GetStatus(key string) (*Status, error)
	// ListState returns the values that are applied, as the scheduler has
	// them.
	ListState() (KVPairs, error)
	// ListLabels returns the labels of a key.
	ListLabels(key string) Labels
}

// KVStore keeps what each source wants.
type KVStore interface {
	// ListAll returns the values of all sources. Where more than one has a key,
	// the last by name counts.
	ListAll() KVPairs
	// List returns the values of one source.
	List(dataSrc string) KVPairs
	Update(dataSrc, key string, val proto.Message)
	Delete(dataSrc, key string)
	// Reset forgets all values of a source.
	Reset(dataSrc string)
}

// KLStore keeps labels of keys.
type KLStore interface {
	ListLabels(key string) Labels
	AddLabel(key, lkey, lval string)
	HasLabel(key, lkey string) bool
	DeleteLabel(key, lkey string)
	// ResetLabels forgets all labels of a key.
	ResetLabels(key string)
}

// Store keeps values and labels. Labels go with the last value of their key.
type Store interface {
	KLStore
	KVStore
}
