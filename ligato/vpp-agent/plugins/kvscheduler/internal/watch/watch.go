// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package watch delivers statuses to the channels of watchers. The worker
// never waits for a reader: what a channel has no room for is kept, the latest
// status of each key, and sent as the reader goes on. So a slow reader misses
// intermediate statuses but never the final one.
package watch

import (
	"sync"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

type status = kvscheduler.BaseValueStatus

// Watchers is safe for concurrent use.
type Watchers struct {
	mu       sync.Mutex
	watchers []*watcher
	closed   bool
	done     chan struct{}
	wg       sync.WaitGroup
}

type watcher struct {
	channel  chan<- *status
	selector api.KeySelector

	mu sync.Mutex
	// kept are the statuses still to be sent, in the order of keys.
	kept    map[string]*status
	keys    []string
	sending bool
	gone    bool // the channel was closed by its owner
}

// New returns no watchers.
func New() *Watchers {
	return &Watchers{done: make(chan struct{})}
}

// Add starts to deliver to channel the statuses of the keys that selector,
// if there is one, selects.
func (w *Watchers) Add(channel chan<- *status, selector api.KeySelector) {
	w.mu.Lock()
	defer w.mu.Unlock()

	// A new slice: Publish may be going through the old one.
	w.watchers = append(w.watchers[:len(w.watchers):len(w.watchers)], &watcher{channel: channel, selector: selector})
}

// Any reports whether anybody watches.
func (w *Watchers) Any() bool {
	w.mu.Lock()
	defer w.mu.Unlock()

	return len(w.watchers) > 0
}

// Publish delivers the status of each key, made once if anybody wants it.
func (w *Watchers) Publish(keys []string, statusOf func(key string) *status) {
	w.mu.Lock()
	watchers := w.watchers
	w.mu.Unlock()
	if len(watchers) == 0 {
		return
	}
	for _, key := range keys {
		var s *status
		for _, watcher := range watchers {
			if !watcher.selects(key) {
				continue
			}
			if s == nil {
				s = statusOf(key)
			}
			if watcher.offer(key, s) {
				w.startSending(watcher)
			}
		}
	}
}

func (w *watcher) selects(key string) (selected bool) {
	if w.selector == nil {
		return true
	}
	defer func() {
		if recover() != nil {
			selected = false
		}
	}()
	return w.selector(key)
}

// offer sends at once if nothing is kept and there is room. It reports whether
// somebody must begin to send what is kept.
func (w *watcher) offer(key string, s *status) (start bool) {
	w.mu.Lock()
	defer w.mu.Unlock()

	if w.gone {
		return false
	}
	if !w.sending && w.trySend(s) {
		return false
	}
	if w.kept == nil {
		w.kept = make(map[string]*status)
	}
	if _, waiting := w.kept[key]; !waiting {
		w.keys = append(w.keys, key)
	}
	w.kept[key] = s
	start = !w.sending && !w.gone
	w.sending = true
	return start
}

func (w *watcher) trySend(s *status) (sent bool) {
	defer w.recoverClosed()
	select {
	case w.channel <- s:
		return true
	default:
		return false
	}
}

// recoverClosed is deferred around sends.
func (w *watcher) recoverClosed() {
	if recover() != nil {
		w.gone = true
	}
}

func (w *Watchers) startSending(watcher *watcher) {
	w.mu.Lock()
	defer w.mu.Unlock()

	if !w.closed {
		w.wg.Add(1)
		go w.send(watcher)
	}
}

func (w *Watchers) send(watcher *watcher) {
	defer w.wg.Done()
	for {
		s := watcher.next()
		if s == nil || !w.sendOne(watcher, s) {
			return
		}
	}
}

func (w *watcher) next() *status {
	w.mu.Lock()
	defer w.mu.Unlock()

	if len(w.keys) == 0 || w.gone {
		w.sending, w.keys, w.kept = false, nil, nil
		return nil
	}
	key := w.keys[0]
	w.keys = w.keys[1:]
	s := w.kept[key]
	delete(w.kept, key)
	return s
}

func (w *Watchers) sendOne(watcher *watcher, s *status) (sent bool) {
	defer func() {
		if recover() != nil {
			watcher.mu.Lock()
			watcher.gone = true
			watcher.mu.Unlock()
			sent = true // next ends it
		}
	}()
	select {
	case watcher.channel <- s:
		return true
	case <-w.done:
		return false
	}
}

// Close stops the delivery and waits for it to end.
func (w *Watchers) Close() {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.done)
	}
	w.mu.Unlock()
	w.wg.Wait()
}
