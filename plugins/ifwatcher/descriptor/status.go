// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"errors"
	"maps"
	"slices"
	"sync"
)

// status reports the state of all namespaces as one.
type status struct {
	report func(outOfSync error)

	mu  sync.Mutex
	out map[string]error // by namespace, of those that are out of sync
}

// newStatus returns a status that reports nothing before it is known how it stands
// with the default namespace.
func newStatus(report func(outOfSync error)) *status {
	return &status{report: report, out: map[string]error{"": errFirstDump}}
}

// set takes in why a namespace is out of sync, nil if it is in sync or gone, and
// reports the state of all: that of the default namespace comes first.
func (s *status) set(namespace string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		delete(s.out, namespace)
	} else {
		s.out[namespace] = err
	}
	for _, first := range slices.Sorted(maps.Keys(s.out)) {
		err = s.out[first]
		break
	}
	if !errors.Is(err, errFirstDump) {
		s.report(err)
	}
}
