// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	kvsproto "go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

var noTime time.Time

// TestReadersDoNotWaitForDescriptors reads in every way while an operation
// is under way, and sees the state before it.
func TestReadersDoNotWaitForDescriptors(t *testing.T) {
	t.Parallel()
	handlers := newHandlers()
	s := newSchedWithREST(t, handlers)
	s.describe("main", "[a-z]", "metadata", "prefix=main/")
	s.mustCommit("a=1")
	begun, release := s.block("create", "b")
	done := make(chan error, 1)
	go func() {
		_, err := s.commit(context.Background(), "b=1")
		done <- err
	}()
	receive(s, "the operation", begun)

	s.within("a reader", func() {
		s.expectState("a", kvsproto.ValueState_CONFIGURED)
		s.expectState("b", kvsproto.ValueState_NONEXISTENT)
		for _, view := range []kvs.View{kvs.NBView, kvs.CachedView} {
			if dump, err := s.DumpValuesByDescriptor("main", view); err != nil || len(dump) != 1 {
				t.Errorf("dump %v: %v, %v", view, dump, err)
			}
		}
		if _, found := s.GetMetadataMap("main").GetValue("a"); !found {
			t.Error("no metadata of a")
		}
		if history := s.GetTransactionHistory(noTime, noTime); len(history) == 0 || history[0].SeqNum != 0 {
			t.Errorf("history %v", history)
		}
		s.GetRecordedTransaction(0)
		s.GetRegisteredNBKeyPrefixes()
		s.describe("another", "another/*")
		kvscheduler.GetStats()
		for _, path := range []string{
			"status", "status?key=a", "status?descriptor=main", "status?key-prefix=main/", "dump", "dump?descriptor=main&view=cached",
			"dump?key-prefix=main/&view=NB", "txn-history", "txn-history?format=text", "key-timeline?key=a", "graph-snapshot",
			"flag-stats?flag=value-state", "stats", "graph?format=raw",
		} {
			if reply := handlers.get(path); reply.Code != 200 {
				t.Errorf("GET %s: %d %s", path, reply.Code, reply.Body)
			}
		}
	})
	release()
	if err := receive(s, "the commit", done); err != nil {
		t.Error(err)
	}
	s.expectState("b", kvsproto.ValueState_CONFIGURED)
}

// TestReadersAndWritersTogether runs everything at once. It is about
// deadlocks and, with the race detector, about unprotected data.
func TestReadersAndWritersTogether(t *testing.T) {
	t.Parallel()
	handlers := newHandlers()
	s := newSchedWithREST(t, handlers, "enable-txn-simulation: true")
	s.describe("main", "[a-z]*", "metadata", "prefix=main/")
	s.describe("watcher", "sb/*", "notification-only")
	statuses := make(chan *kvsproto.BaseValueStatus)
	s.WatchValueStatus(statuses, nil)

	stop := make(chan struct{})
	var readers, writers sync.WaitGroup
	loop := func(wg *sync.WaitGroup, times int, f func(i int)) {
		wg.Go(func() {
			for i := range times {
				select {
				case <-stop:
					return
				default:
					f(i)
				}
			}
		})
	}
	const rounds = 150
	loop(&writers, rounds, func(i int) { _, _ = s.commit(context.Background(), fmt.Sprintf("a%d=%d needs sb/x", i%7, i)) })
	loop(&writers, rounds, func(i int) { _ = s.push([]string{"sb/x", "sb/x delete"}[i%2]) })
	loop(&writers, rounds/10, func(int) {
		_, _ = s.commit(kvs.WithResync(context.Background(), kvs.DownstreamResync, false))
	})
	loop(&writers, rounds/10, func(i int) {
		s.describe(fmt.Sprint("late", i), fmt.Sprintf("late%d/*", i), fmt.Sprintf("prefix=late%d/", i))
	})
	paths := []string{"status", "status?key-prefix=main/", "dump?descriptor=main", "graph-snapshot", "stats",
		"flag-stats?flag=descriptor", "txn-history", "key-timeline?key=a1", "graph?format=raw"}
	for n := range 2 {
		loop(&readers, 1<<30, func(i int) { handlers.get(paths[(i+n*4)%len(paths)]) })
	}
	loop(&readers, 1<<30, func(i int) {
		s.GetValueStatus("a1")
		s.GetMetadataMap("main").ListAllNames()
		_, _ = json.Marshal(kvscheduler.GetStats())
		_, _ = json.Marshal(s.GetTransactionHistory(noTime, noTime))
		s.GetRegisteredNBKeyPrefixes()
		time.Sleep(time.Millisecond)
	})
	loop(&readers, 1<<30, func(int) {
		select {
		case <-statuses:
		case <-time.After(time.Millisecond):
		}
	})
	s.within("writing while reading", writers.Wait)
	s.within("TransactionBarrier", s.TransactionBarrier)
	close(stop)
	s.within("reading", readers.Wait)
}

