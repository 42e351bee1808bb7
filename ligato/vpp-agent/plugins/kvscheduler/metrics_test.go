// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/queue"
)

// values are the metrics as of now, by name and label value; of summaries and
// histograms the count.
func values(t *testing.T) map[string]float64 {
	t.Helper()
	families, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]float64)
	for _, f := range families {
		name, ours := strings.CutPrefix(f.GetName(), "ligato_kvscheduler_")
		if !ours {
			continue
		}
		for _, m := range f.GetMetric() {
			key := name
			for _, l := range m.GetLabel() {
				key += " " + l.GetValue()
			}
			all[key] = m.GetCounter().GetValue() + m.GetGauge().GetValue() +
				float64(m.GetSummary().GetSampleCount()) + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return all
}

func TestMetrics(t *testing.T) {
	s := newTest(t, "")
	begun, end := make(chan struct{}), make(chan struct{})
	d := plain("d", "v/")
	d.Create = func(key string, _ proto.Message) (api.Metadata, error) {
		if key == "v/blocks" {
			close(begun)
			<-end
		}
		return nil, nil
	}
	if err := s.RegisterKVDescriptor(d, plain("sb", "sb/")); err != nil {
		t.Fatal(err)
	}
	s.TransactionBarrier()
	before := values(t)

	nonBlocking := api.WithoutBlocking(context.Background())
	if _, err := s.StartNBTransaction().SetValue("v/blocks", wrapperspb.String("")).Commit(nonBlocking); err != nil {
		t.Fatal(err)
	}
	<-begun
	for range queue.Capacity {
		if _, err := s.StartNBTransaction().Commit(nonBlocking); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.StartNBTransaction().Commit(nonBlocking)
	var failure *api.TransactionError
	if !errors.As(err, &failure) || !errors.Is(failure.GetTxnInitError(), api.ErrTxnQueueFull) {
		t.Errorf("commit into a full queue: %v", err)
	}
	if got := values(t); got["queue_length"] != queue.Capacity || got["queue_capacity"] != queue.Capacity {
		t.Errorf("queue of %v with %v waiting", got["queue_capacity"], got["queue_length"])
	}
	close(end)
	if err := s.PushSBNotification(api.KVWithMetadata{Key: "sb/x", Value: wrapperspb.String("")}); err != nil {
		t.Fatal(err)
	}
	s.TransactionBarrier()

	after := values(t)
	const txns = queue.Capacity + 2
	for name, want := range map[string]float64{
		"txn_processed":                                    txns,
		"txn_dropped":                                      1,
		"queue_length":                                     0,
		"queue_wait_seconds NBTransaction":                 txns - 1,
		"queue_wait_seconds SBNotification":                1,
		"txn_duration_seconds NBTransaction":               txns - 1,
		"txn_duration_seconds SBNotification":              1,
		"txn_process_duration_seconds " + stageProcess:     txns,
		"txn_process_duration_seconds " + stagePreProcess:  txns,
		"txn_process_duration_seconds " + stageExecute:     txns,
		"txn_process_duration_seconds " + stageRecord:      txns,
		"txn_process_duration_seconds " + stagePreRecord:   txns,
		"txn_process_duration_seconds " + stagePostProcess: txns,
		"txn_process_duration_seconds " + stageSimulate:    0,
	} {
		if got := after[name] - before[name]; got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}
