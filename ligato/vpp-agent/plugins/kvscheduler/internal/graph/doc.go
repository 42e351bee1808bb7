// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package graph keeps the values of a scheduler and knows which of them are
// ready, that is, have their dependencies satisfied. It is pure: no I/O, no
// clock, no callbacks of descriptors except the key selectors of dependencies.
// Which operations follow from a change is not decided here.
//
// A slot is the place of a key, a node one version of the value there. During
// a transaction nodes are changed through Edit, which makes a copy on the first
// change; Commit publishes the copies in Views, Rollback returns to the nodes
// of before. Both cost as much as was changed. Nodes and views that were
// published never change.
//
// Whether a dependency is satisfied is known at the slot of the key, or is a
// count kept for a key prefix or selector by SetAvailable, so that Ready need
// not search.
package graph
