// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"maps"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/datasync/syncbase"

	"go.ligato.io/vpp-agent/v3/pkg/models"
)

// LazyValTxn is a transaction of values that may carry more than a message. Of
// several operations on one key the last one counts. It is not safe for
// concurrent use.
type LazyValTxn struct {
	commit  func(context.Context, map[string]datasync.ChangeValue) error
	changes map[string]datasync.LazyValue
}

// NewLazyValTxn returns an empty transaction that ends in the given function.
func NewLazyValTxn(commit func(context.Context, map[string]datasync.ChangeValue) error) *LazyValTxn {
	return &LazyValTxn{commit: commit, changes: make(map[string]datasync.LazyValue)}
}

// Put sets the value of a key.
func (txn *LazyValTxn) Put(key string, value datasync.LazyValue) *LazyValTxn {
	txn.changes[key] = value
	return txn
}

// Delete removes a key.
func (txn *LazyValTxn) Delete(key string) *LazyValTxn {
	txn.changes[key] = nil
	return txn
}

// Commit hands the operations over and returns the outcome. The transaction
// keeps its operations.
func (txn *LazyValTxn) Commit(ctx context.Context) error {
	changes := make(map[string]datasync.ChangeValue, len(txn.changes))
	for key, value := range txn.changes {
		op := datasync.Put
		if value == nil {
			op = datasync.Delete
		}
		changes[key] = NewChangeLazy(key, value, 0, op)
	}
	return txn.commit(ctx, changes)
}

// NewChangeLazy returns a change to a value that is handed over as it is. The
// value of a deletion may be nil.
func NewChangeLazy(key string, value datasync.LazyValue, rev int64, changeType datasync.Op) *syncbase.Change {
	change := syncbase.NewChange(key, nil, rev, changeType)
	if value != nil {
		change.KeyVal = syncbase.NewKeyVal(key, value, rev)
	}
	return change
}

// Txn collects values by key, nil for those to be deleted. It applies nothing
// itself: its owner takes what is in it with ListItems. It is not safe for
// concurrent use.
type Txn struct {
	items map[string]proto.Message
}

// NewTxn returns an empty transaction. The function is not used.
func NewTxn(commitFunc func() error) *Txn {
	_ = commitFunc // kept for callers that give one
	return &Txn{items: make(map[string]proto.Message)}
}

// Update puts a value. It panics if the value has no model.
func (t *Txn) Update(item proto.Message) { t.items[models.Key(item)] = item }

// Delete marks a value as to be deleted. It panics if the value has no model.
func (t *Txn) Delete(item proto.Message) { t.items[models.Key(item)] = nil }

// Commit does nothing.
func (t *Txn) Commit(ctx context.Context) {}

// FindItem returns the value with the given key, nil if it is to be deleted.
func (t *Txn) FindItem(id string) (model proto.Message, found bool) {
	model, found = t.items[id]
	return model, found
}

// ListItems returns all values by key.
func (t *Txn) ListItems() map[string]proto.Message { return maps.Clone(t.items) }

// RemoveItem takes a value out of the transaction, whether it is to be applied
// or deleted. It panics if the value has no model.
func (t *Txn) RemoveItem(model proto.Message) { delete(t.items, models.Key(model)) }
