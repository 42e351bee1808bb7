// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package engine carries out one transaction on a graph of values: which
// operations of which descriptors follow from what was asked for, and in which
// order. It has no goroutine, no lock, no clock, no log and no queue; what is
// to be told or done later is in the result.
//
// A transaction goes through the methods of Run in this order:
//
//	Prepare   decide what is to be applied (resync, retry, notification)
//	Simulate  the same as Execute without callbacks that change anything, undone
//	Execute   apply the values one after another
//	Settle    read back what failed and look again at who depends on it
//	Finish    publish the graph
//
// The order of the operations is a contract with the authors of descriptors.
// Values are sorted by key within four classes: deletes, re-creations,
// creates, updates. Then, for a value:
//
//	delete  derived values, dependents, the value itself
//	create  the value itself, dependents, derived values
//	update  derived values that are gone, the value itself, derived values
//
// with derived values and dependents by key, each with all that follows from
// it before the next one.
package engine
