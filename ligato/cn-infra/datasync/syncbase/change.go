// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package syncbase

import (
	"context"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/datasync"
)

// Change is one operation of a transaction.
type Change struct {
	datasync.KeyVal
	changeType datasync.Op
}

// NewChange returns a change to the given value, nil for a deletion. The value
// is copied, so that the caller may go on with the message.
func NewChange(key string, value proto.Message, rev int64, changeType datasync.Op) *Change {
	if value != nil {
		value = proto.Clone(value)
	}
	return &Change{KeyVal: NewKeyVal(key, protoValue{value}, rev), changeType: changeType}
}

// NewChangeBytes returns a change to a value in the JSON mapping of protobuf.
func NewChangeBytes(key string, value []byte, rev int64, changeType datasync.Op) *Change {
	return &Change{KeyVal: NewKeyValBytes(key, value, rev), changeType: changeType}
}

// GetChangeType returns the kind of the change.
func (c *Change) GetChangeType() datasync.Op { return c.changeType }

// ChangeResp is one change as its receiver sees it.
type ChangeResp struct {
	Key        string
	ChangeType datasync.Op
	// CurrVal is what the change was propagated with, of the same dynamic type.
	CurrVal datasync.LazyValue
	CurrRev int64
	// PrevVal is the value before, nil if there was none.
	PrevVal datasync.LazyValue
}

// GetChangeType returns the kind of the change.
func (r *ChangeResp) GetChangeType() datasync.Op { return r.ChangeType }

// GetKey returns the key.
func (r *ChangeResp) GetKey() string { return r.Key }

// GetRevision returns the revision after the change, for a deletion the one
// that follows the last value.
func (r *ChangeResp) GetRevision() int64 { return r.CurrRev }

// GetValue unmarshals the value. After a deletion the message is left as it is.
func (r *ChangeResp) GetValue(val proto.Message) (err error) {
	if r.ChangeType == datasync.Delete || r.CurrVal == nil {
		return nil
	}
	return r.CurrVal.GetValue(val)
}

// GetPrevValue unmarshals the value that was there before.
func (r *ChangeResp) GetPrevValue(prevVal proto.Message) (prevExists bool, err error) {
	if r.PrevVal == nil {
		return false, nil
	}
	return true, r.PrevVal.GetValue(prevVal)
}

// ChangeEvent is a set of changes that belong together.
type ChangeEvent struct {
	Changes []datasync.ProtoWatchResp
	ctx     context.Context
	done    datasync.CallbackResult
}

// GetContext returns the context that the changes were propagated with.
func (e *ChangeEvent) GetContext() context.Context { return e.ctx }

// GetChanges returns the changes, sorted by key.
func (e *ChangeEvent) GetChanges() []datasync.ProtoWatchResp { return e.Changes }

// Done tells the source that the event was processed.
func (e *ChangeEvent) Done(err error) {
	if e.done != nil {
		e.done.Done(err)
	}
}

// ResyncEventDB is a listing of everything under the prefixes of a subscription.
type ResyncEventDB struct {
	*DoneChannel
	ctx context.Context
	its map[string]datasync.KeyValIterator
}

// NewResyncEventDB returns an event with the iterators by prefix. What is given
// to Done can be read, once, from its DoneChan.
func NewResyncEventDB(ctx context.Context, its map[string]datasync.KeyValIterator) *ResyncEventDB {
	return &ResyncEventDB{DoneChannel: NewDoneChannel(make(chan error, 1)), ctx: ctx, its: its}
}

// GetContext returns the context of the event.
func (e *ResyncEventDB) GetContext() context.Context { return e.ctx }

// GetValues returns the iterators by prefix.
func (e *ResyncEventDB) GetValues() map[string]datasync.KeyValIterator { return e.its }
