// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	kvsproto "go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

const noSeqNum = ^uint64(0)

// busy starts a transaction that lasts until release.
func busy(s *sched) (release func(), done <-chan error) {
	s.t.Helper()
	begun, release := s.block("create", "busy")
	result := make(chan error, 1)
	go func() {
		_, err := s.commit(context.Background(), "busy=1")
		result <- err
	}()
	receive(s, "the long transaction", begun)
	return release, result
}

// fill queues transactions until there is no room.
func fill(s *sched) (queued int) {
	s.t.Helper()
	for {
		seq, err := s.commit(kvs.WithoutBlocking(context.Background()), fmt.Sprintf("fill%d=1", queued))
		if seq != noSeqNum {
			s.t.Fatalf("sequence number %d of a transaction that was only queued", seq)
		}
		if err != nil {
			if !errors.Is(errTxn(err).GetTxnInitError(), kvs.ErrTxnQueueFull) {
				s.t.Fatalf("error %v, want %v", err, kvs.ErrTxnQueueFull)
			}
			return queued
		}
		if queued++; queued > 10_000 {
			s.t.Fatal("the queue has no end")
		}
	}
}

func TestNoNotificationIsLost(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]*")
	s.describe("watcher", "sb/*", "notification-only")
	release, done := busy(s)
	fill(s)
	const n = 1000
	for i := range n {
		if err := s.push(fmt.Sprintf("sb/%d", i)); err != nil {
			t.Fatalf("notification %d: %v", i, err)
		}
	}
	for i := range n {
		// The last word on each key wins.
		values := []string{fmt.Sprintf("sb/%d delete", i)}
		if i%2 == 0 {
			values = append(values, fmt.Sprintf("sb/%d=again", i))
		}
		if err := s.push(values...); err != nil {
			t.Fatalf("notification %d: %v", n+i, err)
		}
	}
	release()
	if err := receive(s, "the long transaction", done); err != nil {
		t.Fatal(err)
	}
	s.within("TransactionBarrier", s.TransactionBarrier)
	dump, err := s.DumpValuesByDescriptor("watcher", kvs.CachedView)
	if err != nil || len(dump) != n/2 {
		t.Errorf("%d values (%v), want %d", len(dump), err, n/2)
	}
	for i := range n {
		want := kvsproto.ValueState_NONEXISTENT
		if i%2 == 0 {
			want = kvsproto.ValueState_OBTAINED
		}
		s.expectState(fmt.Sprintf("sb/%d", i), want)
	}
}

func TestQueueOfTransactionsIsBounded(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]*")
	release, done := busy(s)
	if queued := fill(s); queued != 200 {
		t.Errorf("%d transactions were queued, want 200", queued)
	}

	// A blocking transaction waits for room, but not longer than it may.
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	s.within("Commit", func() {
		seq, err := s.commit(ctx, "x=1")
		if seq != noSeqNum || !errors.Is(errTxn(err).GetTxnInitError(), kvs.ErrTxnWaitCanceled) {
			t.Errorf("%d, %v, want %v", seq, err, kvs.ErrTxnWaitCanceled)
		}
	})
	waiting := make(chan error, 1)
	go func() {
		_, err := s.commit(context.Background(), "y=1")
		waiting <- err
	}()
	release()
	if err := errors.Join(receive(s, "the long transaction", done), receive(s, "the waiting transaction", waiting)); err != nil {
		t.Error(err)
	}
	s.within("TransactionBarrier", s.TransactionBarrier)
	s.expectState("fill199", kvsproto.ValueState_CONFIGURED)
	s.expectState("y", kvsproto.ValueState_CONFIGURED)
}

func TestRefusedTransactionsAreNoTransactions(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]*")
	downstream := kvs.WithResync(context.Background(), kvs.DownstreamResync, false)
	full := kvs.WithResync(context.Background(), kvs.FullResync, false)
	tests := []struct {
		ctx    context.Context
		values []string
		want   error
	}{
		{downstream, []string{"a=1"}, kvs.ErrCombinedDownstreamResyncWithChange},
		{kvs.WithRevert(full), []string{"a=1"}, kvs.ErrRevertNotSupportedWithResync},
		{kvs.WithRevert(downstream), nil, kvs.ErrRevertNotSupportedWithResync},
	}
	for _, tt := range tests {
		seq, err := s.commit(tt.ctx, tt.values...)
		if seq != noSeqNum || !errors.Is(errTxn(err).GetTxnInitError(), tt.want) || len(errTxn(err).GetKVErrors()) != 0 {
			t.Errorf("%d, %v, want %v", seq, err, tt.want)
		}
	}
	if seq := s.mustCommit("a=1"); seq != 0 {
		t.Errorf("the first transaction has the number %d", seq)
	}
}

