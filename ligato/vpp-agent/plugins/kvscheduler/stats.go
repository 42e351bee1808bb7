// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"encoding/json"
	"errors"
	"maps"
	"sync"
	"time"

	"go.ligato.io/vpp-agent/v3/pkg/metrics"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/registry"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// Stats are the statistics of a scheduler since its start.
type Stats struct {
	TxnStats       TxnStats
	GraphMethods   StructStats
	AllDescriptors StructStats
	Descriptors    map[string]*StructStats
}

// TxnStats are about transactions: the executed operations by kind and by the
// state they led to.
type TxnStats struct {
	TotalProcessed  uint64
	OperationCount  map[string]uint64
	ValueStateCount map[string]uint64
	ErrorCount      uint64
	Methods         metrics.Calls
}

// StructStats are about calls.
type StructStats struct {
	Methods metrics.Calls
}

// MarshalJSON renders the list of calls.
func (s StructStats) MarshalJSON() ([]byte, error) {
	return json.Marshal(s.Methods)
}

// The stages of a transaction, as metrics and statistics name them.
const (
	stageProcess     = "processTransaction"
	stagePreProcess  = "preProcessTransaction"
	stageSimulate    = "simulateTransaction"
	stagePreRecord   = "preRecordTransaction"
	stageExecute     = "executeTransaction"
	stageRecord      = "recordTransaction"
	stagePostProcess = "postProcessTransaction"
)

// stats collects for one scheduler. Those of descriptors are in the registry.
type stats struct {
	registry *registry.Registry

	mu  sync.Mutex
	txn TxnStats
}

func newStats(r *registry.Registry) *stats {
	s := &stats{registry: r}
	s.txn.Methods = metrics.Calls{}
	s.txn.OperationCount = make(map[string]uint64)
	for _, op := range []kvscheduler.TxnOperation{
		kvscheduler.TxnOperation_CREATE, kvscheduler.TxnOperation_UPDATE, kvscheduler.TxnOperation_DELETE,
	} {
		s.txn.OperationCount[op.String()] = 0
	}
	s.txn.ValueStateCount = make(map[string]uint64)
	for _, name := range kvscheduler.ValueState_name {
		s.txn.ValueStateCount[name] = 0
	}
	return s
}

func (s *stats) waited(t api.TxnType, d time.Duration) {
	prom.queueWait.WithLabelValues(t.String()).Observe(d.Seconds())
}

// stage times a part of a transaction.
func (s *stats) stage(name string, do func()) {
	start := time.Now()
	do()
	s.took(name, time.Since(start))
}

func (s *stats) took(stage string, d time.Duration) {
	prom.stageDuration.WithLabelValues(stage).Observe(d.Seconds())
	s.mu.Lock()
	defer s.mu.Unlock()

	s.txn.Methods.Track(stage, d)
}

// processed times a whole transaction.
func (s *stats) processed(t api.TxnType, took, total time.Duration) {
	prom.duration.WithLabelValues(t.String()).Observe(total.Seconds())
	s.took(stageProcess, took)
}

// count adds a transaction, before anybody is told of its end.
func (s *stats) count(ops api.RecordedTxnOps) {
	prom.processed.Inc()
	var byOp [kvscheduler.TxnOperation_DELETE + 1]uint64
	var byState [kvscheduler.ValueState_RETRYING + 1]uint64
	var errs uint64
	for _, op := range ops {
		byOp[op.Operation]++
		byState[op.NewState]++
		if op.NewErr != nil {
			errs++
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()

	s.txn.TotalProcessed++
	s.txn.ErrorCount += errs
	for op, n := range byOp {
		if n > 0 {
			s.txn.OperationCount[kvscheduler.TxnOperation(op).String()] += n
		}
	}
	for state, n := range byState {
		if n > 0 {
			s.txn.ValueStateCount[kvscheduler.ValueState(state).String()] += n
		}
	}
}

func (s *stats) dropped(err error) {
	if errors.Is(err, api.ErrTxnQueueFull) {
		prom.dropped.Inc()
	}
}

// snapshot returns a copy that nobody else uses.
func (s *stats) snapshot() *Stats {
	s.mu.Lock()
	out := &Stats{TxnStats: s.txn}
	out.TxnStats.OperationCount = maps.Clone(s.txn.OperationCount)
	out.TxnStats.ValueStateCount = maps.Clone(s.txn.ValueStateCount)
	out.TxnStats.Methods = metrics.Calls{}
	for name, call := range s.txn.Methods {
		c := *call
		out.TxnStats.Methods[name] = &c
	}
	s.mu.Unlock()

	out.GraphMethods.Methods = metrics.Calls{}
	out.AllDescriptors.Methods = metrics.Calls{}
	out.Descriptors = make(map[string]*StructStats)
	for _, desc := range s.registry.Set().Descriptors {
		calls := metrics.Calls{}
		desc.EachCall(func(name string, count uint64, total, min, max time.Duration) {
			for _, to := range []metrics.Calls{calls, out.AllDescriptors.Methods} {
				if to[name] == nil {
					to[name] = &metrics.CallStats{Name: name}
				}
				to[name].Add(count, total, min, max)
			}
		})
		out.Descriptors[desc.Name()] = &StructStats{Methods: calls}
	}
	return out
}
