// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package thread

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestDo(t *testing.T) {
	failure := errors.New("failure")
	var mu sync.Mutex
	used := map[int]bool{}
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			if err := Do(func() error {
				mu.Lock()
				defer mu.Unlock()
				used[unix.Gettid()] = true
				return failure
			}); !errors.Is(err, failure) {
				t.Errorf("error %v", err)
			}
		})
	}
	wg.Wait()
	if used[unix.Getpid()] {
		t.Error("the main thread was used")
	}
	for id := range used {
		for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
			if _, err := os.Stat(fmt.Sprintf("/proc/self/task/%d", id)); err != nil {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("thread %d has not ended", id)
			}
		}
	}
	t.Logf("100 calls, %d threads, which have all ended", len(used))
}
