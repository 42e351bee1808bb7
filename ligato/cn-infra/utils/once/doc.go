// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package once has a sync.Once for functions that return an error.
package once
