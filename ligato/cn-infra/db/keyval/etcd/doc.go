// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package etcd connects plugins to an etcd cluster: as [Plugin] with its
// configuration, or as [BytesConnectionEtcd] for programs without plugins.
//
// # Connecting
//
// A connection is established when a real request has been answered within
// dial-timeout. With allow-delayed-start the plugin goes on trying in the
// background, for ever, with growing pauses up to reconnect-interval and jitter,
// and says why it fails: refused, certificate, credentials. Brokers and watchers
// can be made at any time; until the first connection their operations fail with
// an error that package kvdbsync knows as ErrNotReady. The status is INIT until
// then.
//
// Later losses are the business of the gRPC client: it reconnects by itself.
// Dead flows are noticed by keepalive within 15 seconds. Every request has a
// deadline.
//
// # Watching
//
// [BytesConnectionEtcd.Watch] and package kvdbsync follow a prefix by
// internal/follow: list at revision R, watch from R+1 on one stream, and list
// again whenever the stream ends for any reason. The gap is closed by the
// difference between the two listings, so neither compaction nor a restored or
// wiped store nor an outage of any length makes a watch go stale. Several keys
// share one watch, of what they have in common as a prefix, since only so their
// changes come in the order of the store; a user of etcd needs permission for
// that prefix.
//
// # Lifetime keys
//
// Keys that are written with [datasync.WithClientLifetimeTTL] hang on a lease
// that is kept alive while the connection lives. If the lease is lost, in an
// outage longer than session-ttl or because the store lost its data, there is a
// new lease and the keys are written again. Close revokes the lease.
//
// Values are never logged.
package etcd
