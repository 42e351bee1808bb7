// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"context"
	"errors"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"go.ligato.io/cn-infra/v2/datasync"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// script is a store whose sessions are given.
type script struct {
	Store
	sessions chan Stream
	opened   [][]string
}

func (s *script) Open(ctx context.Context, prefixes []string) (Snapshot, Stream, error) {
	s.opened = append(s.opened, prefixes)
	select {
	case stream := <-s.sessions:
		if stream == nil {
			return Snapshot{}, nil, errors.New("refused")
		}
		return Snapshot{Store: 1, Revision: int64(len(s.opened))}, stream, nil
	case <-ctx.Done():
		return Snapshot{}, nil, ctx.Err()
	}
}

type batches chan []Change

func (b batches) Next() ([]Change, error) {
	changes, open := <-b
	if !open {
		return nil, errors.New("stream closed")
	}
	return changes, nil
}

func TestSessionsFollowEachOther(t *testing.T) {
	s := &script{sessions: make(chan Stream, 10)}
	one, two := make(batches, 2), make(batches, 1)
	one <- []Change{{Op: datasync.Put, Key: "a"}}
	one <- nil // nothing to tell
	close(one)
	two <- []Change{{Op: datasync.Delete, Key: "a"}}
	close(two)
	s.sessions <- one
	s.sessions <- nil
	s.sessions <- two

	ctx, cancel := context.WithCancel(t.Context())
	events := make(chan Event)
	go Run(ctx, s, []string{"b/", "a/", "a/x"}, events)

	var got []string
	for range 6 {
		switch ev := <-events; {
		case ev.Err != nil:
			got = append(got, ev.Err.Error())
		case ev.Snapshot != nil:
			got = append(got, "listing")
		default:
			got = append(got, string(ev.Changes[0].Op))
		}
	}
	want := []string{"listing", "Put", "stream closed", "refused", "listing", "Delete"}
	if !slices.Equal(got, want) {
		t.Errorf("events %q, want %q", got, want)
	}
	cancel()
	for range events {
	}
	if want := []string{"a/", "b/"}; !slices.Equal(s.opened[0], want) {
		t.Errorf("opened %q, want %q", s.opened[0], want)
	}
}

func TestNoPrefixNeedsNoStore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	events := make(chan Event)
	go Run(ctx, nil, nil, events)
	if ev := <-events; ev.Snapshot == nil || len(ev.Snapshot.Items) != 0 {
		t.Errorf("event %v", ev)
	}
	cancel()
	for range events {
	}
}

func TestDisjoint(t *testing.T) {
	for _, tt := range []struct{ in, want []string }{
		{nil, nil},
		{[]string{"b", "a"}, []string{"a", "b"}},
		{[]string{"a/b", "a/", "a/", "ab"}, []string{"a/", "ab"}},
		{[]string{"a", ""}, []string{""}},
	} {
		if got := Disjoint(tt.in); !slices.Equal(got, tt.want) {
			t.Errorf("Disjoint(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}
