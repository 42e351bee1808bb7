// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !race

package ifwatcher

// stormSize is the number of pairs and of addresses.
const stormSize = 2000
