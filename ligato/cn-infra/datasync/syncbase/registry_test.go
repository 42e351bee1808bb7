// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package syncbase

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/wrapperspb"

	"go.ligato.io/cn-infra/v2/datasync"
)

// Every subscriber sees the same previous value and revision, and every deletion.
func TestAllSubscribersAreToldTheSame(t *testing.T) {
	r := NewRegistry()
	receivers := []*receiver{watch(t, r, "one", "a/"), watch(t, r, "two", "a/", "b/"), watch(t, r, "three", "")}
	propagate(t, r, "a/k=1")
	propagate(t, r, "a/k=2")
	propagate(t, r, "a/k")
	propagate(t, r, "a/k=3")
	for _, rec := range receivers {
		rec.expect(t, "Put a/k=1@0", "Put a/k=2@1 was 1", "Delete a/k=@2 was 2", "Put a/k=3@0")
	}
}

func TestPrefixes(t *testing.T) {
	r := NewRegistry()
	a, ab, none := watch(t, r, "a", "a/"), watch(t, r, "ab", "a/b/", "a/", "b"), watch(t, r, "none", "z")
	propagate(t, r, "a/b/k=1", "a/k=2", "bk=3")
	a.expect(t, "Put a/b/k=1@0, Put a/k=2@0")
	ab.expect(t, "Put a/b/k=1@0, Put a/k=2@0, Put bk=3@0")
	none.expect(t)

	if err := r.PropagateResync(context.Background(), txn("a/b/k=1", "a/k=2")); err != nil {
		t.Fatal(err)
	}
	a.expect(t, "resync a/: a/b/k=1@0 a/k=2@0")
	ab.expect(t, "resync a/: a/k=2@0, a/b/: a/b/k=1@0, b:")
	none.expect(t, "resync z:")
}

func TestUnknownDeletionIsDropped(t *testing.T) {
	r := NewRegistry()
	rec := watch(t, r, "one", "")
	propagate(t, r, "missing")
	rec.expect(t)
	propagate(t, r, "missing", "k=1")
	rec.expect(t, "Put k=1@0")
}

func TestResyncForgets(t *testing.T) {
	r := NewRegistry()
	rec := watch(t, r, "one", "")
	propagate(t, r, "a=1", "b=1")
	propagate(t, r, "a=2")
	if err := r.PropagateResync(context.Background(), txn("a=3", "c")); err != nil {
		t.Fatal(err)
	}
	propagate(t, r, "a=4", "b=4", "c")
	rec.expect(t, "Put a=1@0, Put b=1@0", "Put a=2@1 was 1", "resync : a=3@0", "Put a=4@1 was 3, Put b=4@0")
}

func TestMessageMayChangeAfterwards(t *testing.T) {
	r := NewRegistry()
	rec := watch(t, r, "one", "")
	msg := wrapperspb.String("1")
	change := NewChange("k", msg, 0, datasync.Put)
	if err := r.PropagateChanges(context.Background(), map[string]datasync.ChangeValue{"k": change}); err != nil {
		t.Fatal(err)
	}
	msg.Value = "changed"
	propagate(t, r, "k=2")
	rec.expect(t, "Put k=1@0", "Put k=2@1 was 1")
}

func TestReceiverErrors(t *testing.T) {
	r := NewRegistry()
	one, two := watch(t, r, "one", ""), watch(t, r, "two", "")
	watch(t, r, "three", "")
	one.err, two.err = errors.New("one failed"), errors.New("two failed")
	err := r.PropagateChanges(context.Background(), txn("k=1"))
	if !errors.Is(err, one.err) || !errors.Is(err, two.err) {
		t.Errorf("error %v", err)
	}
	two.err = nil
	//nolint:errorlint // a single error is returned as it is
	if err := r.PropagateResync(context.Background(), txn("k=1")); err != one.err {
		t.Errorf("error %v, want that of the receiver", err)
	}
}

func TestManySubscribersAreAllWaitedFor(t *testing.T) {
	r := NewRegistry()
	for i := range 20 {
		watch(t, r, fmt.Sprint(i), "")
	}
	for range 10 {
		propagate(t, r, "k=1")
	}
}

func setTimeout(t *testing.T, d time.Duration) {
	before := PropagateChangesTimeout
	PropagateChangesTimeout = d
	t.Cleanup(func() { PropagateChangesTimeout = before })
}

// A receiver that is gone is an error, and what it did not take is as if it had
// never been.
func TestReceiverThatDoesNotRead(t *testing.T) {
	setTimeout(t, 50*time.Millisecond)
	r := NewRegistry()
	gone := subscribe(t, r, "gone", "")
	if err := r.PropagateChanges(context.Background(), txn("k=1")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want deadline exceeded", err)
	}
	if err := r.PropagateResync(context.Background(), txn("k=1")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want deadline exceeded", err)
	}
	if keys := r.LastRev().ListKeys(); len(keys) != 0 {
		t.Errorf("keys %v are remembered", keys)
	}
	gone.reg.Close()
	setTimeout(t, time.Minute)
	rec := watch(t, r, "one", "")
	propagate(t, r, "k=2")
	rec.expect(t, "Put k=2@0")
}

