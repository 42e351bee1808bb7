// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package state

import "errors"

var (
	// ErrIncomplete means that the interfaces have not been read from the kernel yet.
	ErrIncomplete = errors.New("the interfaces have not been read from the kernel yet")
	// ErrForgotten means that the history does not go back to the revision.
	ErrForgotten = errors.New("revision is not remembered")
)
