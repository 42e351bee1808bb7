// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package syncbase

import (
	"slices"
	"sync"

	"go.ligato.io/cn-infra/v2/datasync"
)

// PrevRevisions remembers the last value and revision of each key. It is safe
// for concurrent use.
type PrevRevisions struct {
	mu   sync.RWMutex
	vals map[string]datasync.KeyVal
}

// NewLatestRev returns an empty memory.
func NewLatestRev() *PrevRevisions {
	return &PrevRevisions{vals: make(map[string]datasync.KeyVal)}
}

// Get returns what was put last.
func (r *PrevRevisions) Get(key string) (found bool, value datasync.KeyVal) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	value, found = r.vals[key]
	return found, value
}

// Put remembers the value with the revision that follows the one before, 0 for
// the first, and returns what it replaced.
func (r *PrevRevisions) Put(key string, val datasync.LazyValue) (found bool, prev datasync.KeyVal, currRev int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	prev, found = r.vals[key]
	currRev = nextRevision(prev, 0)
	r.vals[key] = NewKeyVal(key, val, currRev)
	return found, prev, currRev
}

// PutWithRevision remembers the value with its own revision, or, if that is 0,
// with the one that follows the one before.
func (r *PrevRevisions) PutWithRevision(key string, inCurrent datasync.KeyVal) (found bool, prev datasync.KeyVal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	prev, found = r.vals[key]
	r.vals[key] = NewKeyVal(key, inCurrent, nextRevision(prev, inCurrent.GetRevision()))
	return found, prev
}

// Del forgets the key and returns what was remembered.
func (r *PrevRevisions) Del(key string) (found bool, prev datasync.KeyVal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	prev, found = r.vals[key]
	delete(r.vals, key)
	return found, prev
}

// ListKeys returns the keys, sorted.
func (r *PrevRevisions) ListKeys() (ret []string) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	ret = make([]string, 0, len(r.vals))
	for key := range r.vals {
		ret = append(ret, key)
	}
	slices.Sort(ret)
	return ret
}

// Cleanup forgets everything.
func (r *PrevRevisions) Cleanup() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.vals)
}

func nextRevision(prev datasync.KeyVal, given int64) int64 {
	if given != 0 || prev == nil {
		return given
	}
	return prev.GetRevision() + 1
}
