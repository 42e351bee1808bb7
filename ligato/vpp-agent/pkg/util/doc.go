// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package util takes messages out of larger ones and puts them in. What goes
// where is decided by the type of the messages alone, so that the larger ones
// can be of any shape.
package util
