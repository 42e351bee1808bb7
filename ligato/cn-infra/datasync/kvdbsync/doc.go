// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package kvdbsync makes a data source out of a key-value store: it tells
// watchers about the keys under the prefix of the agent, and it publishes.
//
// # What a watcher gets
//
// A subscription follows the store by package internal/follow: sessions of one
// listing and one stream of changes. The watcher gets
//
//   - a [datasync.ResyncEvent] with all values when a resync asks for it, from a
//     fresh listing, or from the last known state if the store does not answer;
//   - a [datasync.ChangeEvent] with one change for each change in the store. What
//     was missed during an outage comes as changes, too, as soon as the store is
//     back: the difference to what is known, the latest value of each key;
//   - a ResyncEvent without being asked when another store has taken the place
//     of the one before (restored, wiped, replaced), once a first resync has
//     been asked for.
//
// Everything comes in one order. After a ResyncEvent made of the listing at
// revision R no change at or below R follows. A ResyncEvent is offered only after
// Done of the change before, and the changes after it only after its own Done,
// each bounded by [ResyncDoneTimeout], so that the order holds between the two
// channels as well. A receiver that does not read yet is waited for; nothing is
// dropped, and changes that a ResyncEvent contains are not delivered again.
//
// # A store that lost its data
//
// If another store without any key under the subscribed prefixes appears where
// there was data, the last known values stay in force and the store's plugin
// reports the error. Configuration of a whole host is not torn down because of a
// wiped disk. As soon as there is a key again the store's content is the truth.
// To confirm that it is meant to be empty, write and delete any key, or restart
// the agent: a start takes an empty store as it is.
//
// # Values
//
// Values are decoded when a receiver calls GetValue, which returns the error of
// an undecodable one. Others are not affected.
//
// A registration that gets a new prefix while it is followed receives what is
// under that prefix as changes.
package kvdbsync