// TestRecordsDoNotChange: what a reader was given stays as it was.
func TestRecordsDoNotChange(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]", "updates")
	s.mustCommit("a=1")
	history := s.GetTransactionHistory(noTime, noTime)
	before, err := json.Marshal(history)
	if err != nil {
		t.Fatal(err)
	}
	status := s.GetValueStatus("a")
	for i := range 5 {
		s.mustCommit(fmt.Sprintf("a=%d", i+2), "b=1")
	}
	history[0] = nil // the slice belongs to the reader
	if again := s.GetTransactionHistory(noTime, noTime); again[0] == nil {
		t.Error("a reader changed the history")
	} else if after, err := json.Marshal(again[:1]); err != nil || string(after) != string(before) {
		t.Errorf("the record changed (%v) from\n%s to\n%s", err, before, after)
	}
	if op := status.GetValue().GetLastOperation(); op != kvsproto.TxnOperation_CREATE {
		t.Errorf("a status that was handed out changed to %v", op)
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]")
	var starts []time.Time
	for i := range 3 {
		time.Sleep(2 * time.Millisecond)
		seq := s.mustCommit(fmt.Sprintf("a=%d", i))
		if seq != uint64(i) {
			t.Fatalf("sequence number %d, want %d", seq, i)
		}
		starts = append(starts, s.await(seq).Start)
	}
	tests := []struct {
		name         string
		since, until time.Time
		want         int
	}{
		{"everything", noTime, noTime, 3},
		{"since", starts[1], noTime, 2},
		{"until", noTime, starts[1], 2},
		{"one", starts[1], starts[1], 1},
		{"future", starts[2].Add(time.Hour), noTime, 0},
		{"inverted", starts[2], starts[0], 0},
	}
	for _, tt := range tests {
		if got := s.GetTransactionHistory(tt.since, tt.until); len(got) != tt.want {
			t.Errorf("%s: %d transactions, want %d", tt.name, len(got), tt.want)
		}
	}
	if got := s.GetTransactionHistory(starts[2], starts[0]); got != nil {
		t.Errorf("inverted: %v, want nil", got)
	}
	if txn := s.GetRecordedTransaction(99); txn != nil {
		t.Errorf("an unknown transaction: %v", txn)
	}
	for i, txn := range s.GetTransactionHistory(noTime, noTime) {
		if txn.SeqNum != uint64(i) || txn.Stop.Before(txn.Start) || txn.PreRecord || txn.TxnType != kvs.NBTransaction {
			t.Errorf("transaction %d is recorded as %+v", i, txn)
		}
	}
}

func TestHistoryCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	s := newSched(t, "record-transaction-history: false")
	s.describe("main", "[a-z]")
	s.mustCommit("a=1")
	if history := s.GetTransactionHistory(noTime, noTime); len(history) != 0 {
		t.Errorf("history %v", history)
	}
	s.expectState("a", kvsproto.ValueState_CONFIGURED)
}
