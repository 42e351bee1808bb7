// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package tracker decides which host interfaces, addresses and VRF
// memberships are announced, and what of that has changed.
//
// It is a pure state machine: kernel facts go in, with the time as an argument;
// the set of keys wanted and its differences from what was told come out. It
// does no I/O, reads no clock, starts no goroutine and writes no log, so every
// story a kernel can tell is a table or a script in the tests.
//
// Duties of the caller, which is the descriptor package:
//
//  1. Read a full dump and hand it to Sync, together with every event received
//     since before the dump began. Nothing is wanted before the first Sync.
//  2. Hand every later event to Apply, in the order the kernel sent it.
//  3. Call Tick no later than Deadline.
//  4. After each of these push what Changes returns, and call Told with it once
//     it was accepted. What was not accepted is returned again: as long as
//     wanted and told differ, the difference is there to be pushed.
//  5. When events may have been lost (overflow, closed socket), go back to 1.
//
// Time given to a Tracker must not run backwards. A Tracker is not safe for
// concurrent use.
//
// State is keyed by interface index, the one identity the kernel keeps through a
// rename. Names are a relation on top: for a moment two indexes may claim one
// name (a swap seen half-way, a deletion not yet read), and then the later claim
// counts, for the kernel itself never has two.
package tracker
