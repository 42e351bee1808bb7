// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package linuxcalls is the edge to the kernel: it reads interfaces and addresses
// over rtnetlink(7) and subscribes to their changes. It keeps no state and
// decides nothing; package tracker does.
//
// For watching there are Subscribe, DumpLinks and DumpAddresses: one socket for
// links and addresses, so that there is one order and one overflow, and dumps of
// everything, never a question per interface. The other methods are for callers
// who want to know about one interface.
//
// Every call works in the network namespace of the calling thread, which is the
// one of the process unless the caller has changed it. Package fakenetlink
// has a stand-in for tests.
package linuxcalls
