// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package idxmap defines maps from names to values that are also found through
// secondary indexes and that tell subscribers about changes.
//
// Package idxmap/mem implements them in memory; nothing is persistent.
package idxmap
