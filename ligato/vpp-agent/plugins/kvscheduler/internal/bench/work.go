// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/emptypb"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
)

// work is what is measured for N values.
type work struct {
	name   string
	needs  func(key string) []api.Dependency // what each value depends on
	before func(s *scheduler) error          // not measured
	do     func(s *scheduler) error
	target float64 // microseconds for each of 10,000 and of 50,000 values
}

var works = []work{
	{name: "one transaction", do: load, target: 5},
	{name: "pending, resolved by one batch", needs: ownKey, before: load, do: reportAll, target: 5},
	{name: "pending, resolved by single notifications", needs: ownKey, before: load, do: reportEach, target: 6},
	{name: "dependents of a key that goes and comes", needs: oneKey, before: reportOneAndLoad, do: goAndCome},
	{name: "full resync, unchanged", before: load, do: resync, target: 5},
	{name: "transactions of one value", do: loadEach},
	{name: "cached dump", before: load, do: dump},
	{name: "selector-only dependencies, satisfied", needs: bySelector, before: reportOne, do: load, target: 20},
	{name: "selector-only dependencies, resolved by one", needs: bySelector, before: load, do: reportOne, target: 20},
	{name: "selector-only, one function, others reported", needs: bySameSelector, before: load, do: reportAll, target: 20},
}

// Sizes are repeated until so many values were measured, or so often. So the
// collector of garbage has its share of small sizes too.
const (
	enoughValues  = 50_000
	enoughRepeats = 500
)

// measure returns the microseconds for each value, the mean of repetitions.
func (w *work) measure(n int) (float64, error) {
	runtime.GC()
	if _, err := w.once(n); err != nil { // gets memory from the system, which the next ones have
		return 0, err
	}
	var spent time.Duration
	repeats := min(max(1, enoughValues/n), enoughRepeats)
	for range repeats {
		took, err := w.once(n)
		if err != nil {
			return 0, err
		}
		spent += took
	}
	return float64(spent.Nanoseconds()) / 1000 / float64(n*repeats), nil
}

func (w *work) once(n int) (took time.Duration, err error) {
	s, err := newScheduler(n, w.needs)
	if err != nil {
		return 0, err
	}
	defer s.close()
	if w.before != nil {
		if err := w.before(s); err != nil {
			return 0, err
		}
	}
	start := time.Now()
	err = w.do(s)
	return time.Since(start), err
}

func ownKey(key string) []api.Dependency {
	return []api.Dependency{{Label: "own", Key: reportedPrefix + strings.TrimPrefix(key, valuePrefix)}}
}

func oneKey(string) []api.Dependency {
	return []api.Dependency{{Label: "one", Key: oneReported}}
}

// bySelector makes a function for each value.
func bySelector(value string) []api.Dependency {
	return []api.Dependency{{Label: "some", AnyOf: api.AnyOfDependency{
		KeySelector: func(key string) bool { return key == oneReported && key != value },
	}}}
}

func bySameSelector(string) []api.Dependency {
	return []api.Dependency{{Label: "some", AnyOf: api.AnyOfDependency{KeySelector: isOneReported}}}
}

func isOneReported(key string) bool { return key == oneReported }

func load(s *scheduler) error {
	return s.commit(context.Background(), s.keys)
}

func loadEach(s *scheduler) error {
	for i := range s.keys {
		if err := s.commit(context.Background(), s.keys[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}

func resync(s *scheduler) error {
	return s.commit(api.WithResync(context.Background(), api.FullResync, false), s.keys)
}

func reportOne(s *scheduler) error {
	return s.report(api.KVWithMetadata{Key: oneReported, Value: &emptypb.Empty{}})
}

func reportOneAndLoad(s *scheduler) error {
	if err := reportOne(s); err != nil {
		return err
	}
	return load(s)
}

func goAndCome(s *scheduler) error {
	if err := s.report(api.KVWithMetadata{Key: oneReported}); err != nil {
		return err
	}
	return reportOne(s)
}

func reportAll(s *scheduler) error {
	return s.report(s.reported...)
}

func reportEach(s *scheduler) error {
	for i := range s.reported {
		if err := s.PushSBNotification(s.reported[i]); err != nil {
			return err
		}
	}
	s.TransactionBarrier()
	return nil
}

func dump(s *scheduler) error {
	kvs, err := s.DumpValuesByDescriptor(valueDescriptor, api.CachedView)
	if err == nil && len(kvs) != len(s.keys) {
		err = fmt.Errorf("%d of %d values", len(kvs), len(s.keys))
	}
	return err
}
