// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package kvscheduler brings a system to the configuration that is wanted. The
// configuration is a set of keys with values; descriptors, which other plugins
// register, say what a value depends on and how it is created, updated and
// deleted. The scheduler does that in the right order, waits for what is not
// there yet, repeats what failed, and tells of every value how far it is. It
// has no configuration of its own subject and keeps nothing over a restart.
//
// # The states of a value (internal/graph/node.go, internal/engine/apply.go)
//
// Of each value the scheduler knows what is wanted, what the southbound is
// believed to hold (applied), and whether others may depend on it (available).
// Its state is that of the last operation:
//
//	CONFIGURED     what is wanted is applied
//	PENDING        it lacks a dependency; nothing is applied
//	INVALID        its descriptor, or who read it from the store, refuses it
//	FAILED         an operation failed, and is not repeated
//	RETRYING       an operation failed, and will be repeated
//	UNIMPLEMENTED  no descriptor is for it, as yet
//	OBTAINED       the southbound has reported it; nobody wants it
//	DISCOVERED     the southbound holds it, and this process did not configure it
//	MISSING        the southbound does not hold it any more
//	REMOVED        it is gone, which is told once
//	NONEXISTENT    nothing is known of it
//
// A value that has become invalid, or whose deletion failed, stays applied, so
// that later operations start from what is really there.
//
// # The order of operations (internal/engine/doc.go)
//
// One worker carries out one transaction after the other, in the order of the
// queue. Within a transaction deletes come first, then re-creations, creates
// and updates, each by key; package engine describes what follows from each.
// After a failure the descriptor is asked what the southbound holds, and who
// depends on that is looked at again. The first resync of the southbound
// deletes nothing as long as nobody has said what is wanted.
//
// # Locking (worker.go)
//
// No lock is held while an operation of a descriptor runs. The graph belongs
// to the worker; the queue, the history, the registry, the published view and
// the watchers have locks of their own, held only for a moment and never those
// of two at a time. An operation that panics has failed with that error. What an
// operation must not wait for, a blocking Commit, TransactionBarrier or a dump of
// the southbound, returns an error at once when it is called from one.
//
// A panic of the scheduler itself costs the transaction under way: it is undone
// in the graph, and a downstream resync finds out what it left in the southbound.
//
// # What a reader sees (read.go, internal/graph/view.go)
//
// Status, dumps and REST show the graph as of the end of the last transaction.
// It is published as a whole before the transaction is answered and never
// changes, so readers neither wait for operations nor hold them up: the worker
// only leaves a list of what has changed, and the trees that readers search
// are brought up to date by the next one who reads. Only the metadata maps
// follow at once, because operations of the same transaction use them. A
// watcher of statuses that is slow misses intermediate ones but never the last
// of a key.
//
// # What comes in (internal/queue)
//
// Transactions of the northbound have 200 places in the queue; beyond that
// they wait or are refused. Notifications of the southbound are always taken.
// When 200 of them wait, further ones are merged: the last word on a key
// counts, but a value that comes after its removal stays a new one, for which
// dependents are created again.
//
// # What is kept (internal/history)
//
// Finished transactions and former versions of values, bounded by age, number
// and size (config.go). The current version of a value is the graph's own, so
// a value that never changes costs the history nothing but its transaction.
//
// # What is printed (printer.go)
//
// With print-txn-summary, the default, every transaction is written to the log
// at debug level, outside the worker's time. At the normal level only failures
// are: one line for a transaction.
//
// # What it costs (internal/bench)
//
// A change costs what it changes, whatever else there is. A dependency on a
// key or a prefix is looked up. One that is only a selector must be asked about
// every key that appears while it is not satisfied: values that share one
// function share the answer, a closure of its own for each value does not.
//
// # REST (rest*.go)
//
// Beside what Ligato's API has, GET /scheduler/status takes
//
//	explain=true  adds waits_for to each status: for each dependency that is
//	              not satisfied the label, the keys or prefixes that would do,
//	              whether a selector decides among them, and the derived value
//	              that waits, if it is one
//	state=NAME    leaves out values of which neither they nor what is derived
//	              from them is in that state; may be repeated, in any case
package kvscheduler