func TestTransactionRunsAlthoughNobodyWaits(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]*")
	begun, release := s.block("create", "a")
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-begun
		cancel()
	}()
	s.within("Commit", func() {
		seq, err := s.commit(ctx, "a=1", "b=1")
		if seq != noSeqNum || !errors.Is(errTxn(err).GetTxnInitError(), kvs.ErrTxnWaitCanceled) {
			t.Errorf("%d, %v, want %v", seq, err, kvs.ErrTxnWaitCanceled)
		}
	})
	release()
	s.within("TransactionBarrier", s.TransactionBarrier)
	s.expectState("b", kvsproto.ValueState_CONFIGURED)
}

func TestBarrierWaitsForWhatIsQueued(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]*")
	s.describe("watcher", "sb/*", "notification-only")
	release, _ := busy(s)
	for i := range 50 {
		if err := s.push(fmt.Sprintf("sb/%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	passed := make(chan struct{})
	go func() {
		defer close(passed)
		s.TransactionBarrier()
	}()
	select {
	case <-passed:
		t.Error("the barrier did not wait")
	case <-time.After(20 * time.Millisecond):
	}
	release()
	receive(s, "the barrier", passed)
	s.expectState("sb/49", kvsproto.ValueState_OBTAINED)
}

func TestTxnKeepsTheLastValueAndCanBeCommittedAgain(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]", "updates")
	txn := s.StartNBTransaction().SetValue("a", newValue("1")).SetValue("b", newValue("1")).SetValue("a", newValue("2"))
	for i := range 2 {
		if seq, err := txn.Commit(context.Background()); err != nil || seq != uint64(i*2) {
			t.Fatalf("commit %d: %d, %v", i, seq, err)
		}
		if !s.system.has("a") || len(s.system.snapshot()) != 2 {
			t.Errorf("commit %d: the system has %v", i, s.system.snapshot())
		}
		s.mustCommit("a delete", "b delete")
	}
	if got := s.await(0).Values; len(got) != 2 {
		t.Errorf("%d values, want 2", len(got))
	}
}

// What is queued does not change with a transaction that is used again.
func TestTxnGoesOnWhileItIsQueued(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]*", "updates")
	release, done := busy(s)
	txn := s.StartNBTransaction().SetValue("b", newValue("1")).SetValue("a", newValue("1"))
	for i := range 3 {
		if _, err := txn.Commit(kvs.WithoutBlocking(context.Background())); err != nil {
			t.Fatal(err)
		}
		txn.SetValue("a", newValue(fmt.Sprint(i+2))).SetValue(fmt.Sprint("n", i), newValue("1"))
	}
	release()
	if err := receive(s, "the long transaction", done); err != nil {
		t.Error(err)
	}
	s.within("TransactionBarrier", s.TransactionBarrier)
	for i, want := range []string{"a=1 b=1", "a=2 b=1 n0=1", "a=3 b=1 n0=1 n1=1"} {
		var got []string
		for _, kv := range s.await(uint64(i + 1)).Values {
			got = append(got, kv.Key+"="+textOf(kv.Value.Message))
		}
		if text := strings.Join(got, " "); text != want {
			t.Errorf("transaction %d has %s, want %s", i+1, text, want)
		}
	}
}

