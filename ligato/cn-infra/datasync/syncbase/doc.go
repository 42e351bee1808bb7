// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package syncbase has the common parts of data sources: events, key-value
// pairs, iterators, revision bookkeeping, and [Registry], a source inside the
// process that hands changes to its watchers.
//
// # Order and delivery
//
// A [Registry] delivers propagations in the order in which they began. A
// propagation returns when every receiver called Done, with their errors, or
// when its time is over, with an error that wraps context.DeadlineExceeded or
// the error of the caller's context. Events that a receiver has taken by then
// stay taken. Events that nobody has taken are withdrawn and leave no trace in
// the bookkeeping.
//
// # Prefixes
//
// A prefix is a plain string prefix, the empty one matches every key. When
// several prefixes of one subscription match a key, a change event has the key
// once and a resync event has it under the longest of them only.
//
// The package does not talk to stores; kvdbsync does.
package syncbase
