// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import "time"

// backoff is a delay that doubles from first to last.
type backoff struct {
	first, last time.Duration
	current     time.Duration
}

func (b *backoff) next() time.Duration {
	if b.current == 0 {
		b.current = b.first
	} else {
		b.current = min(2*b.current, b.last)
	}
	return b.current
}

func (b *backoff) reset() { b.current = 0 }
