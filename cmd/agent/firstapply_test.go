// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.uber.org/goleak"
)

type event struct {
	name string
	done chan error
}

func (e event) Done(err error)              { e.done <- err }
func (e event) GetContext() context.Context { return context.Background() }

type changeEvent struct{ event }

func (changeEvent) GetChanges() []datasync.ProtoWatchResp { return nil }

type resyncEvent struct{ event }

func (resyncEvent) GetValues() map[string]datasync.KeyValIterator { return nil }

func newEvent(name string) event { return event{name: name, done: make(chan error, 1)} }

// TestFirstApply sends events as a source does, one after the other, and
// wants them in that order, with the first resync's answer noted.
func TestFirstApply(t *testing.T) {
	defer goleak.VerifyNone(t)
	f := newFirstApply(nil)
	fromChanges, fromResyncs := make(chan datasync.ChangeEvent), make(chan datasync.ResyncEvent)
	changes, resyncs := make(chan datasync.ChangeEvent), make(chan datasync.ResyncEvent)
	f.wg.Go(func() { f.forward(fromChanges, changes, fromResyncs, resyncs) })

	first := newEvent("resync 1")
	want := []string{"change 1", "resync 1", "change 2", "resync 2"}
	go func() {
		fromChanges <- changeEvent{newEvent("change 1")}
		fromResyncs <- resyncEvent{first}
		fromChanges <- changeEvent{newEvent("change 2")}
		fromResyncs <- resyncEvent{newEvent("resync 2")}
	}()
	failed := errors.New("one value failed")
	var got []string
	for range want {
		select {
		case ev := <-changes:
			got = append(got, ev.(changeEvent).name)
		case ev := <-resyncs:
			select {
			case <-f.done():
				if len(got) < 2 {
					t.Error("noted before the first resync was answered")
				}
			default:
			}
			got = append(got, ev.(*notedResync).ResyncEvent.(resyncEvent).name)
			ev.Done(failed)
		case <-time.After(10 * time.Second):
			t.Fatalf("no further event after %v", got)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
	select {
	case <-f.done():
	default:
		t.Error("the first resync was answered and not noted")
	}
	if err := <-first.done; !errors.Is(err, failed) {
		t.Errorf("the source was answered %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestFirstApplyClose closes while an event waits for its receiver.
func TestFirstApplyClose(t *testing.T) {
	defer goleak.VerifyNone(t)
	f := newFirstApply(nil)
	fromChanges := make(chan datasync.ChangeEvent)
	f.wg.Go(func() { f.forward(fromChanges, make(chan datasync.ChangeEvent), nil, nil) })
	fromChanges <- changeEvent{newEvent("nobody receives it")}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
