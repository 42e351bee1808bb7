// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvdbsync

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/datasync/resync"
	"go.ligato.io/cn-infra/v2/datasync/syncbase"
	"go.ligato.io/cn-infra/v2/internal/follow"
)

// listTimeout is the time that a resync waits for a fresh listing before the
// last known state is delivered.
var listTimeout = 5 * time.Second

var (
	errNotListed   = errors.New("the store could not be listed yet; its values follow as soon as it is")
	errStale       = errors.New("the store does not answer; its last known values were delivered")
	errNotAccepted = errors.New("the receiver did not take the values in time; they stay on offer")
	errNotDone     = errors.New("the receiver did not finish in time")
)

// worker delivers to one subscription. All of its state belongs to the goroutine
// of run, which never blocks outside of its select. At any time it is doing one
// of four things: reading the store, offering a change, offering a listing, or
// waiting for the receiver to be done with a listing.
type worker struct {
	*subscription
	store    follow.Store
	requests <-chan resync.StatusEvent // nil if nobody asks for resyncs

	sessions sync.WaitGroup
	stop     context.CancelFunc
	events   chan follow.Event
	listed   []string // prefixes of the running session
	mirror   follow.Mirror

	// begun is set once the receiver has been promised a listing.
	begun bool
	// wanted is set while the receiver is to get the next listing.
	wanted bool
	// asked are the requests to answer when it has it, or when askTimer fires.
	asked    []resync.StatusEvent
	askTimer *time.Timer
	answer   error

	queue      []follow.Change         // to offer, one by one
	lastChange <-chan struct{}         // closed by Done of the change before
	owed       *syncbase.ResyncEventDB // to offer
	awaited    <-chan error            // outcome of the listing taken last
	waitTimer  *time.Timer             // bounds lastChange and awaited

	trouble map[string]bool // errors that were logged since all was well
}

func newWorker(s *subscription, store follow.Store) *worker {
	return &worker{
		subscription: s,
		store:        store,
		askTimer:     stoppedTimer(),
		trouble:      make(map[string]bool),
		waitTimer:    stoppedTimer(),
	}
}

func stoppedTimer() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

func (w *worker) run(ctx context.Context) {
	if w.requests == nil {
		w.begun, w.wanted = true, true
	}
	w.restart(ctx)
	for ctx.Err() == nil {
		w.step(ctx)
	}
	w.stop()
	w.sessions.Wait()
	w.askTimer.Stop()
	w.waitTimer.Stop()
	w.reply(errClosed)
	w.store.Report(w.name, nil)
}

// restart begins a new session, which begins with a listing.
func (w *worker) restart(ctx context.Context) {
	if w.stop != nil {
		w.stop()
	}
	ctx, w.stop = context.WithCancel(ctx)
	prefixes := w.currentPrefixes()
	events := make(chan follow.Event)
	w.listed, w.events = slices.Clone(prefixes), events
	w.sessions.Go(func() { follow.Run(ctx, w.store, prefixes, events) })
}

// step waits for one thing to happen.
func (w *worker) step(ctx context.Context) {
	var (
		in      <-chan follow.Event
		changes chan<- datasync.ChangeEvent
		resyncs chan<- datasync.ResyncEvent
		before  <-chan struct{}
		change  *changeEvent
		done    chan struct{}
	)
	switch {
	case w.awaited != nil:
	case w.owed != nil && w.lastChange != nil:
		before = w.lastChange
	case w.owed != nil:
		resyncs = w.resyncChan
	case len(w.queue) > 0:
		changes = w.changeChan
		change, done = w.newChange(w.queue[0])
	default:
		in = w.events
	}

	select {
	case <-ctx.Done():
	case ev := <-in:
		w.onEvent(ctx, ev)
	case changes <- change:
		w.queue = w.queue[1:]
		w.lastChange = done
	case <-before:
		w.lastChange = nil
		w.waitTimer.Stop()
	case resyncs <- w.owed:
		w.awaited, w.owed = w.owed.DoneChan, nil
		w.askTimer.Stop()
		w.waitTimer.Reset(ResyncDoneTimeout)
	case err := <-w.awaited:
		if err != nil {
			w.log.Warnf("resync of %s failed: %v", w.name, err)
		}
		w.finish(err)
	case <-w.waitTimer.C:
		w.onWaitedTooLong()
	case req, open := <-w.requests:
		w.onRequest(ctx, req, open)
	case <-w.askTimer.C:
		w.onAskedTooLong()
	case <-w.kick:
		w.onPrefixes(ctx)
	}
}

func (w *worker) onEvent(ctx context.Context, ev follow.Event) {
	switch {
	case ev.Err != nil:
		w.store.Report(w.name, ev.Err)
		if text := ev.Err.Error(); !w.trouble[text] {
			w.trouble[text] = true
			w.log.Warnf("following the store for %s: %v; trying again", w.name, ev.Err)
		}
	case ev.Snapshot != nil:
		w.onSnapshot(ctx, ev.Snapshot)
	default:
		changes := w.mirror.Apply(slices.DeleteFunc(ev.Changes, func(c follow.Change) bool {
			return !follow.Under(c.Key, w.listed)
		}))
		if w.mirror.Confirmed() {
			w.restart(ctx)
			return
		}
		w.enqueue(changes)
	}
}

