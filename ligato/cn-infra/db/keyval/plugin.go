// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package keyval

// Root is the empty prefix.
const Root = ""

// KvProtoPlugin is a plugin that gives access to a store of messages.
type KvProtoPlugin interface {
	// NewBroker returns a broker for the keys under the prefix. It may be
	// called before the store is connected; operations fail until then.
	NewBroker(keyPrefix string) ProtoBroker
	// NewWatcher returns a watcher for the keys under the prefix.
	NewWatcher(keyPrefix string) ProtoWatcher
	// Disabled tells that no store is configured.
	Disabled() bool
	// OnConnect runs the callback once, as soon as the store is connected.
	OnConnect(func() error)
	// String returns the name of the plugin.
	String() string
}

// KvBytesPlugin is a plugin that gives access to a store of bytes.
type KvBytesPlugin interface {
	// NewBroker returns a broker for the keys under the prefix.
	NewBroker(keyPrefix string) BytesBroker
	// NewWatcher returns a watcher for the keys under the prefix.
	NewWatcher(keyPrefix string) BytesWatcher
}

// CoreBrokerWatcher is a connection to a store of bytes.
type CoreBrokerWatcher interface {
	BytesBroker
	BytesWatcher
	// NewBroker returns a broker for the keys under the prefix.
	NewBroker(prefix string) BytesBroker
	// NewWatcher returns a watcher for the keys under the prefix.
	NewWatcher(prefix string) BytesWatcher
	// Close ends the connection with everything that uses it.
	Close() error
}
