// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package state

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/feed"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// State is what is known of all interfaces. It is safe for concurrent use.
type State struct {
	mu        sync.Mutex
	complete  bool
	err       error               // why nothing more will come
	changed   chan struct{}       // closed at the next change, then replaced
	entries   map[id]*Entry       // what there is
	names     map[string][]*Entry // the same by name
	history   history             // of the changes
	followers map[*Follower]struct{}
}

type id struct {
	namespace string
	number    uint64
}

func idOf(i *tracker.Interface) id { return id{i.Namespace, i.ID} }

// New returns a State of which nothing is known, that remembers so many changes.
func New(remember int) *State {
	return &State{
		changed:   make(chan struct{}),
		entries:   map[id]*Entry{},
		names:     map[string][]*Entry{},
		history:   history{limit: max(1, remember)},
		followers: map[*Follower]struct{}{},
	}
}

// Apply takes in what has happened at a time. With the first Update the State is
// complete.
func (s *State) Apply(u feed.Update, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	dirty := map[string]struct{}{}
	for _, c := range u.Changes {
		k := idOf(c.Interface())
		old := s.entries[k]
		var entry *Entry
		if c.New != nil {
			entry = newEntry(c.New, old, now)
			s.entries[k] = entry
			s.names[entry.Name] = append(s.names[entry.Name], entry)
			dirty[entry.Name] = struct{}{}
		} else {
			delete(s.entries, k)
		}
		if old != nil {
			s.forget(old)
			dirty[old.Name] = struct{}{}
		}
		s.history.add(k, old)
	}
	s.complete = true
	s.wake(dirty)
}

func (s *State) forget(old *Entry) {
	left := slices.DeleteFunc(s.names[old.Name], func(e *Entry) bool { return e == old })
	if len(left) == 0 {
		delete(s.names, old.Name)
	} else {
		s.names[old.Name] = left
	}
}

// End takes in that nothing more will come. What is known stays.
func (s *State) End(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
	s.wake(nil)
}

func (s *State) wake(dirty map[string]struct{}) {
	close(s.changed)
	s.changed = make(chan struct{})
	for f := range s.followers {
		f.add(dirty)
	}
}

// Ready returns nil if all interfaces are known; ErrIncomplete, or why nothing more
// will come.
func (s *State) Ready() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ready()
}

func (s *State) ready() error {
	switch {
	case s.complete:
		return nil
	case s.err != nil:
		return s.err
	}
	return ErrIncomplete
}

// Ended returns why nothing more will come, nil if something may.
func (s *State) Ended() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Changed returns a channel that is closed with the next change, or with the end.
func (s *State) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// ByName returns the interface that goes by the name, nil if none does.
func (s *State) ByName(name string) *Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byName(name)
}

// byName chooses if two interfaces have one name, which can be for a moment while
// names are exchanged.
func (s *State) byName(name string) *Entry {
	if len(s.names[name]) == 0 {
		return nil
	}
	return slices.MaxFunc(s.names[name], func(a, b *Entry) int {
		rank := func(e *Entry) int {
			switch {
			case e.Message.GetAnnounced():
				return 2
			case e.source.State != tracker.NameTaken:
				return 1
			}
			return 0
		}
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.source.ID, b.source.ID))
	})
}

// Names returns the name of every interface, in no order.
func (s *State) Names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.names))
}

// All returns all interfaces, sorted by namespace, name and index.
func (s *State) All() ([]*Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.ready(); err != nil {
		return nil, err
	}
	return slices.SortedFunc(maps.Values(s.entries), Compare), nil
}

// Compare orders entries by namespace, name, index and ID.
func Compare(a, b *Entry) int {
	return cmp.Or(cmp.Compare(a.Message.GetNamespace(), b.Message.GetNamespace()), cmp.Compare(a.Message.GetName(), b.Message.GetName()),
		cmp.Compare(a.Message.GetIndex(), b.Message.GetIndex()), cmp.Compare(a.Message.GetId(), b.Message.GetId()))
}
