// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package fakenetlink is a kernel for tests: it has links and addresses in
// memory, sends the events of their changes, and fails in every way that a
// netlink socket can. It is not a model of what a kernel does by itself; the
// test says each change.
package fakenetlink
