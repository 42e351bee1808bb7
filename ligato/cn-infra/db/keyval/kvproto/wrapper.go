// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvproto

import (
	"go.ligato.io/cn-infra/v2/db/keyval"
	"go.ligato.io/cn-infra/v2/internal/follow"
)

// ProtoWrapper is a connection to a store of messages. It is a broker and a
// watcher itself, for the whole store.
type ProtoWrapper struct {
	broker
	watcher
	db keyval.CoreBrokerWatcher
}

// NewProtoWrapper returns a wrapper of the connection. Without a serializer it
// uses the binary [keyval.SerializerProto].
func NewProtoWrapper(db keyval.CoreBrokerWatcher, serializer ...keyval.Serializer) *ProtoWrapper {
	if len(serializer) > 0 && serializer[0] != nil {
		return NewProtoWrapperWithSerializer(db, serializer[0])
	}
	return NewProtoWrapperWithSerializer(db, &keyval.SerializerProto{})
}

// NewProtoWrapperWithSerializer is NewProtoWrapper with a serializer.
func NewProtoWrapperWithSerializer(db keyval.CoreBrokerWatcher, serializer keyval.Serializer) *ProtoWrapper {
	return &ProtoWrapper{
		broker:  broker{db, serializer},
		watcher: watcher{db, serializer},
		db:      db,
	}
}

// NewBroker returns a broker for the keys under the prefix.
func (w *ProtoWrapper) NewBroker(prefix string) keyval.ProtoBroker {
	return &broker{w.db.NewBroker(prefix), w.broker.serializer}
}

// NewWatcher returns a watcher for the keys under the prefix.
func (w *ProtoWrapper) NewWatcher(prefix string) keyval.ProtoWatcher {
	bytesWatcher := w.db.NewWatcher(prefix)
	protoWatcher := &watcher{bytesWatcher, w.broker.serializer}
	if f, ok := bytesWatcher.(bytesFollowable); ok {
		return &followableWatcher{protoWatcher, f.FollowStore(w.broker.serializer)}
	}
	return protoWatcher
}

// Close closes the connection.
func (w *ProtoWrapper) Close() error {
	return w.db.Close()
}

// bytesFollowable is implemented by watchers whose store can be followed.
type bytesFollowable interface {
	FollowStore(serializer keyval.Serializer) follow.Store
}

// followableWatcher keeps that ability.
type followableWatcher struct {
	*watcher
	store follow.Store
}

// FollowStore implements follow.Followable.
func (w *followableWatcher) FollowStore() follow.Store { return w.store }
