// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"fmt"
	"testing"

	"go.uber.org/goleak"

	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func numbered(n int) func(key string) *status {
	return func(key string) *status {
		return &status{Value: &kvscheduler.ValueStatus{Key: key, Error: fmt.Sprint(n)}}
	}
}

// TestSlowReader gets the last status of each key, and those of one key in
// their order.
func TestSlowReader(t *testing.T) {
	w := New()
	defer w.Close()
	ch := make(chan *status, 3)
	w.Add(ch, nil)
	const last, keys = 500, 20
	for n := range last + 1 {
		w.Publish([]string{fmt.Sprint("k", n%keys)}, numbered(n))
	}
	seen := make(map[string]int)
	for done := 0; done < keys; {
		s := <-ch
		var n int
		if _, err := fmt.Sscan(s.GetValue().GetError(), &n); err != nil {
			t.Fatal(err)
		}
		key := s.GetValue().GetKey()
		if before, ok := seen[key]; ok && before >= n {
			t.Fatalf("%s: %d after %d", key, n, before)
		}
		seen[key] = n
		if n > last-keys {
			done++
		}
	}
}

// TestRoomyReader misses nothing.
func TestRoomyReader(t *testing.T) {
	w := New()
	defer w.Close()
	ch := make(chan *status, 10)
	w.Add(ch, func(key string) bool { return key != "other" })
	for n := range 10 {
		w.Publish([]string{"key", "other"}, numbered(n))
	}
	for n := range 10 {
		if s := <-ch; s.GetValue().GetError() != fmt.Sprint(n) || s.GetValue().GetKey() != "key" {
			t.Errorf("status %d is %v", n, s)
		}
	}
}

func TestBadWatchers(t *testing.T) {
	w := New()
	closed, stuck, good := make(chan *status), make(chan *status), make(chan *status, 1)
	close(closed)
	w.Add(closed, nil)
	w.Add(stuck, nil)
	w.Add(good, func(string) bool { return true })
	w.Add(make(chan *status, 1), func(string) bool { panic("selector") })
	w.Publish([]string{"a"}, numbered(1))
	<-good
	w.Publish([]string{"a"}, numbered(2))
	<-good
	w.Close() // does not wait for the one who is stuck
	w.Close()
	w.Publish([]string{"a"}, numbered(3))
}
