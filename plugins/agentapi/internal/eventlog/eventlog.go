// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package eventlog keeps the last events for readers that follow them, each at
// its own pace. No reader makes the writer or another reader wait.
//
// A reader that falls far behind does not see every event, but of each subject
// the last one: older events are kept as long as none of the same subject
// follows.
package eventlog

import (
	"slices"
	"sync"
)

// Event is an event with its number. Numbers begin with 0 and grow by one.
type Event[E any] struct {
	Number uint64
	Value  E

	subject string
	last    bool
}

// Log is a log of events of type E.
type Log[E any] struct {
	keep int

	mu     sync.Mutex
	next   uint64
	events []Event[E] // by number
	fresh  int        // events since the last compaction
	// added is closed when an event is added or the log is closed.
	added  chan struct{}
	closed bool
}

// New returns a log that keeps at least the given number of events.
func New[E any](keep int) *Log[E] {
	return &Log[E]{keep: keep, added: make(chan struct{})}
}

// Append adds an event. With last the event is the last of its subject, which
// is then not remembered for ever. Nothing is added to a closed log.
func (l *Log[E]) Append(subject string, last bool, value E) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	l.events = append(l.events, Event[E]{Number: l.next, Value: value, subject: subject, last: last})
	l.next++
	if l.fresh++; l.fresh >= l.keep {
		l.compact()
		l.fresh = 0
	}
	close(l.added)
	l.added = make(chan struct{})
}

// compact drops the events that nobody needs: all but the newest ones that are
// followed by another of their subject. Of subjects that ended, as many ends are
// kept as there are newest events.
func (l *Log[E]) compact() {
	followed := make(map[string]bool)
	kept := make([]Event[E], 0, 2*l.keep)
	ends := 0
	for _, e := range slices.Backward(l.events) {
		newest := len(kept) < l.keep
		needed := newest || !followed[e.subject]
		if !newest && needed && e.last {
			ends++
			needed = ends <= l.keep
		}
		followed[e.subject] = true
		if needed {
			kept = append(kept, e)
		}
	}
	slices.Reverse(kept)
	l.events = kept
}

// Read returns at most max events with the given number or a higher one, in
// order. If there is none, more is closed as soon as it is worth to read again.
// A number that was not yet given is of a log before this one, and means 0.
//
// ok is false if the log is closed and there are no more events.
func (l *Log[E]) Read(from uint64, max int) (events []Event[E], more <-chan struct{}, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if from > l.next {
		from = 0
	}
	begin, _ := slices.BinarySearchFunc(l.events, from, func(e Event[E], number uint64) int {
		switch {
		case e.Number < number:
			return -1
		case e.Number > number:
			return 1
		}
		return 0
	})
	end := min(begin+max, len(l.events))
	return slices.Clone(l.events[begin:end]), l.added, begin < end || !l.closed
}

// Close ends the log. Readers may read what is in it.
func (l *Log[E]) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.closed = true
		close(l.added)
	}
}
