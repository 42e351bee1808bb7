// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package datasync

import (
	"context"
	"io"
	"time"

	"google.golang.org/protobuf/proto"
)

// DefaultNotifTimeout bounds the delivery of one notification into a channel.
const DefaultNotifTimeout = 2 * time.Second

// Op is the kind of a change.
type Op string

// Kinds of change. The zero value is InvalidOp.
const (
	InvalidOp Op = ""
	Put       Op = "Put"
	Delete    Op = "Delete"
)

// KeyValProtoWatcher is a source that can be watched.
type KeyValProtoWatcher interface {
	// Watch sends changes and listings of the keys under the given prefixes
	// to the channels until the registration is closed. The name has to be
	// unique within the source.
	Watch(resyncName string, changeChan chan ChangeEvent, resyncChan chan ResyncEvent,
		keyPrefixes ...string) (WatchRegistration, error)
}

// KeyProtoValWriter is a sink for values.
type KeyProtoValWriter interface {
	// Put stores the value under the key.
	Put(key string, data proto.Message, opts ...PutOption) error
}

// WatchRegistration is one subscription at a source.
type WatchRegistration interface {
	// Register adds a prefix to the subscription of the given name.
	Register(resyncName string, keyPrefix string) error
	// Unregister removes a prefix from the subscription.
	Unregister(keyPrefix string) error
	// Close ends the subscription. Nothing is sent afterwards.
	io.Closer
}

// CallbackResult takes the outcome of processing an event.
type CallbackResult interface {
	// Done tells the source that the event was processed, nil meaning success.
	// It is called exactly once and never blocks.
	Done(error)
}

// ResyncEvent is a listing of everything a source holds under the prefixes of a
// subscription. What it does not contain does not exist.
type ResyncEvent interface {
	CallbackResult
	// GetContext returns the context of the event.
	GetContext() context.Context
	// GetValues returns an iterator for each prefix of the subscription.
	GetValues() map[string]KeyValIterator
}

// ChangeEvent is a set of changes that belong together.
type ChangeEvent interface {
	CallbackResult
	// GetContext returns the context of the event.
	GetContext() context.Context
	// GetChanges returns the changes. A key occurs once at most.
	GetChanges() []ProtoWatchResp
}

// KeyValIterator walks over key-value pairs, once.
type KeyValIterator interface {
	// GetNext returns the next pair, and (nil, true) after the last one.
	GetNext() (kv KeyVal, allReceived bool)
}

// ProtoWatchResp is one change together with the value it replaced.
type ProtoWatchResp interface {
	ChangeValue
	WithPrevValue
}

// ChangeValue is one change.
type ChangeValue interface {
	WithChangeType
	KeyVal
}

// KeyVal is a key with its value, not decoded yet, and the revision of the value.
type KeyVal interface {
	WithKey
	LazyValue
	WithRevision
}

// WithChangeType has a kind of change.
type WithChangeType interface {
	GetChangeType() Op
}

// WithKey has a key.
type WithKey interface {
	GetKey() string
}

// WithRevision has a revision. Its meaning is that of the source, 0 if the
// source has none.
type WithRevision interface {
	GetRevision() int64
}

// WithPrevValue has the value that was there before.
type WithPrevValue interface {
	// GetPrevValue unmarshals the previous value into the message and tells
	// whether there was one.
	GetPrevValue(prevValue proto.Message) (prevValueExist bool, err error)
}

// LazyValue is a value that is decoded when it is asked for.
type LazyValue interface {
	// GetValue unmarshals the value into the message.
	GetValue(value proto.Message) error
}
