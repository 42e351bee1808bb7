// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package keyval

import (
	"context"
	"io"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/datasync"
)

// ProtoBroker reads and writes messages.
type ProtoBroker interface {
	datasync.KeyProtoValWriter
	// NewTxn starts a transaction.
	NewTxn() ProtoTxn
	// GetValue unmarshals the value of one key. A missing key is no error.
	GetValue(key string, reqObj proto.Message) (found bool, revision int64, err error)
	// ListValues returns the pairs whose key begins with the given one.
	ListValues(key string) (ProtoKeyValIterator, error)
	// ListKeys returns the keys that begin with the given prefix.
	ListKeys(prefix string) (ProtoKeyIterator, error)
	// Delete removes the key and tells whether it was there.
	Delete(key string, opts ...datasync.DelOption) (existed bool, err error)
}

// ProtoTxn collects writes that are applied together or not at all.
type ProtoTxn interface {
	Put(key string, data proto.Message) ProtoTxn
	Delete(key string) ProtoTxn
	Commit(ctx context.Context) error
}

// ProtoKvPair is a key with its value and the value before.
type ProtoKvPair interface {
	datasync.LazyValue
	datasync.WithPrevValue
	datasync.WithKey
}

// ProtoKeyVal is a stored pair.
type ProtoKeyVal interface {
	ProtoKvPair
	datasync.WithRevision
}

// ProtoKeyIterator walks over keys, once.
type ProtoKeyIterator interface {
	// GetNext returns the next key with its revision, and stop after the last one.
	GetNext() (key string, rev int64, stop bool)
	io.Closer
}

// ProtoKeyValIterator walks over pairs, once.
type ProtoKeyValIterator interface {
	// GetNext returns the next pair, and stop after the last one.
	GetNext() (kv ProtoKeyVal, stop bool)
	io.Closer
}

// ProtoWatcher tells about changes.
type ProtoWatcher interface {
	// Watch calls respChan for each change under the given keys from now on.
	// A key sent to closeChan ends the watching of that key, closing the
	// channel ends all of it. The channel may be nil.
	Watch(respChan func(datasync.ProtoWatchResp), closeChan chan string, key ...string) error
}
