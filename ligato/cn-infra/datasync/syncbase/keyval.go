// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package syncbase

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/datasync"
)

// KeyVal is a key with a value that is decoded when asked for.
type KeyVal struct {
	datasync.LazyValue
	key string
	rev int64
}

// NewKeyVal returns the pair with its revision.
func NewKeyVal(key string, value datasync.LazyValue, rev int64) *KeyVal {
	return &KeyVal{LazyValue: value, key: key, rev: rev}
}

// GetKey returns the key.
func (kv *KeyVal) GetKey() string { return kv.key }

// GetRevision returns the revision.
func (kv *KeyVal) GetRevision() int64 { return kv.rev }

// KeyValBytes is a key with a value in the JSON mapping of protobuf.
type KeyValBytes struct {
	key   string
	value []byte
	rev   int64
}

// NewKeyValBytes returns the pair with its revision.
func NewKeyValBytes(key string, value []byte, rev int64) *KeyValBytes {
	return &KeyValBytes{key: key, value: value, rev: rev}
}

// GetKey returns the key.
func (kv *KeyValBytes) GetKey() string { return kv.key }

// GetRevision returns the revision.
func (kv *KeyValBytes) GetRevision() int64 { return kv.rev }

// GetValue parses the JSON into the message. Without a value the message is
// left as it is.
func (kv *KeyValBytes) GetValue(message proto.Message) error {
	if len(kv.value) == 0 {
		return nil
	}
	return protojson.Unmarshal(kv.value, message)
}

// protoValue is a message that was there from the beginning.
type protoValue struct {
	msg proto.Message
}

// GetValue merges the message into the given one, which has to be of the same
// type.
func (v protoValue) GetValue(out proto.Message) error {
	if v.msg == nil {
		return nil
	}
	if out == nil {
		return fmt.Errorf("value of type %s asked for as nil", v.msg.ProtoReflect().Descriptor().FullName())
	}
	src, dst := v.msg.ProtoReflect().Descriptor(), out.ProtoReflect().Descriptor()
	if src == dst {
		proto.Merge(out, v.msg)
		return nil
	}
	if src.FullName() != dst.FullName() {
		return fmt.Errorf("value of type %s asked for as %s", src.FullName(), dst.FullName())
	}
	// The same type known by two descriptors, one of them of a dynamic message.
	data, err := proto.Marshal(v.msg)
	if err != nil {
		return fmt.Errorf("value of type %s: %w", src.FullName(), err)
	}
	return proto.UnmarshalOptions{Merge: true}.Unmarshal(data, out)
}

// KVIterator walks over a slice.
type KVIterator struct {
	data []datasync.KeyVal
}

// NewKVIterator returns an iterator over the pairs in their order.
func NewKVIterator(data []datasync.KeyVal) *KVIterator {
	return &KVIterator{data: data}
}

// GetNext returns the next pair, and (nil, true) after the last one.
func (it *KVIterator) GetNext() (kv datasync.KeyVal, allReceived bool) {
	if len(it.data) == 0 {
		return nil, true
	}
	kv, it.data = it.data[0], it.data[1:]
	return kv, false
}
