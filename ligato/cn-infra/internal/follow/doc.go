// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package follow keeps somebody in step with a part of a key-value store.
//
// # One path, one order
//
// A session is one listing at revision R and one stream of the changes from R+1
// on. [Run] opens sessions, one after the other: whatever ends a session (a lost
// connection, compacted history, a cancelled watch, a closed stream), the next
// one begins with a listing again. So nothing is lost in a gap, nothing old is
// applied over something newer, and no poll is needed to notice an outage.
//
// A [Mirror] holds what is known of the store. It turns the listing of the next
// session into the differences to what is known, so that an outage that changed
// nothing has no effect, and it decides what a listing means:
//
//   - The store went on: the differences are the changes that were missed.
//   - It is another store, because the identity is another, the revision is
//     lower, or an item contradicts the history (one that is too old not to be
//     known, or that has another value at the same revision): what it holds is
//     the truth, all of it is delivered anew.
//   - It is another store and it has nothing, while something is known. That is
//     how data loss looks. What is known is kept, and an error is reported,
//     until the store has something again, which then is the truth, or until
//     somebody writes and deletes a key there, which confirms the emptiness. A
//     follower that starts new takes an empty store as it is.
//
// The mirror does no I/O and has no clock. A [Store] is implemented by packages
// that know a store; values stay undecoded here.
package follow
