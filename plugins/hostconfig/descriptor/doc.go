// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package descriptor has the descriptors by which the scheduler applies
// north-bound values to the host: interfaces that others have made, with their
// addresses, routes, and static ARP and neighbour entries.
//
// What a value means, needs and derives, and whether it is valid, is computed
// from the value alone. What was done to the kernel is in the records of
// package ownership, and nothing else is ever undone: an address, route or
// neighbour that somebody else has set stays, a setting of a link that
// somebody else has changed since stays changed.
//
// # What is not implemented
//
// The scheduler knows the state UNIMPLEMENTED for keys that no descriptor
// selects. Types of interfaces cannot be told by their keys, so a value with a
// type, namespace, VRF or reference that is not handled is INVALID, with the
// name of the field and an error that says "not implemented".
package descriptor
