// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package queue is where transactions wait for the worker: first in, first
// out. Transactions of the northbound have a limited number of places, and
// wait or are refused while all are taken. Notifications are never refused and
// never lost: beyond the same number they are merged, so that what waits is
// bounded by the number of keys.
package queue

import (
	"context"
	"sync"
	"time"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/engine"
)

// Capacity is the number of places for transactions of the northbound, and of
// notifications that wait unmerged.
const Capacity = 200

// Entry is what waits.
type Entry struct {
	// Payload is for the worker; nil for a notification.
	Payload any
	// Created is when the entry was pushed, or the first of merged ones.
	Created time.Time

	notification []engine.Value // of one push
	words        *engine.Words  // of merged ones, instead
	slot         bool
}

// Notification returns the merged notification, nil if it is none.
func (e *Entry) Notification() []engine.Value {
	if e.words != nil {
		return e.words.Values()
	}
	return e.notification
}

func (e *Entry) merge(values []engine.Value) {
	if e.words == nil {
		e.words = new(engine.Words)
		e.words.Add(e.notification)
		e.notification = nil
	}
	e.words.Add(values)
}

// IsNotification tells an entry of PushNotification from the others.
func (e *Entry) IsNotification() bool { return e.words != nil || e.notification != nil }

// Queue is safe for concurrent use; Pop is for one goroutine.
type Queue struct {
	now   func() time.Time
	slots chan struct{}
	done  chan struct{}

	mu            sync.Mutex
	waiting       sync.Cond
	entries       []*Entry
	notifications int
	closed        bool
}

// New returns an empty queue.
func New(now func() time.Time) *Queue {
	q := &Queue{now: now, slots: make(chan struct{}, Capacity), done: make(chan struct{})}
	q.waiting.L = &q.mu
	return q
}

// Len is the number of entries.
func (q *Queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()

	return len(q.entries)
}

// Push adds an entry whatever the length.
func (q *Queue) Push(payload any) error {
	return q.push(&Entry{Payload: payload, Created: q.now()})
}

func (q *Queue) push(e *Entry) error {
	q.mu.Lock()
	defer q.mu.Unlock()

	if q.closed {
		return api.ErrClosedScheduler
	}
	q.entries = append(q.entries, e)
	q.waiting.Signal()
	return nil
}

// TryPush takes one of the places or returns api.ErrTxnQueueFull.
func (q *Queue) TryPush(payload any) error {
	select {
	case <-q.done:
		return api.ErrClosedScheduler
	default:
	}
	select {
	case q.slots <- struct{}{}:
		return q.push(&Entry{Payload: payload, Created: q.now(), slot: true})
	default:
		return api.ErrTxnQueueFull
	}
}

// WaitPush waits for a place until the context ends, with its error.
func (q *Queue) WaitPush(ctx context.Context, payload any) error {
	created := q.now()
	select {
	case <-q.done:
		return api.ErrClosedScheduler
	case <-ctx.Done():
		return ctx.Err()
	default:
	}
	select {
	case q.slots <- struct{}{}:
		return q.push(&Entry{Payload: payload, Created: created, slot: true})
	case <-q.done:
		return api.ErrClosedScheduler
	case <-ctx.Done():
		return ctx.Err()
	}
}

// PushNotification adds values reported by the southbound, at least one, which
// become the queue's. It never waits.
func (q *Queue) PushNotification(values []engine.Value) error {
	q.mu.Lock()
	defer q.mu.Unlock()

	if q.closed {
		return api.ErrClosedScheduler
	}
	if q.notifications >= Capacity {
		if last := q.entries[len(q.entries)-1]; last.IsNotification() {
			last.merge(values)
			return nil
		}
	}
	q.entries = append(q.entries, &Entry{Created: q.now(), notification: values})
	q.notifications++
	q.waiting.Signal()
	return nil
}

// Pop waits for the next entry; ok is false after Close.
func (q *Queue) Pop() (e *Entry, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()

	for len(q.entries) == 0 && !q.closed {
		q.waiting.Wait()
	}
	if q.closed {
		return nil, false
	}
	e = q.entries[0]
	q.entries[0] = nil
	if q.entries = q.entries[1:]; len(q.entries) == 0 {
		q.entries = nil
	}
	if e.slot {
		<-q.slots
	}
	if e.IsNotification() {
		q.notifications--
	}
	return e, true
}

// Close drops what waits and refuses everything from now on.
func (q *Queue) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()

	if q.closed {
		return
	}
	q.closed = true
	q.entries = nil
	close(q.done)
	q.waiting.Broadcast()
}

// Done is closed by Close.
func (q *Queue) Done() <-chan struct{} { return q.done }
