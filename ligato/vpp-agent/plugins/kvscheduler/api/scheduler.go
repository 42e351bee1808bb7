// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"time"

	"go.ligato.io/cn-infra/v2/idxmap"
	"google.golang.org/protobuf/proto"

	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// KeySelector tells whether a key belongs to a set.
type KeySelector func(key string) bool

// KeyValuePair is a key with its value.
type KeyValuePair struct {
	Key   string
	Value proto.Message
}

// Metadata is what a descriptor keeps beside a value, such as an index
// assigned by the configured system. Only the descriptor knows its type.
type Metadata interface{}

// MetadataMapFactory creates the map in which the metadata of one
// descriptor's values are kept.
type MetadataMapFactory func() idxmap.NamedMappingRW

// KeyWithError is the error of one operation of a transaction.
type KeyWithError struct {
	Key          string
	TxnOperation kvscheduler.TxnOperation
	Error        error
}

// KVWithMetadata is a value as it is known to the scheduler or reported by a
// descriptor.
type KVWithMetadata struct {
	Key      string
	Value    proto.Message
	Metadata Metadata
	Origin   ValueOrigin
}

// View selects one of the three pictures of the configuration.
type View int

const (
	// SBView is read from the configured system by the descriptors.
	SBView View = iota
	// NBView is what the north-bound side wants, applied or not.
	NBView
	// CachedView is what the scheduler believes to be configured.
	CachedView
)

// String gives the name used by the REST interface.
func (v View) String() string {
	switch v {
	case SBView:
		return "SB"
	case NBView:
		return "NB"
	default:
		return "cached"
	}
}

// ValueOrigin tells which side a value comes from. It is encoded in JSON as
// its number.
type ValueOrigin int

const (
	// UnknownOrigin is for a value that was found, with nothing known about
	// who made it. The scheduler then decides by its own records.
	UnknownOrigin ValueOrigin = iota
	// FromNB is for a value that is configured through the scheduler.
	FromNB
	// FromSB is for a value that exists in the configured system by itself.
	FromSB
)

// String names the origin: "from-NB", "from-SB" or "unknown".
func (o ValueOrigin) String() string {
	switch o {
	case FromNB:
		return "from-NB"
	case FromSB:
		return "from-SB"
	default:
		return "unknown"
	}
}

// ValueProvider lists values.
type ValueProvider interface {
	// DumpValuesByDescriptor lists the base values of one descriptor. With
	// SBView an unknown descriptor, or one without Retrieve, is an error.
	DumpValuesByDescriptor(descriptor string, view View) (kvs []KVWithMetadata, err error)

	// DumpValuesByKeyPrefix does the same for the descriptor whose
	// NBKeyPrefix equals keyPrefix; it is an error when there is none.
	DumpValuesByKeyPrefix(keyPrefix string, view View) (kvs []KVWithMetadata, err error)
}

// KVScheduler applies wanted values in the order in which their dependencies
// allow it, and keeps them applied.
type KVScheduler interface {
	ValueProvider

	// RegisterKVDescriptor adds descriptors one after another and stops at
	// the first that is refused, with ErrDescriptorExists for a name that is
	// taken. It is meant for the Init of plugins, but legal at any time.
	RegisterKVDescriptor(descriptor ...*KVDescriptor) error

	// GetRegisteredNBKeyPrefixes lists the non-empty NBKeyPrefix of all
	// descriptors.
	GetRegisteredNBKeyPrefixes() []string

	// StartNBTransaction opens a transaction. Nothing happens until Commit.
	StartNBTransaction() Txn

	// TransactionBarrier waits until everything queued before the call has
	// been processed. It must not be called by a descriptor.
	TransactionBarrier()

	// PushSBNotification queues a report that values appeared, changed or,
	// with a nil value, disappeared in the configured system. All pairs are
	// processed in one transaction, in the given order. It never blocks; the
	// error is ErrTxnQueueFull or ErrClosedScheduler.
	PushSBNotification(notif ...KVWithMetadata) error

	// GetMetadataMap gives the map from labels to metadata of a descriptor,
	// nil if the descriptor is unknown or keeps no metadata.
	GetMetadataMap(descriptor string) idxmap.NamedMapping

	// GetValueStatus gives the status of a key. It is never nil; an unknown
	// key is NONEXISTENT.
	GetValueStatus(key string) *kvscheduler.BaseValueStatus

	// WatchValueStatus sends every change of status of the base values
	// selected by keySelector (nil selects all) to channel.
	WatchValueStatus(channel chan<- *kvscheduler.BaseValueStatus, keySelector KeySelector)

	// GetTransactionHistory lists the records of transactions that started
	// within [since, until]. A zero time leaves that end open.
	GetTransactionHistory(since, until time.Time) (history RecordedTxns)

	// GetRecordedTransaction gives one record, nil if there is none (any
	// more) with this sequence number.
	GetRecordedTransaction(SeqNum uint64) (txn *RecordedTxn)

	// ValidateSemantically runs the Validate of the descriptors on messages
	// that belong to a registered model. The error is
	// *InvalidMessagesError if some are invalid.
	ValidateSemantically([]proto.Message) error

	// WatchNBKeyPrefixRegistration gives a channel that receives one item
	// and is closed when a descriptor with this NBKeyPrefix registers. If it
	// already did, the item is there and the error is ErrDescriptorExists.
	WatchNBKeyPrefixRegistration(key string) (<-chan struct{}, error)
}

// Txn is a set of changes that are committed together.
type Txn interface {
	// SetValue sets the wanted value of a key; nil deletes it. The last call
	// for a key wins.
	SetValue(key string, value proto.Message) Txn

	// Commit processes the transaction with the options that ctx carries,
	// and by default waits for the result. The error is a *TransactionError.
	// A Txn can be committed again.
	Commit(ctx context.Context) (txnSeqNum uint64, err error)
}