func TestReceiverThatDoesNotFinish(t *testing.T) {
	setTimeout(t, 2*time.Second) // the receiver has to have taken the event by then
	r := NewRegistry()
	rec := subscribe(t, r, "slow", "")
	var ev datasync.ChangeEvent
	var wg sync.WaitGroup
	wg.Go(func() { ev = <-rec.changes })
	if err := r.PropagateChanges(context.Background(), txn("k=1")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want deadline exceeded", err)
	}
	wg.Wait()
	ev.Done(nil) // late, and again
	ev.Done(nil)
	if found, _ := r.LastRev().Get("k"); !found {
		t.Error("the event was taken, but is not remembered")
	}
}

func TestCancelledContext(t *testing.T) {
	r := NewRegistry()
	ctx, cancel := context.WithCancel(context.Background())
	rec := subscribe(t, r, "slow", "")
	var wg sync.WaitGroup
	wg.Go(func() { <-rec.changes; cancel() })
	if err := r.PropagateChanges(ctx, txn("k=1")); !errors.Is(err, context.Canceled) {
		t.Errorf("while waiting for Done: %v", err)
	}
	wg.Wait()
	if err := r.PropagateChanges(ctx, txn("k=1")); !errors.Is(err, context.Canceled) {
		t.Errorf("before sending: %v", err)
	}
}

type ctxKey struct{}

func TestContextArrives(t *testing.T) {
	r := NewRegistry()
	rec := subscribe(t, r, "one", "")
	ctx := context.WithValue(context.Background(), ctxKey{}, "value")
	var wg sync.WaitGroup
	wg.Go(func() {
		change := <-rec.changes
		if change.GetContext().Value(ctxKey{}) != "value" {
			t.Error("change event without the value of the context")
		}
		change.Done(nil)
		resync := <-rec.resyncs
		if resync.GetContext().Value(ctxKey{}) != "value" {
			t.Error("resync event without the value of the context")
		}
		resync.Done(nil)
	})
	if err := errors.Join(r.PropagateChanges(ctx, txn("k=1")), r.PropagateResync(ctx, txn("k=1"))); err != nil {
		t.Error(err)
	}
	wg.Wait()
}

func TestClosingOneLeavesOthersAlive(t *testing.T) {
	r := NewRegistry()
	one, two := watch(t, r, "one", ""), watch(t, r, "two", "")
	twoClosed := r.Subscriptions()["two"].CloseChan
	if err := errors.Join(one.reg.Close(), one.reg.Close()); err != nil {
		t.Error(err)
	}
	propagate(t, r, "k=1")
	one.expect(t)
	two.expect(t, "Put k=1@0")
	select {
	case <-twoClosed:
		t.Error("the other subscription is closed, too")
	default:
	}
	if _, err := r.Watch("two", nil, nil); err == nil {
		t.Error("a name can be used twice")
	}
	again := watch(t, r, "one", "")
	if err := one.reg.Close(); err != nil {
		t.Error(err)
	}
	propagate(t, r, "k=2")
	again.expect(t, "Put k=2@1 was 1")
}

func TestClosingWhileAnEventIsOnItsWay(t *testing.T) {
	r := NewRegistry()
	gone := subscribe(t, r, "gone", "")
	rec := watch(t, r, "one", "")
	var wg sync.WaitGroup
	wg.Go(func() { propagate(t, r, "k=1") })
	gone.reg.Close()
	wg.Wait()
	rec.expect(t, "Put k=1@0")
}

func TestPrefixesCanChange(t *testing.T) {
	r := NewRegistry()
	rec := watch(t, r, "one", "a/")
	if err := rec.reg.Register("one", "b/"); err != nil {
		t.Error(err)
	}
	if rec.reg.Register("one", "b/") == nil || rec.reg.Register("none", "b/") == nil {
		t.Error("a present prefix or an unknown subscription is accepted")
	}
	propagate(t, r, "a/k=1", "b/k=1")
	if err := errors.Join(rec.reg.Unregister("a/"), rec.reg.Unregister("a/")); err != nil {
		t.Error(err)
	}
	propagate(t, r, "a/k=2", "b/k=2")
	rec.expect(t, "Put a/k=1@0, Put b/k=1@0", "Put b/k=2@1 was 1")
}

func TestNilChannelsAreSkipped(t *testing.T) {
	r := NewRegistry()
	if _, err := r.Watch("none", nil, nil, ""); err != nil {
		t.Fatal(err)
	}
	rec := watch(t, r, "one", "")
	propagate(t, r, "k=1")
	if err := r.PropagateResync(context.Background(), txn("k=2")); err != nil {
		t.Error(err)
	}
	rec.expect(t, "Put k=1@0", "resync : k=2@0")
}

// Whoever comes first is delivered first, also with subscriptions coming and
// going.
func TestConcurrentPropagation(t *testing.T) {
	r := NewRegistry()
	rec := watch(t, r, "one", "")
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 50 {
				propagate(t, r, fmt.Sprintf("k=%d/%d", g, i))
			}
		})
		wg.Go(func() {
			for i := range 50 {
				other := watch(t, r, fmt.Sprintf("%d-%d", g, i), "")
				other.reg.Close()
			}
		})
	}
	wg.Wait()
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if len(rec.lines) != 200 {
		t.Fatalf("%d events, want 200", len(rec.lines))
	}
	line := regexp.MustCompile(`^Put k=(\d/\d+)@(\d+)(?: was (\d/\d+))?$`)
	last := ""
	for i, l := range rec.lines {
		m := line.FindStringSubmatch(l)
		if m == nil || m[2] != fmt.Sprint(i) || m[3] != last {
			t.Fatalf("event %d is %q after value %q", i, l, last)
		}
		last = m[1]
	}
}
