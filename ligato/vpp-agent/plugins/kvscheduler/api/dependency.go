// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package api

// Dependency is one condition for a value to be created. A value whose
// conditions do not all hold is PENDING.
type Dependency struct {
	// Label is unique among the dependencies of one value. The status of a
	// PENDING value lists the labels of those that do not hold.
	Label string

	// Key holds when a value with this key is available. AnyOf is ignored
	// if Key is not empty.
	Key string

	// AnyOf holds when at least one available key matches it.
	AnyOf AnyOfDependency
}

// AnyOfDependency matches a key that starts with any of KeyPrefixes and is
// selected by KeySelector. No prefixes and a nil selector match every key.
//
// A selector without prefixes is tested against every new key; give prefixes
// where they are known.
type AnyOfDependency struct {
	KeyPrefixes []string
	KeySelector KeySelector
}
