// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package keyval defines what a key-value store offers to plugins: brokers that
// read and write, transactions, and watchers, each for raw bytes and for
// protobuf messages, and the [Serializer] between the two.
//
// Brokers and watchers are made for a prefix. They take and return keys without
// it. Listing and watching mean "every key that begins with".
//
// The package knows no store. Package etcd is one, package kvproto makes a
// store of messages out of a store of bytes.
package keyval
