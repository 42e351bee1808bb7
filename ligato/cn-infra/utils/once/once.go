// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package once

import "sync"

// ReturnError runs a function once and remembers its error. The zero value is
// ready to use.
type ReturnError struct {
	once sync.Once
	err  error
}

// Do calls f on the first call and returns its error on every one. A call
// while f runs waits for it.
func (r *ReturnError) Do(f func() error) error {
	r.once.Do(func() {
		r.err = f()
	})
	return r.err
}
