// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package keyval

import (
	"context"

	"go.ligato.io/cn-infra/v2/datasync"
)

// BytesBroker reads and writes values.
type BytesBroker interface {
	// NewTxn starts a transaction.
	NewTxn() BytesTxn
	// Put stores the value under the key.
	Put(key string, data []byte, opts ...datasync.PutOption) error
	// Delete removes the key and tells whether it was there.
	Delete(key string, opts ...datasync.DelOption) (existed bool, err error)
	// GetValue returns the value of one key. A missing key is no error.
	GetValue(key string) (data []byte, found bool, revision int64, err error)
	// ListValues returns the pairs whose key begins with the given one.
	ListValues(key string) (BytesKeyValIterator, error)
	// ListKeys returns the keys that begin with the given prefix.
	ListKeys(prefix string) (BytesKeyIterator, error)
}

// BytesBrokerWithAtomic is a broker with conditional writes.
type BytesBrokerWithAtomic interface {
	BytesBroker
	// PutIfNotExists stores the value unless the key is there.
	PutIfNotExists(key string, data []byte) (succeeded bool, err error)
	// CompareAndSwap replaces the value if it is oldData.
	CompareAndSwap(key string, oldData, newData []byte) (swapped bool, err error)
	// CompareAndDelete removes the key if its value is data.
	CompareAndDelete(key string, data []byte) (deleted bool, err error)
}

// BytesTxn collects writes that are applied together or not at all.
type BytesTxn interface {
	Put(key string, data []byte) BytesTxn
	Delete(key string) BytesTxn
	Commit(ctx context.Context) error
}

// BytesKvPair is a key with its value and the value before, nil if unknown.
type BytesKvPair interface {
	GetValue() []byte
	GetPrevValue() []byte
	datasync.WithKey
}

// BytesKeyVal is a stored pair.
type BytesKeyVal interface {
	BytesKvPair
	datasync.WithRevision
}

// BytesKeyValIterator walks over pairs, once.
type BytesKeyValIterator interface {
	// GetNext returns the next pair, and stop after the last one.
	GetNext() (kv BytesKeyVal, stop bool)
}

// BytesKeyIterator walks over keys, once.
type BytesKeyIterator interface {
	// GetNext returns the next key with its revision, and stop after the last one.
	GetNext() (key string, rev int64, stop bool)
}

// BytesWatcher tells about changes.
type BytesWatcher interface {
	// Watch calls respChan for each change under the given keys from now on.
	// A key sent to closeChan ends the watching of that key, closing the
	// channel ends all of it. The channel may be nil.
	Watch(respChan func(BytesWatchResp), closeChan chan string, keys ...string) error
}

// BytesWatchResp is one change.
type BytesWatchResp interface {
	BytesKvPair
	datasync.WithChangeType
	datasync.WithRevision
}
