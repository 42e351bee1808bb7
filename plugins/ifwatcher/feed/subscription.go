// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// ErrClosed is returned by Next after Close, or when the watcher has stopped.
var ErrClosed = errors.New("subscription to interfaces is closed")

// Update is what Next returns.
type Update struct {
	// Initial is true for the first Update, which has every interface there is and
	// may be empty; those of other namespaces than the default one may follow. Later
	// ones have at least one change.
	Initial bool
	// Changes are in an order in which they can be followed one by one: first
	// those of interfaces that are gone, then all others, each by namespace and index.
	Changes []Change
}

// Subscription is one reader's picture of all interfaces.
type Subscription struct {
	onClose func(*Subscription)
	ready   chan struct{} // has an item when Next has something to look at

	mu       sync.Mutex
	err      error // the end
	complete bool  // all interfaces there were at the beginning are in pending
	began    bool  // the first Update has been returned
	seen     map[key]*tracker.Interface
	pending  map[key]*tracker.Interface // what differs from seen; nil for one that is gone
}

type key struct {
	namespace string
	id        uint64
}

// New returns a Subscription that is told what there is by Put. Its first Next
// waits for Complete. Closing it calls onClose, which may be nil, once.
func New(onClose func(*Subscription)) *Subscription {
	return &Subscription{
		onClose: onClose,
		ready:   make(chan struct{}, 1),
		seen:    map[key]*tracker.Interface{},
		pending: map[key]*tracker.Interface{},
	}
}

// Put takes in the state of interfaces of a namespace, and the IDs of those that
// are gone. What is pointed to must not be changed any more. It never blocks.
func (s *Subscription) Put(namespace string, changed []*tracker.Interface, gone []uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return
	}
	for _, id := range gone {
		k := key{namespace, id}
		if _, known := s.seen[k]; known {
			s.pending[k] = nil
		} else {
			delete(s.pending, k)
		}
	}
	for _, i := range changed {
		s.pending[key{namespace, i.ID}] = i
	}
	s.signal()
}

// Complete tells that all interfaces that are there have been Put.
func (s *Subscription) Complete() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.complete = true
	s.signal()
}

func (s *Subscription) signal() {
	select {
	case s.ready <- struct{}{}:
	default:
	}
}

// Next waits for changes and returns all there are. The first call returns every
// interface, as soon as the watcher has read those of the default namespace from the
// kernel. The error is that of ctx, or ErrClosed. Next must not be called concurrently.
func (s *Subscription) Next(ctx context.Context) (Update, error) {
	for {
		if err := ctx.Err(); err != nil {
			return Update{}, err
		}
		u, ok, err := s.take()
		if err != nil || ok {
			return u, err
		}
		select {
		case <-s.ready:
		case <-ctx.Done():
		}
	}
}

func (s *Subscription) take() (u Update, ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return u, false, s.err
	}
	if !s.complete {
		return u, false, nil
	}
	for k, now := range s.pending {
		c := Change{Old: s.seen[k], New: now}
		if now == nil {
			delete(s.seen, k)
		} else {
			s.seen[k] = now
		}
		if c.Causes = causes(c.Old, c.New); len(c.Causes) > 0 {
			u.Changes = append(u.Changes, c)
		}
	}
	if len(s.pending) > 0 {
		s.pending = map[key]*tracker.Interface{}
	}
	slices.SortFunc(u.Changes, func(a, b Change) int {
		ai, bi := a.Interface(), b.Interface()
		return cmp.Or(boolCompare(a.New != nil, b.New != nil),
			cmp.Compare(ai.Namespace, bi.Namespace), cmp.Compare(ai.Index, bi.Index), cmp.Compare(ai.ID, bi.ID))
	})
	u.Initial = !s.began
	s.began = true
	return u, u.Initial || len(u.Changes) > 0, nil
}

func boolCompare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// End closes the Subscription from the side of the watcher.
func (s *Subscription) End(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
		s.seen, s.pending = nil, nil
		s.signal()
	}
}

// Close ends the Subscription and a Next that waits. It may be called more than
// once, and at any time.
func (s *Subscription) Close() {
	s.mu.Lock()
	onClose := s.onClose
	s.onClose = nil
	s.mu.Unlock()
	s.End(ErrClosed)
	if onClose != nil {
		onClose(s)
	}
}
