// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"fmt"
	"testing"
	"time"

	kvsproto "go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// TestSlowWatcherGetsEveryFinalState: whoever is slow may miss what was only
// temporary, but not how it ended, and holds up nobody.
func TestSlowWatcherGetsEveryFinalState(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]*", "updates")
	slow := make(chan *kvsproto.BaseValueStatus) // without any room
	s.WatchValueStatus(slow, nil)

	const n = 500
	s.within("the transactions", func() {
		var create, remove []string
		for i := range n {
			create = append(create, fmt.Sprintf("a%d=1", i))
			if i%2 == 0 {
				remove = append(remove, fmt.Sprintf("a%d delete", i))
			}
		}
		s.mustCommit(create...)
		s.mustCommit(remove...)
		s.mustCommit("end=1")
	})
	final := make(map[string]kvsproto.ValueState)
	for final["end"] != kvsproto.ValueState_CONFIGURED {
		status := receive(s, "a status", slow)
		final[status.GetValue().GetKey()] = status.GetValue().GetState()
		time.Sleep(10 * time.Microsecond)
	}
	for i := range n {
		key, want := fmt.Sprintf("a%d", i), kvsproto.ValueState_CONFIGURED
		if i%2 == 0 {
			want = kvsproto.ValueState_REMOVED
		}
		if final[key] != want {
			t.Errorf("the last state of %s is %v, want %v", key, final[key], want)
		}
	}
}

// TestWatchersAreIndependent: one that does not read takes nothing from one
// that does.
func TestWatchersAreIndependent(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]*")
	stuck := make(chan *kvsproto.BaseValueStatus)
	s.WatchValueStatus(stuck, nil)
	reading := make(chan *kvsproto.BaseValueStatus, 1)
	s.WatchValueStatus(reading, func(key string) bool { return key == "b" })
	s.mustCommit("a=1", "b=1")
	if key := receive(s, "a status", reading).GetValue().GetKey(); key != "b" {
		t.Errorf("received %s, which is not selected", key)
	}
	s.mustCommit("b delete")
	if state := receive(s, "a status", reading).GetValue().GetState(); state != kvsproto.ValueState_REMOVED {
		t.Errorf("received %v, want REMOVED", state)
	}
}

// TestStatusIsCurrentWhenCommitReturns: whoever committed sees the result.
func TestStatusIsCurrentWhenCommitReturns(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]*", "metadata", "updates")
	for i := range 50 {
		s.mustCommit(fmt.Sprintf("a=%d", i))
		if m, _ := s.GetMetadataMap("main").GetValue("a"); m != fmt.Sprint("m", i) {
			t.Fatalf("metadata %v after commit %d", m, i)
		}
		s.expectState("a", kvsproto.ValueState_CONFIGURED)
		s.mustCommit("b=1")
		s.mustCommit("b delete")
		s.expectState("b", kvsproto.ValueState_NONEXISTENT)
	}
}
