// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package state

import (
	"maps"
	"sync"
)

// Follower collects the names of interfaces that something has changed of.
type Follower struct {
	// Ready has an item when there are names to Take.
	Ready <-chan struct{}
	ready chan struct{}

	mu    sync.Mutex
	dirty map[string]struct{}
}

// Follow returns a Follower that has all names there are and is told of changes
// until Unfollow.
func (s *State) Follow() *Follower {
	f := &Follower{ready: make(chan struct{}, 1), dirty: map[string]struct{}{}}
	f.Ready = f.ready
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.names {
		f.dirty[name] = struct{}{}
	}
	f.signal()
	s.followers[f] = struct{}{}
	return f
}

// Unfollow ends that f is told.
func (s *State) Unfollow(f *Follower) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.followers, f)
}

// Take returns the names collected since the last call.
func (f *Follower) Take() map[string]struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	names := f.dirty
	f.dirty = map[string]struct{}{}
	return names
}

// Put gives a name back, to be taken again.
func (f *Follower) Put(name string) { f.add(map[string]struct{}{name: {}}) }

func (f *Follower) add(names map[string]struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.Copy(f.dirty, names)
	f.signal()
}

func (f *Follower) signal() {
	select {
	case f.ready <- struct{}{}:
	default:
	}
}
