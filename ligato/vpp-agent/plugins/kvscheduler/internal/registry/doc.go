// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package registry has the descriptors of a scheduler: which of them a key
// belongs to, in which order they are asked to retrieve, and how they are
// called. Every callback of a descriptor goes through this package, which
// recovers panics, counts and times the calls and, if asked to, checks that
// the network namespace was preserved. What a call means is not known here.
package registry
