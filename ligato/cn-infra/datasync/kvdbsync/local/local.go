// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package local is the data source of clients inside the process: a registry
// shared by all of them, and transactions that end in it.
//
// It stores nothing beyond the last values that the registry remembers.
package local

import (
	"context"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/datasync/syncbase"
	"go.ligato.io/cn-infra/v2/db/keyval"
)

// DefaultRegistry is the registry that local clients and their receivers share.
var DefaultRegistry = syncbase.NewRegistry()

// Get returns DefaultRegistry.
func Get() *syncbase.Registry { return DefaultRegistry }

// commitFunc is what a transaction ends in, usually PropagateChanges or
// PropagateResync of a registry.
type commitFunc = func(context.Context, map[string]datasync.ChangeValue) error

// ProtoTxn is a transaction of messages. Of several operations on one key the
// last one counts. It is not safe for concurrent use.
type ProtoTxn struct {
	commit commitFunc
	ops    map[string]proto.Message
}

// NewProtoTxn returns an empty transaction that ends in the given function.
func NewProtoTxn(commit func(context.Context, map[string]datasync.ChangeValue) error) *ProtoTxn {
	return &ProtoTxn{commit: commit, ops: make(map[string]proto.Message)}
}

// Put sets the value of the key.
func (t *ProtoTxn) Put(key string, data proto.Message) keyval.ProtoTxn {
	t.ops[key] = data
	return t
}

// Delete removes the key.
func (t *ProtoTxn) Delete(key string) keyval.ProtoTxn {
	t.ops[key] = nil
	return t
}

// Commit hands the operations over and returns the outcome. The values are
// copied first. The transaction keeps its operations.
func (t *ProtoTxn) Commit(ctx context.Context) error {
	changes := make(map[string]datasync.ChangeValue, len(t.ops))
	for key, msg := range t.ops {
		changes[key] = syncbase.NewChange(key, msg, 0, opOf(msg == nil))
	}
	return t.commit(ctx, changes)
}

// BytesTxn is a transaction of values in the JSON mapping of protobuf. Of
// several operations on one key the last one counts. It is not safe for
// concurrent use.
type BytesTxn struct {
	commit commitFunc
	ops    map[string][]byte
}

// NewBytesTxn returns an empty transaction that ends in the given function.
func NewBytesTxn(commit func(context.Context, map[string]datasync.ChangeValue) error) *BytesTxn {
	return &BytesTxn{commit: commit, ops: make(map[string][]byte)}
}

// Put sets the value of the key.
func (t *BytesTxn) Put(key string, data []byte) keyval.BytesTxn {
	t.ops[key] = append([]byte{}, data...)
	return t
}

// Delete removes the key.
func (t *BytesTxn) Delete(key string) keyval.BytesTxn {
	t.ops[key] = nil
	return t
}

// Commit hands the operations over and returns the outcome. The transaction
// keeps its operations.
func (t *BytesTxn) Commit(ctx context.Context) error {
	changes := make(map[string]datasync.ChangeValue, len(t.ops))
	for key, data := range t.ops {
		changes[key] = syncbase.NewChangeBytes(key, data, 0, opOf(data == nil))
	}
	return t.commit(ctx, changes)
}

func opOf(deleted bool) datasync.Op {
	if deleted {
		return datasync.Delete
	}
	return datasync.Put
}
