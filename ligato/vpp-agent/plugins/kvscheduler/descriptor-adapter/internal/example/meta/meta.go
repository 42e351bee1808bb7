// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package meta has the type of the metadata of the example.
package meta

// Meta is metadata.
type Meta struct{ Index int }
