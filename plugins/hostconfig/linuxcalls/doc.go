// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package linuxcalls is what hostconfig asks of the kernel: to read and set
// links, and to read, add and delete addresses, routes and neighbours. It
// decides nothing: whose an object is, and whether it may be changed, is the
// business of the callers.
//
// Objects carry the protocol number that marks who made them: rtm_protocol of
// routes, IFA_PROTO of addresses (Linux 5.18) and NDA_PROTOCOL of neighbours
// (Linux 5.2). github.com/vishvananda/netlink does not know the latter two, so
// requests are built on its package nl.
package linuxcalls
