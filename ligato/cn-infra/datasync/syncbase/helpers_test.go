// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package syncbase

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"go.ligato.io/cn-infra/v2/datasync"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// receiver takes events and says what they were.
type receiver struct {
	name    string
	changes chan datasync.ChangeEvent
	resyncs chan datasync.ResyncEvent
	reg     datasync.WatchRegistration

	mu    sync.Mutex
	lines []string
	err   error // outcome of every event
}

// watch subscribes a receiver that reads until the end of the test.
func watch(t *testing.T, r *Registry, name string, prefixes ...string) *receiver {
	t.Helper()
	rec := subscribe(t, r, name, prefixes...)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case ev := <-rec.changes:
				rec.onChange(ev)
			case ev := <-rec.resyncs:
				rec.onResync(ev)
			case <-stop:
				return
			}
		}
	})
	t.Cleanup(func() { close(stop); wg.Wait() })
	return rec
}

// subscribe subscribes a receiver that does not read.
func subscribe(t *testing.T, r *Registry, name string, prefixes ...string) *receiver {
	t.Helper()
	rec := &receiver{
		name:    name,
		changes: make(chan datasync.ChangeEvent),
		resyncs: make(chan datasync.ResyncEvent),
	}
	var err error
	if rec.reg, err = r.Watch(name, rec.changes, rec.resyncs, prefixes...); err != nil {
		t.Fatal(err)
	}
	return rec
}

func (r *receiver) onChange(ev datasync.ChangeEvent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var parts []string
	for _, c := range ev.GetChanges() {
		value, prev := new(wrapperspb.StringValue), new(wrapperspb.StringValue)
		_ = c.GetValue(value)
		existed, _ := c.GetPrevValue(prev)
		part := fmt.Sprintf("%s %s=%s@%d", c.GetChangeType(), c.GetKey(), value.Value, c.GetRevision())
		if existed {
			part += " was " + prev.Value
		}
		parts = append(parts, part)
	}
	r.lines = append(r.lines, strings.Join(parts, ", "))
	ev.Done(r.err)
}

func (r *receiver) onResync(ev datasync.ResyncEvent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	values := ev.GetValues()
	var parts []string
	for _, prefix := range slices.Sorted(maps.Keys(values)) {
		part := prefix + ":"
		for kv, all := values[prefix].GetNext(); !all; kv, all = values[prefix].GetNext() {
			value := new(wrapperspb.StringValue)
			_ = kv.GetValue(value)
			part += fmt.Sprintf(" %s=%s@%d", kv.GetKey(), value.Value, kv.GetRevision())
		}
		parts = append(parts, part)
	}
	r.lines = append(r.lines, "resync "+strings.Join(parts, ", "))
	ev.Done(r.err)
}

func (r *receiver) expect(t *testing.T, lines ...string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Equal(r.lines, lines) {
		t.Errorf("%s was told\n  %s\nwant\n  %s", r.name, strings.Join(r.lines, "\n  "), strings.Join(lines, "\n  "))
	}
	r.lines = nil
}

// txn makes changes of "key=value" and, for deletions, "key".
func txn(ops ...string) map[string]datasync.ChangeValue {
	changes := make(map[string]datasync.ChangeValue)
	for _, op := range ops {
		if key, value, put := strings.Cut(op, "="); put {
			changes[key] = NewChange(key, wrapperspb.String(value), 0, datasync.Put)
		} else {
			changes[key] = NewChange(key, nil, 0, datasync.Delete)
		}
	}
	return changes
}

func propagate(t *testing.T, r *Registry, ops ...string) {
	t.Helper()
	if err := r.PropagateChanges(context.Background(), txn(ops...)); err != nil {
		t.Error(err)
	}
}
