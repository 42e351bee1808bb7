// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ownership

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"sync"
)

// ErrInUse is returned by Open if another process keeps its records in the
// same folder.
var ErrInUse = errors.New("the state folder is in use by another agent")

// Store has the records. It is safe for concurrent use.
type Store struct {
	failed func(error)

	mu      sync.Mutex
	records map[string]Record
	claims  map[string]string       // claim -> key of the record that has it
	links   map[int]map[string]bool // index of a link -> keys of its records
	journal *journal                // nil if records are kept in memory only
}

// Loaded tells what Open found.
type Loaded struct {
	// Records is how many were read.
	Records int
	// Complete is set if there was a file, about this boot and namespace, and
	// all of it could be read.
	Complete bool
	// Outdated is set if the file was about another boot or namespace.
	Outdated bool
	// Broken is nil, or says what of the file could not be read. The file is
	// then kept beside the new one, with ".broken" after its name.
	Broken error
}

// Memory returns a store that forgets with the process.
func Memory() *Store {
	return &Store{
		failed:  func(error) {},
		records: map[string]Record{},
		claims:  map[string]string{},
		links:   map[int]map[string]bool{},
	}
}

// Open reads the records of id from the folder, which is created if needed.
// What cannot be read is reported in Loaded, not as an error: an agent must
// start also then. Writing may fail at any time later; the store then goes on
// in memory, calls failed once with the reason, and writes again when it can.
func Open(dir string, id Identity, failed func(error)) (*Store, Loaded, error) {
	j, records, loaded, err := openJournal(dir, id)
	if err != nil {
		return nil, Loaded{}, err
	}
	s := Memory()
	s.failed = failed
	for key, r := range records {
		s.set(key, r)
	}
	s.journal = j
	if err := j.rewrite(s.records); err != nil {
		j.close()
		return nil, Loaded{}, err
	}
	loaded.Records = len(records)
	return s, loaded, nil
}

// Close ends writing. The store must not be used afterwards.
func (s *Store) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.journal != nil {
		s.journal.close()
		s.journal = nil
	}
}

// Get returns the record of a key.
func (s *Store) Get(key string) (Record, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.records[key]
	return r, ok
}

// Put keeps a record. To be of use after a crash it must be called before
// the kernel is changed.
func (s *Store) Put(key string, r Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.set(key, r)
	s.write(key, &r)
}

// Delete forgets a record, if there is one.
func (s *Store) Delete(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.records[key]; !ok {
		return
	}
	s.forget(key)
	s.write(key, nil)
}

// Owner returns the key of the record that has a claim.
func (s *Store) Owner(claim string) (key string, claimed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, claimed = s.claims[claim]
	return key, claimed
}

// Entry is a record with its key.
type Entry struct {
	Key string
	Record
}

// List returns the records whose keys begin with prefix, in order of keys.
func (s *Store) List(prefix string) []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Entry
	for key, r := range s.records {
		if strings.HasPrefix(key, prefix) {
			list = append(list, Entry{Key: key, Record: r})
		}
	}
	sortByKey(list)
	return list
}

// OnLink returns the records about a link whose keys begin with prefix, in order
// of keys.
func (s *Store) OnLink(link int, prefix string) []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Entry
	for key := range s.links[link] {
		if strings.HasPrefix(key, prefix) {
			list = append(list, Entry{Key: key, Record: s.records[key]})
		}
	}
	sortByKey(list)
	return list
}

func sortByKey(list []Entry) {
	slices.SortFunc(list, func(a, b Entry) int { return cmp.Compare(a.Key, b.Key) })
}

func (s *Store) set(key string, r Record) {
	s.forget(key)
	s.records[key] = r
	if r.Claim != "" {
		s.claims[r.Claim] = key
	}
	if s.links[r.Link] == nil {
		s.links[r.Link] = map[string]bool{}
	}
	s.links[r.Link][key] = true
}

// forget does nothing if there is no such record.
func (s *Store) forget(key string) {
	r, ok := s.records[key]
	if !ok {
		return
	}
	delete(s.records, key)
	if s.claims[r.Claim] == key {
		delete(s.claims, r.Claim)
	}
	delete(s.links[r.Link], key)
	if len(s.links[r.Link]) == 0 {
		delete(s.links, r.Link)
	}
}

func (s *Store) write(key string, r *Record) {
	if s.journal == nil {
		return
	}
	wasBroken := s.journal.broken
	if err := s.journal.append(key, r, s.records); err != nil && !wasBroken {
		s.failed(err)
	}
}
