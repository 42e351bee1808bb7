// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"runtime"
	"time"

	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
)

// single is a figure for one number of values.
type single struct {
	name    string
	measure func() (float64, error)
	unit    string
	target  float64
}

var singles = []single{
	{"one notification, 50,000 values, simulated", simulatedNotification, "us", 9000},
	{"5,000 values with the summary printed", printedTransaction, "ms", 145},
	{"retained memory, 50,000 plain values", memoryOfValues(true), "B/value", 1024},
	{"the same without history", memoryOfValues(false), "B/value", 1024},
	{"heap after 5,000,000 updates of 1,000 values", memoryOfUpdates, "MiB", 300},
}

func simulatedNotification() (float64, error) {
	s, err := newScheduler(50_000, nil, "enable-txn-simulation: true")
	if err != nil {
		return 0, err
	}
	defer s.close()
	if err := load(s); err != nil {
		return 0, err
	}
	const repeat = 100
	start := time.Now()
	for i := range repeat {
		if err := s.report(s.reported[i]); err != nil {
			return 0, err
		}
	}
	return float64(time.Since(start).Microseconds()) / repeat, nil
}

func printedTransaction() (float64, error) {
	s, err := newScheduler(5_000, nil)
	if err != nil {
		return 0, err
	}
	defer s.close()
	s.Log.SetLevel(logging.DebugLevel) // else nobody would see it
	start := time.Now()
	err = load(s)
	return float64(time.Since(start).Microseconds()) / 1000, err
}

func memoryOfValues(history bool) func() (float64, error) {
	return func() (float64, error) {
		const n = 50_000
		var settings []string
		if !history {
			settings = append(settings, "record-transaction-history: false")
		}
		s, err := newScheduler(n, nil, settings...)
		if err != nil {
			return 0, err
		}
		defer s.close()
		before := heap()
		err = load(s)
		s.TransactionBarrier()
		used := heap() - before
		runtime.KeepAlive(s.keys)
		return used / n, err
	}
}

func memoryOfUpdates() (float64, error) {
	s, err := newScheduler(1_000, nil)
	if err != nil {
		return 0, err
	}
	defer s.close()
	before := heap()
	for i := range 5_000 {
		txn := s.StartNBTransaction()
		for _, key := range s.keys {
			txn.SetValue(key, wrapperspb.Int64(int64(i)))
		}
		if _, err := txn.Commit(context.Background()); err != nil {
			return 0, err
		}
		if err := s.report(api.KVWithMetadata{Key: oneReported, Value: &emptypb.Empty{}}); err != nil {
			return 0, err
		}
	}
	return (heap() - before) / (1 << 20), nil
}

// heap is what is in use, in bytes.
func heap() float64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc)
}
