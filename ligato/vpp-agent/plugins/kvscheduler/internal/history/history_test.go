// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package history

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/graph"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func minute(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }

func txn(n int) *api.RecordedTxn {
	return &api.RecordedTxn{SeqNum: uint64(n), Start: minute(n), Stop: minute(n)}
}

func numbers(h *History, since, until time.Time) (list []int) {
	for _, txn := range h.Transactions(since, until) {
		list = append(list, int(txn.SeqNum))
	}
	return list
}

func TestTransactionsAreBounded(t *testing.T) {
	tests := []struct {
		name   string
		limits Limits
		count  int
		want   []int
	}{
		{"no limit", Limits{}, 5, []int{0, 1, 2, 3, 4}},
		{"age", Limits{Age: 2 * time.Minute}, 6, []int{3, 4, 5}},
		{"age after the first period", Limits{Age: 2 * time.Minute, InitPeriod: time.Minute}, 6, []int{0, 1, 3, 4, 5}},
		{"count", Limits{Count: 2}, 5, []int{3, 4}},
		{"count with a first period", Limits{Count: 4, InitPeriod: 4 * time.Minute}, 10, []int{3, 4, 8, 9}},
		{"bytes", Limits{Bytes: 3 * txnBytes}, 5, []int{2, 3, 4}},
		{"never none", Limits{Bytes: 1}, 3, []int{2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := New(tt.limits, start)
			for n := range tt.count {
				h.Add(txn(n), nil)
			}
			if got := numbers(h, time.Time{}, time.Time{}); !slices.Equal(got, tt.want) {
				t.Errorf("kept %v, want %v", got, tt.want)
			}
			for n := range tt.count {
				if got := h.Transaction(uint64(n)) != nil; got != slices.Contains(tt.want, n) {
					t.Errorf("transaction %d: %v", n, got)
				}
			}
		})
	}
}

// TestWhatWasReadStays: what a reader has got is not trimmed.
func TestWhatWasReadStays(t *testing.T) {
	h := New(Limits{Count: 3}, start)
	for n := range 3 {
		h.Add(txn(n), nil)
	}
	list := h.Transactions(time.Time{}, time.Time{})
	for n := 3; n < 10; n++ {
		h.Add(txn(n), nil)
	}
	h.Trim(minute(1000))
	for i, txn := range list {
		if txn == nil || int(txn.SeqNum) != i {
			t.Errorf("transaction %d has become %v", i, txn)
		}
	}
}

func TestWindow(t *testing.T) {
	h := New(Limits{}, start)
	for n := range 5 {
		h.Add(txn(n), nil)
	}
	for _, tt := range []struct {
		since, until time.Time
		want         []int
	}{
		{minute(1), minute(3), []int{1, 2, 3}},
		{minute(3), time.Time{}, []int{3, 4}},
		{time.Time{}, minute(1), []int{0, 1}},
		{minute(3), minute(1), nil},
	} {
		if got := numbers(h, tt.since, tt.until); !slices.Equal(got, tt.want) {
			t.Errorf("[%v, %v]: %v, want %v", tt.since, tt.until, got, tt.want)
		}
	}
}

func version(key string, state kvscheduler.ValueState) *graph.Node {
	return &graph.Node{Key: key, State: state}
}

const (
	pending    = kvscheduler.ValueState_PENDING
	configured = kvscheduler.ValueState_CONFIGURED
)

func TestTimeline(t *testing.T) {
	h := New(Limits{}, start)
	a, b := version("a", pending), version("a", configured)
	h.Add(txn(1), []graph.Change{{After: a}})
	h.Add(txn(2), []graph.Change{{Before: a, After: b}})
	same := version("a", configured)
	same.Update.Txn = 3
	h.Add(txn(3), []graph.Change{{Before: b, After: same}})
	h.Add(txn(4), []graph.Change{{Before: same}})

	revisions := h.Revisions(slices.Values([]*graph.Node(nil)))
	line := revisions.Timeline("a")
	if len(line) != 2 || !line[0].Until.Equal(minute(2)) || !line[1].Until.Equal(minute(4)) || line[1].Node != same {
		t.Fatalf("timeline %+v", line)
	}
	for n, want := range []string{"", "PENDING", "CONFIGURED", "CONFIGURED", "", ""} {
		got := ""
		for _, r := range revisions.At(minute(n)) {
			got += r.Node.State.String()
		}
		if got != want || revisions.Existed("a", minute(n)) != (want != "") {
			t.Errorf("at %d: %q, want %q", n, got, want)
		}
	}
	if origins := h.LastOrigins(); origins["a"] != api.FromNB || origins["b"] != api.UnknownOrigin {
		t.Error("last origin")
	}
}

// TestVersionsAreBounded: former versions go, the current ones stay.
func TestVersionsAreBounded(t *testing.T) {
	h := New(Limits{Count: 5}, start)
	nodes := map[string]*graph.Node{}
	for n := range 100 {
		key := fmt.Sprint("k", n%3)
		next := version(key, []kvscheduler.ValueState{pending, configured}[n/3%2])
		h.Add(txn(n), []graph.Change{{Before: nodes[key], After: next}})
		nodes[key] = next
	}
	revisions := h.Revisions(maps.Values(nodes))
	if got := len(slices.Collect(revisions.All())); got != 5+3 {
		t.Errorf("%d versions", got)
	}
	if got := len(revisions.At(minute(100))); got != 3 {
		t.Errorf("%d current versions", got)
	}
	if keys := revisions.Keys(); !slices.Equal(keys, []string{"k0", "k1", "k2"}) {
		t.Errorf("keys %v", keys)
	}
}
