// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package ownership remembers what hostconfig has put into the kernel, so
// that a later run knows what to keep and what to withdraw, and never takes
// for its own what somebody else has set.
//
// The kernel itself remembers who made a route, and on newer kernels an
// address and a neighbour, by a protocol number. What it cannot tell is the
// value that an object came from, what a setting was before, and, on older
// kernels, who made an address. That is in the records kept here.
//
// Records are kept in a file, one line of JSON for each change: what is written
// grows with what changes, not with what there is. The file is rewritten when
// most of it is out of date. It is about one network namespace between two
// boots, since nothing of what it tells outlives these; so it is never synced
// to the disk. A process that is killed loses nothing.
package ownership
