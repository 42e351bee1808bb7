// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package mem implements the mappings of package idxmap in memory.
package mem
