// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Pauses between sessions: they begin with the first and grow to the last, each
// with a jitter of one half, so that many agents do not come back at once.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 2 * time.Second
)

// Event is what a follower is told. Exactly one field is set.
type Event struct {
	Snapshot *Snapshot // a session begins
	Changes  []Change
	Err      error // the session could not be opened, or ended
}

// Run opens sessions one after the other, and sends what comes of them, until
// the context ends. It closes the channel at the end.
func Run(ctx context.Context, store Store, prefixes []string, events chan<- Event) {
	defer close(events)
	prefixes = Disjoint(prefixes)
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval = firstPause
	pause.MaxInterval = lastPause
	for {
		begin := time.Now()
		err := session(ctx, store, prefixes, events)
		if ctx.Err() != nil || !send(ctx, events, Event{Err: err}) {
			return
		}
		if time.Since(begin) > lastPause {
			pause.Reset()
		}
		timer := time.NewTimer(pause.NextBackOff())
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// session returns when its stream ends.
func session(ctx context.Context, store Store, prefixes []string, events chan<- Event) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	if len(prefixes) == 0 {
		send(ctx, events, Event{Snapshot: &Snapshot{}})
		<-ctx.Done()
		return ctx.Err()
	}
	snap, stream, err := store.Open(ctx, prefixes)
	if err != nil {
		return err
	}
	if !send(ctx, events, Event{Snapshot: &snap}) {
		return ctx.Err()
	}
	for {
		changes, err := stream.Next()
		if err != nil {
			return err
		}
		if len(changes) > 0 && !send(ctx, events, Event{Changes: changes}) {
			return ctx.Err()
		}
	}
}

func send(ctx context.Context, events chan<- Event, ev Event) bool {
	select {
	case events <- ev:
		return true
	case <-ctx.Done():
		return false
	}
}

// Disjoint returns the prefixes sorted, without those that another one covers.
func Disjoint(prefixes []string) []string {
	sorted := slices.Sorted(slices.Values(prefixes))
	var out []string
	for _, p := range sorted {
		if len(out) == 0 || !strings.HasPrefix(p, out[len(out)-1]) {
			out = append(out, p)
		}
	}
	return out
}

// Under tells whether the key has one of the prefixes.
func Under(key string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) })
}
