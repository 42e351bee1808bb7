// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package state

import (
	"context"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/feed"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// history is a ring of the last changes. The change to revision r is at index
// (r-1) modulo the limit.
type history struct {
	limit    int
	revision uint64 // the number of changes so far
	ring     []step
}

// step is one change: which interface, and how it was before.
type step struct {
	id  id
	old *Entry // nil if it was not there
}

func (h *history) add(k id, old *Entry) {
	if len(h.ring) < h.limit {
		h.ring = append(h.ring, step{k, old})
	} else {
		h.ring[h.revision%uint64(h.limit)] = step{k, old}
	}
	h.revision++
}

// before returns how the interfaces were at a revision that have changed since.
func (h *history) before(revision uint64) (map[id]*Entry, bool) {
	if revision > h.revision || h.revision-revision > uint64(len(h.ring)) {
		return nil, false
	}
	old := make(map[id]*Entry, h.revision-revision)
	for r := revision; r < h.revision; r++ {
		s := h.ring[r%uint64(h.limit)]
		if _, known := old[s.id]; !known {
			old[s.id] = s.old
		}
	}
	return old, true
}

// Change is what has happened to an interface between two revisions.
type Change struct {
	Entry  *Entry // as it is now, or as it was last if it is gone
	Gone   bool
	New    bool
	Causes []feed.Cause // at least one
}

// Since returns the changes from a revision to now, in an order in which they can
// be followed one by one, and the revision that they lead to. If the history does
// not go back that far the error is ErrForgotten.
func (s *State) Since(revision uint64) ([]Change, uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.ready(); err != nil {
		return nil, 0, err
	}
	old, ok := s.history.before(revision)
	if !ok {
		return nil, s.history.revision, ErrForgotten
	}
	return s.difference(old), s.history.revision, nil
}

// Everything returns all interfaces as changes from nothing, and the revision that
// this is.
func (s *State) Everything() ([]Change, uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.ready(); err != nil {
		return nil, 0, err
	}
	old := make(map[id]*Entry, len(s.entries))
	for k := range s.entries {
		old[k] = nil
	}
	return s.difference(old), s.history.revision, nil
}

// difference compares interfaces with how they were. It does so as a reader of
// the feed would who has seen them then and looks again now.
func (s *State) difference(old map[id]*Entry) []Change {
	if len(old) == 0 {
		return nil
	}
	reader := feed.New(nil)
	for k, e := range old {
		if e != nil {
			reader.Put(k.namespace, []*tracker.Interface{e.source}, nil)
		}
	}
	reader.Complete()
	look(reader)
	for k := range old {
		if now := s.entries[k]; now != nil {
			reader.Put(k.namespace, []*tracker.Interface{now.source}, nil)
		} else {
			reader.Put(k.namespace, nil, []uint64{k.number})
		}
	}
	// The reader waits for a change, and all may be as it was.
	reader.Put(nowhere, []*tracker.Interface{{Namespace: nowhere}}, nil)
	var changes []Change
	for _, c := range look(reader) {
		k := idOf(c.Interface())
		switch {
		case k.namespace == nowhere:
		case c.New == nil:
			changes = append(changes, Change{Entry: old[k], Gone: true, Causes: c.Causes})
		default:
			changes = append(changes, Change{Entry: s.entries[k], New: c.Old == nil, Causes: c.Causes})
		}
	}
	return changes
}

// nowhere is no name of a network namespace.
const nowhere = "\x00"

// look returns what there is to see for a reader that has something to see.
func look(reader *feed.Subscription) []feed.Change {
	u, err := reader.Next(context.Background())
	if err != nil {
		return nil // there is no reason for one
	}
	return u.Changes
}
