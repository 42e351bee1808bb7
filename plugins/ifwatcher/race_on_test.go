// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build race

package ifwatcher

// stormSize is the number of pairs and of addresses. The race detector makes
// everything some ten times slower.
const stormSize = 300
