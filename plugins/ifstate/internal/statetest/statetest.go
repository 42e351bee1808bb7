// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package statetest has a host of which tests say which interfaces it has.
package statetest

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/ifwatcher/ifwatcher/plugins/ifstate/internal/state"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/feed"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// Patience bounds how long a test waits for what must come. It is long, since the
// machine may be busy, and only spent when a test fails.
const Patience = time.Minute

// Host is a host with its State.
type Host struct {
	*state.State
	// Now is the time at which things happen.
	Now time.Time

	t    testing.TB
	feed *feed.Subscription
}

// NewHost returns a host of which nothing is known yet.
func NewHost(t testing.TB, remember int) *Host {
	return &Host{State: state.New(remember), Now: time.Unix(1e9, 0), t: t, feed: feed.New(nil)}
}

// Boot makes everything known that has been Set.
func (h *Host) Boot() *Host {
	h.t.Helper()
	h.feed.Complete()
	h.apply()
	return h
}

// Interface returns an announced interface with the ID and index given.
func Interface(id int, name string, change ...func(*tracker.Interface)) *tracker.Interface {
	i := &tracker.Interface{ID: uint64(id), State: tracker.Announced, Told: true, Since: time.Unix(9e8, 0)} //nolint:gosec // small
	i.Index, i.Name, i.OperState, i.AdminUp, i.Running, i.MTU = id, name, tracker.OperUp, true, true, 1500
	for _, c := range change {
		c(i)
	}
	return i
}

// Down is a change of an Interface: it has no carrier and is not announced.
func Down(i *tracker.Interface) {
	i.State, i.Told, i.Since, i.OperState, i.Running = tracker.Down, false, time.Time{}, tracker.OperDown, false
}

// MTU returns a change of an Interface.
func MTU(mtu int) func(*tracker.Interface) { return func(i *tracker.Interface) { i.MTU = mtu } }

// In returns a change of an Interface: it is in a network namespace.
func In(namespace string) func(*tracker.Interface) {
	return func(i *tracker.Interface) { i.Namespace = namespace }
}

// Set tells how interfaces are now, all at once.
func (h *Host) Set(interfaces ...*tracker.Interface) {
	h.t.Helper()
	for _, i := range interfaces {
		h.feed.Put(i.Namespace, []*tracker.Interface{i}, nil)
	}
	if h.Ready() == nil {
		h.apply()
	}
}

// Remove tells that the interface with the ID is gone.
func (h *Host) Remove(namespace string, id int) {
	h.t.Helper()
	h.feed.Put(namespace, nil, []uint64{uint64(id)}) //nolint:gosec // small
	h.apply()
}

func (h *Host) apply() {
	h.t.Helper()
	u, err := h.feed.Next(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	h.Apply(u, h.Now)
}

// Eventually waits for a condition.
func Eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(Patience)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// Goroutines returns a function that fails the test if there are goroutines that
// were not there when it was made. It gives them time to end.
func Goroutines(t testing.TB) (verify func()) {
	before := goleak.IgnoreCurrent()
	return func() {
		t.Helper()
		var err error
		for deadline := time.Now().Add(Patience); time.Now().Before(deadline); {
			// Find waits by itself, but not for long.
			if err = goleak.Find(before); err == nil {
				return
			}
		}
		t.Error(err)
	}
}
