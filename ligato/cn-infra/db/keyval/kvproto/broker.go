// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvproto

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/db/keyval"
)

type broker struct {
	bytes      keyval.BytesBroker
	serializer keyval.Serializer
}

// Put stores the message.
func (b *broker) Put(key string, value proto.Message, opts ...datasync.PutOption) error {
	data, err := b.serializer.Marshal(value)
	if err != nil {
		return fmt.Errorf("put %q: %w", key, err)
	}
	return b.bytes.Put(key, data, opts...)
}

// NewTxn starts a transaction.
func (b *broker) NewTxn() keyval.ProtoTxn {
	return &txn{bytes: b.bytes.NewTxn(), serializer: b.serializer}
}

// GetValue unmarshals the value of one key. A missing key is no error.
func (b *broker) GetValue(key string, reqObj proto.Message) (found bool, revision int64, err error) {
	data, found, revision, err := b.bytes.GetValue(key)
	if err != nil || !found {
		return false, 0, err
	}
	if err := b.serializer.Unmarshal(data, reqObj); err != nil {
		return true, revision, fmt.Errorf("value of %q: %w", key, err)
	}
	return true, revision, nil
}

// ListValues returns the pairs whose key begins with the given one.
func (b *broker) ListValues(key string) (keyval.ProtoKeyValIterator, error) {
	it, err := b.bytes.ListValues(key)
	if err != nil {
		return nil, err
	}
	return &valueIterator{it, b.serializer}, nil
}

// ListKeys returns the keys that begin with the given prefix.
func (b *broker) ListKeys(prefix string) (keyval.ProtoKeyIterator, error) {
	it, err := b.bytes.ListKeys(prefix)
	if err != nil {
		return nil, err
	}
	return &keyIterator{it}, nil
}

// Delete removes the key and tells whether it was there.
func (b *broker) Delete(key string, opts ...datasync.DelOption) (existed bool, err error) {
	return b.bytes.Delete(key, opts...)
}

// txn remembers the first message that cannot be marshalled until Commit.
type txn struct {
	bytes      keyval.BytesTxn
	serializer keyval.Serializer
	err        error
}

func (t *txn) Put(key string, value proto.Message) keyval.ProtoTxn {
	data, err := t.serializer.Marshal(value)
	switch {
	case err == nil:
		t.bytes = t.bytes.Put(key, data)
	case t.err == nil:
		t.err = fmt.Errorf("put %q: %w", key, err)
	}
	return t
}

func (t *txn) Delete(key string) keyval.ProtoTxn {
	t.bytes = t.bytes.Delete(key)
	return t
}

func (t *txn) Commit(ctx context.Context) error {
	if t.err != nil {
		return t.err
	}
	return t.bytes.Commit(ctx)
}
