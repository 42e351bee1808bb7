// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package watcher

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/datasync/syncbase"
	"go.ligato.io/cn-infra/v2/logging"

	"go.ligato.io/vpp-agent/v3/plugins/orchestrator/contextdecorator"
)

// storeGrace is how long what one store delivered waits for the other stores.
const storeGrace = 2 * time.Second

// sourceLocal is the name of the agent itself where the context of an event has
// none.
const sourceLocal = "localclient"

var errStopped = errors.New("watching has ended")

// source is one of the sources of a watch.
type source struct {
	name    string
	local   bool
	changes chan datasync.ChangeEvent
	resyncs chan datasync.ResyncEvent

	// delivered tells whether everything that the source has is known.
	delivered bool
	// content is what the source has, by key.
	content map[string]datasync.KeyVal
}

// watch passes on what its sources have. Each source has a goroutine that reads
// its events; the lock is held while an event is passed on, which keeps events
// in order.
type watch struct {
	log     logging.Logger
	changes chan<- datasync.ChangeEvent
	resyncs chan<- datasync.ResyncEvent
	ctx     context.Context

	registrations []datasync.WatchRegistration
	readers       sync.WaitGroup
	stopOnce      sync.Once
	done          chan struct{}

	mu       sync.Mutex
	prefixes []string
	// stores are the sources but for the agent itself, those that delivered
	// last at the end: what they have counts.
	stores []*source
	all    []*source
	// waiting are the changes that wait for more stores to deliver.
	waiting map[string]datasync.ProtoWatchResp
	grace   time.Duration
	timer   *time.Timer
}

func newWatch(log logging.Logger, changes chan<- datasync.ChangeEvent, resyncs chan<- datasync.ResyncEvent,
	prefixes []string, dataSource string) *watch {

	ctx := context.Background()
	if dataSource != "" {
		ctx = contextdecorator.DataSrcContext(ctx, dataSource)
	}
	return &watch{
		log:      log,
		changes:  changes,
		resyncs:  resyncs,
		ctx:      ctx,
		done:     make(chan struct{}),
		prefixes: slices.Clone(prefixes),
		waiting:  make(map[string]datasync.ProtoWatchResp),
		grace:    storeGrace,
	}
}

// addSource watches a source under a name of its own.
func (w *watch) addSource(name, watchName string, watcher datasync.KeyValProtoWatcher, local bool) error {
	s := &source{
		name:    name,
		local:   local,
		changes: make(chan datasync.ChangeEvent),
		resyncs: make(chan datasync.ResyncEvent),
		content: make(map[string]datasync.KeyVal),
	}
	reg, err := watcher.Watch(name+"/"+watchName, s.changes, s.resyncs, w.prefixes...)
	if err != nil {
		return fmt.Errorf("watch %s: %w", name, err)
	}
	if reg != nil {
		w.registrations = append(w.registrations, &namedRegistration{WatchRegistration: reg, source: name})
	}
	w.all = append(w.all, s)
	if !local {
		w.stores = append(w.stores, s)
	}
	return nil
}

func (w *watch) start() {
	for _, s := range w.all {
		w.readers.Go(func() { w.read(s) })
	}
}

func (w *watch) registration() *WatchRegistration {
	return &WatchRegistration{Registrations: append([]datasync.WatchRegistration{watchEnd{w}}, w.registrations...)}
}

// Close ends the watch and the registrations at its sources.
func (w *watch) Close() error { return w.registration().Close() }

// stop ends the processing of events, also of one that nobody takes.
func (w *watch) stop() error {
	w.stopOnce.Do(func() { close(w.done) })
	w.readers.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
	return nil
}

func (w *watch) read(s *source) {
	for {
		select {
		case event := <-s.changes:
			w.change(s, event)
		case event := <-s.resyncs:
			w.resync(s, event)
		case <-w.done:
			return
		}
	}
}

// change passes on changes of a source.
func (w *watch) change(s *source, event datasync.ChangeEvent) {
	w.mu.Lock()
	defer w.mu.Unlock()
	changes := slices.Clone(event.GetChanges())
	for i, c := range changes {
		key := c.GetKey()
		delete(w.waiting, key)
		if c.GetChangeType() == datasync.Delete {
			delete(s.content, key)
			if other := w.stillWanted(s, key); other != nil {
				changes[i] = put(other)
			}
		} else {
			s.content[key] = c
		}
	}
	w.sendChanges(w.contextOf(s, event), changes, event.Done)
}

// stillWanted returns what another store has for a key that a store no longer
// has, nil if there is none. What the agent itself wants is kept apart from
// stores by the orchestrator.
func (w *watch) stillWanted(s *source, key string) datasync.KeyVal {
	if s.local {
		return nil
	}
	for _, other := range slices.Backward(w.stores) {
		if kv, ok := other.content[key]; ok && other != s {
			return kv
		}
	}
	return nil
}

