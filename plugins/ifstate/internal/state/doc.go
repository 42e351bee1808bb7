// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package state keeps what is known of host interfaces for everyone who shows it:
// each interface in the forms in which it is shown, and a revision that grows with
// every change.
//
// Who shows it asks in one of two ways. By name: a Follower is told which names
// something has changed of, and reads what has them now. By revision: Since returns
// the changes from a revision to now, as far back as the history goes. In both,
// whoever is slow gets many changes of an interface as one; nobody holds up anybody,
// and what is kept is bounded.
//
// It does no I/O and reads no clock.
package state