func TestClose(t *testing.T) {
	ignore := goleak.IgnoreCurrent()
	s := newSched(t)
	s.describe("main", "[a-z]*")
	s.describe("watcher", "sb/*", "notification-only")
	statuses := make(chan *kvsproto.BaseValueStatus) // nobody reads
	s.WatchValueStatus(statuses, nil)
	s.system.on("create", "r", failure{times: -1, err: errBoom})
	_, _ = s.commit(kvs.WithRetry(context.Background(), time.Hour, 0, false), "r=1", "config/unknown/a=1")
	release, done := busy(s)
	waiting := make(chan error, 1)
	go func() {
		_, err := s.commit(context.Background(), "later=1")
		waiting <- err
	}()
	barrier := make(chan struct{})
	go func() {
		defer close(barrier)
		s.TransactionBarrier()
	}()
	time.Sleep(10 * time.Millisecond) // let them queue; if not, they find it closed
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		s.close()
	}()
	if err := receive(s, "the queued commit", waiting); !errors.Is(err, kvs.ErrClosedScheduler) {
		t.Errorf("a queued transaction ends with %v, want %v", err, kvs.ErrClosedScheduler)
	}
	receive(s, "the barrier", barrier)
	release()
	receive(s, "Close", closed)
	if err := receive(s, "the running commit", done); err != nil && !errors.Is(err, kvs.ErrClosedScheduler) {
		t.Errorf("the running transaction ends with %v", err)
	}

	s.within("using a closed scheduler", func() {
		if err := s.push("sb/x"); !errors.Is(err, kvs.ErrClosedScheduler) {
			t.Errorf("a notification gives %v, want %v", err, kvs.ErrClosedScheduler)
		}
		for _, ctx := range []context.Context{context.Background(), kvs.WithoutBlocking(context.Background())} {
			seq, err := s.commit(ctx, "a=1")
			if seq != noSeqNum || !errors.Is(errTxn(err).GetTxnInitError(), kvs.ErrClosedScheduler) {
				t.Errorf("a transaction gives %d, %v, want %v", seq, err, kvs.ErrClosedScheduler)
			}
		}
		s.GetValueStatus("busy")
		s.GetTransactionHistory(noTime, noTime)
		_, _ = s.DumpValuesByDescriptor("main", kvs.SBView)
		s.TransactionBarrier()
	})
	if s.system.has("later") {
		t.Error("a transaction was executed after Close")
	}
	goleak.VerifyNone(t, ignore)
}

// TestDelaysOfRetries checks that no retry comes too early.
func TestDelaysOfRetries(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]")
	s.system.on("create", "a", failure{times: 3, err: errBoom})
	period := 20 * time.Millisecond
	_, _ = s.commit(kvs.WithRetry(context.Background(), period, 3, true), "a=1")
	last := s.await(0).Start
	for attempt := 1; attempt <= 3; attempt++ {
		txn := s.await(uint64(attempt))
		if txn.RetryForTxn != 0 || txn.RetryAttempt != attempt || txn.TxnType != kvs.RetryFailedOps || !txn.WithSimulation {
			t.Errorf("retry %d is recorded as %v", attempt, txn)
		}
		if delay := txn.Start.Sub(last); delay < period {
			t.Errorf("retry %d comes after %v, want at least %v", attempt, delay, period)
		}
		last = txn.Start
		period *= 2
	}
	s.expectState("a", kvsproto.ValueState_CONFIGURED)
}

// TestObsoleteRetry: a retry does nothing about what was set again meanwhile,
// whether that has failed too or not.
func TestObsoleteRetry(t *testing.T) {
	t.Parallel()
	for _, failures := range []int{1, 2} {
		t.Run(fmt.Sprint(failures, " failures"), func(t *testing.T) {
			t.Parallel()
			s := newSched(t)
			s.describe("main", "[a-z]")
			begun, end := make(chan struct{}, failures), make(chan struct{})
			s.system.on("create", "a", failure{times: failures, err: errBoom, call: func() {
				begun <- struct{}{}
				<-end
			}})
			queue := kvs.WithoutBlocking(kvs.WithRetry(context.Background(), 1, 2, false))
			if _, err := s.commit(queue, "a=1"); err != nil {
				t.Fatal(err)
			}
			receive(s, "the operation", begun)
			// Queued before the retry can be.
			if _, err := s.commit(queue, "a=2"); err != nil {
				t.Fatal(err)
			}
			close(end)
			s.await(uint64(failures + 1)) // with a retry for each failure
			for _, txn := range s.GetTransactionHistory(noTime, noTime)[2:] {
				obsolete := txn.RetryForTxn == 0
				if txn.TxnType != kvs.RetryFailedOps || (len(txn.Values) == 0) != obsolete || (len(txn.Executed) == 0) != obsolete {
					t.Errorf("unexpected %v", txn)
				}
			}
			if got := s.system.snapshot(); len(got) != 1 || got[0] != "a=2" {
				t.Errorf("the system has %v", got)
			}
		})
	}
}