func (w *worker) onSnapshot(ctx context.Context, snap *follow.Snapshot) {
	snap.Items = slices.DeleteFunc(snap.Items, func(item follow.Item) bool {
		return !follow.Under(item.Key, w.listed)
	})
	verdict, changes, err := w.mirror.Take(ctx, w.store, snap, w.listed)
	if err != nil {
		w.log.Warnf("following the store for %s: %v; trying again", w.name, err)
		time.AfterFunc(time.Second, w.wake)
		w.listed = nil // let the wake-up begin a new session
		return
	}
	if verdict == follow.Emptied {
		w.log.Errorf("%s: %v", w.name, follow.ErrEmptied)
		w.store.Report(w.name, follow.ErrEmptied)
	} else {
		w.store.Report(w.name, nil)
	}
	if len(w.trouble) > 0 {
		w.log.Infof("following the store for %s again, from revision %d", w.name, snap.Revision)
		clear(w.trouble)
	}
	switch {
	case w.wanted, verdict == follow.Other && w.begun:
		w.owe(nil)
	case verdict != follow.First:
		w.enqueue(changes)
	}
}

// enqueue leaves out what the receiver is not interested in any more.
func (w *worker) enqueue(changes []follow.Change) {
	if w.changeChan == nil {
		return
	}
	prefixes := w.currentPrefixes()
	for _, c := range changes {
		if follow.Under(c.Key, prefixes) {
			w.queue = append(w.queue, c)
		}
	}
}

func (w *worker) newChange(c follow.Change) (*changeEvent, chan struct{}) {
	done := make(chan struct{})
	var once sync.Once
	return &changeEvent{
		change: change(c),
		DoneCallback: syncbase.DoneCallback{Callback: func(err error) {
			if err != nil {
				w.log.Warnf("%s of %s: %v", c.Op, c.Key, err)
			}
			once.Do(func() { close(done) })
		}},
	}, done
}

// owe puts everything that is known on offer, in place of the changes that wait.
// answer is what requests are told once it is delivered.
func (w *worker) owe(answer error) {
	w.queue = nil
	w.wanted = false
	w.answer = answer
	if w.resyncChan == nil {
		w.reply(answer)
		return
	}
	prefixes := w.currentPrefixes()
	w.owed = newResyncEvent(w.mirror.Items(), prefixes)
	if w.lastChange != nil {
		w.waitTimer.Reset(ResyncDoneTimeout)
	}
	if len(w.asked) > 0 {
		w.askTimer.Reset(ResyncAcceptTimeout)
	}
}

func (w *worker) onWaitedTooLong() {
	if w.awaited == nil {
		w.log.Warnf("%s: the receiver of the last change did not finish within %v", w.name, ResyncDoneTimeout)
		w.lastChange = nil
		return
	}
	w.log.Warnf("resync of %s: the receiver did not finish within %v", w.name, ResyncDoneTimeout)
	w.finish(errNotDone)
}

// finish ends the delivery of a listing.
func (w *worker) finish(outcome error) {
	w.awaited = nil
	w.waitTimer.Stop()
	if outcome == nil {
		outcome = w.answer
	}
	if !w.wanted { // else the requests are about a later listing
		w.reply(outcome)
	}
}

// onRequest begins a resync. Changes that wait are part of what it delivers.
func (w *worker) onRequest(ctx context.Context, req resync.StatusEvent, open bool) {
	if !open {
		w.requests = nil
		return
	}
	if req.ResyncStatus() != resync.Started {
		req.Ack()
		return
	}
	w.asked = append(w.asked, req)
	w.begun, w.wanted = true, true
	w.queue, w.owed = nil, nil
	if w.awaited == nil {
		w.waitTimer.Stop()
	}
	w.askTimer.Reset(listTimeout)
	w.restart(ctx)
}

func (w *worker) onAskedTooLong() {
	switch {
	case w.owed != nil:
		w.log.Warnf("resync of %s: %v", w.name, errNotAccepted)
		w.reply(errNotAccepted)
	case w.mirror.Listed() && w.awaited == nil:
		w.log.Warnf("resync of %s: %v", w.name, errStale)
		w.owe(errStale)
	default:
		w.log.Warnf("resync of %s: %v", w.name, errNotListed)
		w.reply(errNotListed)
	}
}

// reply answers the requests.
func (w *worker) reply(err error) {
	for _, req := range w.asked {
		if nacker, ok := req.(interface{ Nack(error) }); ok && err != nil {
			nacker.Nack(fmt.Errorf("%s: %w", w.name, err))
		} else {
			req.Ack()
		}
	}
	w.asked = nil
	w.askTimer.Stop()
}

// onPrefixes takes over a change of the prefixes. A new one needs a new session.
func (w *worker) onPrefixes(ctx context.Context) {
	now := w.currentPrefixes()
	if slices.ContainsFunc(now, func(p string) bool { return !slices.Contains(w.listed, p) }) {
		w.restart(ctx)
		return
	}
	w.listed = slices.DeleteFunc(w.listed, func(p string) bool { return !slices.Contains(now, p) })
	w.mirror.Forget(now)
	w.queue = slices.DeleteFunc(w.queue, func(c follow.Change) bool { return !follow.Under(c.Key, now) })
}
