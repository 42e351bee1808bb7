// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"google.golang.org/protobuf/proto"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
)

var (
	errBoom      = errors.New("boom")
	errExists    = errors.New("already exists")
	errNotExists = errors.New("does not exist")
)

// system is the mock of what is configured: objects by key, a log of the
// operations asked by the scheduler, and failures to come.
type system struct {
	mu       sync.Mutex
	objects  map[string]object
	log      []string
	failures map[string]*failure // by "operation key"
}

type object struct {
	value  proto.Message
	origin kvs.ValueOrigin
}

// failure is what happens at the next operations on a key.
type failure struct {
	times   int // negative: always
	applied bool
	panics  bool
	err     error
	call    func() // called first, without the lock of the system
}

func newSystem() *system {
	return &system{objects: make(map[string]object), failures: make(map[string]*failure)}
}

// on sets what happens at the next times operations op on key.
func (s *system) on(op, key string, f failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures[op+" "+key] = &f
}

func (s *system) heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.failures)
}

func (s *system) exist(key string, obj object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[key] = obj
}

func (s *system) lose(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.objects, key)
}

func (s *system) has(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.objects[key]
	return ok
}

// takeLog gives the operations since the last call.
func (s *system) takeLog() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	log := s.log
	s.log = nil
	return log
}

// snapshot lists the objects sorted by key.
func (s *system) snapshot() (lines []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(s.objects)) {
		lines = append(lines, show(key, s.objects[key].value))
	}
	return lines
}

// apply does one operation: it changes the objects by change, unless there
// is a failure, and notes line, if any.
func (s *system) apply(op, key, line string, change func(objects map[string]object) error) (err error) {
	s.mu.Lock()
	f := s.failures[op+" "+key]
	if f != nil && f.times == 0 {
		f = nil
	}
	if f != nil && f.times > 0 {
		f.times--
	}
	s.mu.Unlock()
	if f != nil && f.call != nil {
		f.call()
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	if f == nil || f.applied || (f.err == nil && !f.panics) {
		err = change(s.objects)
	}
	if f != nil && f.err != nil {
		err = f.err
	}
	panics := f != nil && f.panics
	switch {
	case panics:
		line += ": panic"
	case line != "" && err != nil:
		line += ": " + err.Error()
	}
	if line != "" {
		s.log = append(s.log, line)
	}
	if panics {
		panic("mock descriptor panics")
	}
	return err
}

func (s *system) create(key string, v proto.Message) error {
	return s.apply("create", key, "create "+show(key, v), func(objects map[string]object) error {
		if _, exists := objects[key]; exists {
			return errExists
		}
		objects[key] = object{value: v, origin: kvs.FromNB}
		return nil
	})
}

func (s *system) delete(key string, v proto.Message, metadata string) error {
	return s.apply("delete", key, "delete "+show(key, v)+metadata, func(objects map[string]object) error {
		if _, exists := objects[key]; !exists {
			return errNotExists
		}
		delete(objects, key)
		return nil
	})
}

func (s *system) update(key string, from, to proto.Message, metadata string) error {
	return s.apply("update", key, "update "+show(key, from)+" to "+contentOf(to)+metadata, func(objects map[string]object) error {
		if _, exists := objects[key]; !exists {
			return errNotExists
		}
		objects[key] = object{value: to, origin: kvs.FromNB}
		return nil
	})
}

// retrieve lists the objects selected by a descriptor.
func (s *system) retrieve(name string, selects kvs.KeySelector, correlate []kvs.KVWithMetadata, shown bool) (found []kvs.KVWithMetadata, err error) {
	var keys []string
	for _, kv := range correlate {
		keys = append(keys, kv.Key)
	}
	slices.Sort(keys)
	read := func(objects map[string]object) error {
		for _, key := range slices.Sorted(maps.Keys(objects)) {
			if selects(key) {
				obj := objects[key]
				found = append(found, kvs.KVWithMetadata{Key: key, Value: obj.value, Origin: obj.origin})
			}
		}
		return nil
	}
	line := ""
	if shown {
		line = strings.TrimSpace("retrieve " + name + ": " + strings.Join(keys, " "))
	}
	if err := s.apply("retrieve", name, line, read); err != nil {
		return nil, err
	}
	return found, nil
}
