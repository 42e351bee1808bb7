// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package orchestrator

import (
	"maps"
	"slices"
	"sync"

	"google.golang.org/protobuf/proto"
)

// entry is what one source has for a key.
type entry struct {
	// val is the last value that could be used, nil if there was none.
	val proto.Message
	// refused is why what the source has now cannot be used, nil if it can.
	refused error
	// source is the name of the source.
	source string
}

// store is the Store of the dispatcher. Its lock is never held over anything
// that waits.
type store struct {
	mu      sync.RWMutex
	sources map[string]map[string]entry
	// names are those of the sources, sorted.
	names  []string
	labels map[string]Labels
}

var _ Store = (*store)(nil)

func (e entry) isRefused() bool { return e.refused != nil }

func newStore() *store {
	return &store{
		sources: make(map[string]map[string]entry),
		labels:  make(map[string]Labels),
	}
}

// ListAll implements KVStore.
func (s *store) ListAll() KVPairs {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make(KVPairs)
	for key, e := range s.merged() {
		if e.val != nil {
			all[key] = e.val
		}
	}
	return all
}

// List implements KVStore.
func (s *store) List(dataSrc string) KVPairs {
	s.mu.RLock()
	defer s.mu.RUnlock()
	pairs := make(KVPairs)
	for key, e := range s.sources[dataSrc] {
		if e.val != nil {
			pairs[key] = e.val
		}
	}
	return pairs
}

// Update implements KVStore.
func (s *store) Update(dataSrc, key string, val proto.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(dataSrc, key, entry{val: val, source: dataSrc})
}

// Delete implements KVStore.
func (s *store) Delete(dataSrc, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(dataSrc, key)
}

// Reset implements KVStore.
func (s *store) Reset(dataSrc string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key := range s.sources[dataSrc] {
		s.remove(dataSrc, key)
	}
}

// ListLabels implements KLStore.
func (s *store) ListLabels(key string) Labels {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return maps.Clone(s.labels[key])
}

// AddLabel implements KLStore.
func (s *store) AddLabel(key, lkey, lval string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.labels[key] == nil {
		s.labels[key] = make(Labels)
	}
	s.labels[key][lkey] = lval
}

// HasLabel implements KLStore.
func (s *store) HasLabel(key, lkey string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, ok := s.labels[key][lkey]
	return ok
}

// DeleteLabel implements KLStore.
func (s *store) DeleteLabel(key, lkey string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deleteLabel(key, lkey)
}

// ResetLabels implements KLStore.
func (s *store) ResetLabels(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.labels, key)
}

// get returns what counts for a key: what the last source by name has.
func (s *store) get(key string) (entry, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.winner(key)
}

// all returns what counts for every key.
func (s *store) all() map[string]entry {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.merged()
}

// The methods below are called with the lock held.

func (s *store) winner(key string) (entry, bool) {
	for _, name := range slices.Backward(s.names) {
		if e, ok := s.sources[name][key]; ok {
			return e, true
		}
	}
	return entry{}, false
}

func (s *store) merged() map[string]entry {
	all := make(map[string]entry)
	for _, name := range s.names {
		maps.Copy(all, s.sources[name])
	}
	return all
}

func (s *store) put(dataSrc, key string, e entry) {
	if s.sources[dataSrc] == nil {
		s.sources[dataSrc] = make(map[string]entry)
		s.names = append(s.names, dataSrc)
		slices.Sort(s.names)
	}
	s.sources[dataSrc][key] = e
}

func (s *store) remove(dataSrc, key string) {
	delete(s.sources[dataSrc], key)
	if _, ok := s.winner(key); !ok {
		delete(s.labels, key)
	}
}

func (s *store) deleteLabel(key, lkey string) {
	delete(s.labels[key], lkey)
	if len(s.labels[key]) == 0 {
		delete(s.labels, key)
	}
}
