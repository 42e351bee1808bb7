// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"errors"
	"maps"
	"slices"
	"sync"
)

// status reports the state of all namespaces as one. The report is made by a
// goroutine of its own, since whoever takes it may be slow: a store may be behind it
// that does not answer. What changes meanwhile is reported as it is in the end.
type status struct {
	report  func(outOfSync error)
	changed chan struct{} // has an item when there is something to report

	mu  sync.Mutex
	out map[string]error // by namespace, of those that are out of sync
}

// newStatus returns a status that reports nothing before it is known how it stands
// with the default namespace.
func newStatus(report func(outOfSync error)) *status {
	return &status{report: report, changed: make(chan struct{}, 1), out: map[string]error{"": errFirstDump}}
}

// set takes in why a namespace is out of sync, nil if it is in sync or gone.
func (s *status) set(namespace string, err error) {
	s.mu.Lock()
	if err == nil {
		delete(s.out, namespace)
	} else {
		s.out[namespace] = err
	}
	s.mu.Unlock()
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// state returns that of all: that of the default namespace comes first.
func (s *status) state() (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, first := range slices.Sorted(maps.Keys(s.out)) {
		return s.out[first]
	}
	return nil
}

func (s *status) run(stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case <-s.changed:
		}
		if err := s.state(); !errors.Is(err, errFirstDump) {
			s.report(err)
		}
	}
}