// resync passes on everything that a source has.
func (w *watch) resync(s *source, event datasync.ResyncEvent) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := s.content
	s.content = contentOf(event)
	s.delivered = true
	w.log.Infof("%s delivered %d keys", s.name, len(s.content))

	ctx := w.contextOf(s, event)
	switch {
	case s.local && w.complete():
		w.sendResync(ctx, w.byPrefix(s.content), event.Done)
	case s.local:
		w.sendChanges(ctx, w.difference(s, before), event.Done)
	default:
		// Nobody waits for the other stores in the name of this one.
		event.Done(nil)
		w.stores = append(slices.DeleteFunc(w.stores, func(o *source) bool { return o == s }), s)
		if w.complete() {
			clear(w.waiting)
			w.sendResync(ctx, w.byPrefix(w.merged()), func(error) {})
			return
		}
		for _, c := range w.difference(s, before) {
			w.waiting[c.GetKey()] = c
		}
		w.waitForStores()
	}
}

// complete reports whether all stores have delivered.
func (w *watch) complete() bool {
	return !slices.ContainsFunc(w.stores, func(s *source) bool { return !s.delivered })
}

// waitForStores has what waits passed on after a while.
func (w *watch) waitForStores() {
	if w.timer != nil {
		w.timer.Stop()
	}
	w.timer = time.AfterFunc(w.grace, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		select {
		case <-w.done:
			return
		default:
		}
		if len(w.waiting) == 0 {
			return
		}
		var missing []string
		for _, s := range w.stores {
			if !s.delivered {
				missing = append(missing, s.name)
			}
		}
		w.log.Warnf("applying what is there without %s", strings.Join(missing, ", "))
		var changes []datasync.ProtoWatchResp
		for _, key := range slices.Sorted(maps.Keys(w.waiting)) {
			changes = append(changes, w.waiting[key])
		}
		clear(w.waiting)
		w.sendChanges(w.ctx, changes, func(error) {})
	})
}

// difference returns the changes from what a source had to what it has.
func (w *watch) difference(s *source, before map[string]datasync.KeyVal) []datasync.ProtoWatchResp {
	var changes []datasync.ProtoWatchResp
	for _, key := range slices.Sorted(maps.Keys(before)) {
		if _, ok := s.content[key]; ok {
			continue
		}
		if other := w.stillWanted(s, key); other != nil {
			changes = append(changes, put(other))
		} else {
			changes = append(changes, &syncbase.ChangeResp{Key: key, ChangeType: datasync.Delete, PrevVal: before[key]})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(s.content)) {
		changes = append(changes, put(s.content[key]))
	}
	return changes
}

// merged returns what the stores have together.
func (w *watch) merged() map[string]datasync.KeyVal {
	merged := make(map[string]datasync.KeyVal)
	from := make(map[string]string)
	for _, s := range w.stores {
		for key, kv := range s.content {
			if other, ok := from[key]; ok {
				w.log.Warnf("key %q is in %s and in %s; the latter counts", key, other, s.name)
			}
			merged[key], from[key] = kv, s.name
		}
	}
	return merged
}

// byPrefix puts each key under the longest prefix that it begins with.
func (w *watch) byPrefix(content map[string]datasync.KeyVal) map[string]datasync.KeyValIterator {
	items := make(map[string][]datasync.KeyVal)
	for _, key := range slices.Sorted(maps.Keys(content)) {
		longest := ""
		for _, prefix := range w.prefixes {
			if strings.HasPrefix(key, prefix) && len(prefix) > len(longest) {
				longest = prefix
			}
		}
		items[longest] = append(items[longest], content[key])
	}
	iterators := make(map[string]datasync.KeyValIterator)
	for _, prefix := range w.prefixes {
		iterators[prefix] = syncbase.NewKVIterator(nil)
	}
	for prefix, kvs := range items {
		iterators[prefix] = syncbase.NewKVIterator(kvs)
	}
	return iterators
}

// contextOf returns the context to pass an event of a source on with.
func (w *watch) contextOf(s *source, event interface{ GetContext() context.Context }) context.Context {
	if !s.local {
		return w.ctx
	}
	ctx := event.GetContext()
	if ctx == nil {
		ctx = context.Background()
	}
	if _, named := contextdecorator.DataSrcFromContext(ctx); !named {
		ctx = contextdecorator.DataSrcContext(ctx, sourceLocal)
	}
	return ctx
}

func (w *watch) addPrefix(prefix string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Contains(w.prefixes, prefix) {
		w.prefixes = append(w.prefixes, prefix)
	}
}

func (w *watch) removePrefix(prefix string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.prefixes = slices.DeleteFunc(w.prefixes, func(p string) bool { return p == prefix })
}
