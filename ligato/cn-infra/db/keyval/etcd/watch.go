// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"context"
	"fmt"
	"slices"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/db/keyval"
	"go.ligato.io/cn-infra/v2/internal/follow"
)

// Watch calls the function, from one goroutine, for each change of a key that
// begins with one of the given ones, from the state at the return of Watch on.
// Changes missed in an outage follow when it is over, the latest value of each
// key. A key sent to closeChan ends the watching of that key, closing the channel
// ends all of it.
func (k *kv) Watch(resp func(keyval.BytesWatchResp), closeChan chan string, keys ...string) error {
	c, err := k.source()
	if err != nil {
		return fmt.Errorf("etcd: watch %q: %w", keys, err)
	}
	ctx, cancel := context.WithCancel(c.ctx)
	w := &watch{
		conn:    c,
		store:   &followStore{kv: k},
		keys:    keys,
		active:  slices.Clone(keys),
		respond: resp,
	}
	if err := w.begin(ctx); err != nil {
		cancel()
		return fmt.Errorf("etcd: watch %q: %w", keys, err)
	}
	err = c.spawn(func() {
		defer cancel()
		w.run(ctx, closeChan)
	})
	if err != nil {
		cancel()
		return fmt.Errorf("etcd: watch %q: %w", keys, err)
	}
	return nil
}

type watch struct {
	conn    *BytesConnectionEtcd
	store   *followStore
	keys    []string
	active  []string // those not closed yet
	respond func(keyval.BytesWatchResp)

	mirror follow.Mirror
	events chan follow.Event
	stop   context.CancelFunc
}

// begin opens the first session.
func (w *watch) begin(ctx context.Context) error {
	if err := w.restart(ctx); err != nil {
		return err
	}
	ev, open := <-w.events
	switch {
	case !open:
		return errClosed
	case ev.Err != nil:
		return ev.Err
	}
	return w.take(ctx, ev.Snapshot)
}

func (w *watch) restart(ctx context.Context) error {
	if w.stop != nil {
		w.stop()
	}
	ctx, w.stop = context.WithCancel(ctx)
	events := make(chan follow.Event)
	w.events = events
	return w.conn.spawn(func() { follow.Run(ctx, w.store, w.keys, events) })
}

func (w *watch) run(ctx context.Context, closeChan <-chan string) {
	defer w.stop()
	for len(w.active) > 0 {
		select {
		case ev, open := <-w.events:
			if !open {
				return
			}
			if err := w.onEvent(ctx, ev); err != nil {
				w.conn.Warnf("watch %q: %v; trying again", w.keys, err)
			}
		case key, open := <-closeChan:
			if !open {
				return
			}
			w.active = slices.DeleteFunc(w.active, func(k string) bool { return k == key })
		case <-ctx.Done():
			return
		}
	}
}

func (w *watch) onEvent(ctx context.Context, ev follow.Event) error {
	switch {
	case ev.Err != nil:
		return ev.Err
	case ev.Snapshot != nil:
		return w.take(ctx, ev.Snapshot)
	}
	w.tell(w.mirror.Apply(ev.Changes))
	if w.mirror.Confirmed() {
		return w.restart(ctx)
	}
	return nil
}

func (w *watch) take(ctx context.Context, snap *follow.Snapshot) error {
	verdict, changes, err := w.mirror.Take(ctx, w.store, snap, follow.Disjoint(w.keys))
	switch {
	case err != nil:
		if rerr := w.restart(ctx); rerr != nil {
			return rerr
		}
		return err
	case verdict == follow.Emptied:
		return follow.ErrEmptied
	case verdict != follow.First:
		w.tell(changes)
	}
	return nil
}

func (w *watch) tell(changes []follow.Change) {
	for _, c := range changes {
		if !follow.Under(c.Key, w.active) {
			continue
		}
		if c.Op == datasync.Delete {
			w.respond(NewBytesWatchDelResp(c.Key, dataOf(c.Prev), c.Rev))
		} else {
			w.respond(NewBytesWatchPutResp(c.Key, dataOf(c.Value), dataOf(c.Prev), c.Rev))
		}
	}
}

// dataOf returns nil only if there is no value.
func dataOf(v datasync.LazyValue) []byte {
	stored, ok := v.(*value)
	switch {
	case !ok:
		return nil
	case stored.data == nil:
		return []byte{}
	}
	return stored.data
}
