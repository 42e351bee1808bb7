// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package once

import (
	"errors"
	"testing"
)

func TestReturnError(t *testing.T) {
	want := errors.New("first")
	var once ReturnError
	calls := 0
	for range 3 {
		err := once.Do(func() error {
			calls++
			return want
		})
		if !errors.Is(err, want) {
			t.Errorf("error %v", err)
		}
	}
	if calls != 1 {
		t.Errorf("called %d times", calls)
	}
}
