// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package feed tells other plugins what happens to host interfaces, and why.
//
// A Subscription is a picture of all interfaces that its reader brings up to date
// with each call of Next. What changes between two calls is kept as one change
// for each interface, from what the reader has last seen to what is there now:
// so a reader may be as slow as it likes, never holds up the watcher, never has
// more waiting than there are interfaces, and always ends up with the latest
// state. What came and went between two calls is not told at all.
//
// It is no log of events, and it is not what the scheduler is told by: see package
// descriptor.
package feed
