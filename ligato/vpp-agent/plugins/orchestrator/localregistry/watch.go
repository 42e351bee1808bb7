// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package localregistry

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/datasync/resync"
	"go.ligato.io/cn-infra/v2/datasync/syncbase"
	"go.ligato.io/cn-infra/v2/logging"
)

// registeredName is the name of the source at the resync plugin.
const registeredName = "init-file-registry"

// watching delivers the initial configuration.
type watching struct {
	log          logging.Logger
	registration resync.Registration
	resyncs      chan datasync.ResyncEvent
	values       map[string]datasync.KeyValIterator

	once sync.Once
	stop chan struct{}
	done chan struct{}
}

// Watch delivers the initial configuration with the first resync. There are no
// changes, and nothing is delivered again. If there is no configuration,
// nothing is ever delivered. The source can be watched once.
func (r *InitFileRegistry) Watch(resyncName string, changeChan chan datasync.ChangeEvent, resyncChan chan datasync.ResyncEvent,
	keyPrefixes ...string) (datasync.WatchRegistration, error) {

	if err := r.load(); err != nil {
		return nil, err
	}
	r.state.mu.Lock()
	defer r.state.mu.Unlock()
	w := &watching{
		log:     r.Log,
		resyncs: resyncChan,
		stop:    make(chan struct{}),
		done:    make(chan struct{}),
	}
	if len(r.state.values) == 0 {
		close(w.done)
		return w, nil
	}
	if r.state.watching != nil {
		return nil, errors.New("the initial configuration is being watched")
	}
	items := make(map[string][]datasync.KeyVal)
	for _, key := range slices.Sorted(maps.Keys(r.state.values)) {
		if prefix, ok := longestPrefix(key, keyPrefixes); ok {
			items[prefix] = append(items[prefix], syncbase.NewChange(key, r.state.values[key], 0, datasync.Put))
		}
	}
	w.values = make(map[string]datasync.KeyValIterator)
	for _, prefix := range keyPrefixes {
		w.values[prefix] = syncbase.NewKVIterator(items[prefix])
	}
	w.registration = resync.DefaultPlugin.Register(registeredName)
	r.state.watching = w
	go w.run()
	return w, nil
}

func longestPrefix(key string, prefixes []string) (longest string, found bool) {
	for _, prefix := range prefixes {
		if strings.HasPrefix(key, prefix) && (!found || len(prefix) > len(longest)) {
			longest, found = prefix, true
		}
	}
	return longest, found
}

// run answers requests to deliver.
func (w *watching) run() {
	defer close(w.done)
	for {
		select {
		case request, open := <-w.registration.StatusChan():
			if !open {
				return
			}
			if request.ResyncStatus() == resync.Started && !w.deliver() {
				return
			}
			request.Ack()
		case <-w.stop:
			return
		}
	}
}

// deliver delivers once and waits until that was processed, unless the watch
// ends first.
func (w *watching) deliver() bool {
	if w.values == nil {
		return true
	}
	event := syncbase.NewResyncEventDB(context.Background(), w.values)
	select {
	case w.resyncs <- event:
		w.values = nil
	case <-w.stop:
		return false
	}
	select {
	case err := <-event.DoneChan:
		if err != nil {
			w.log.Errorf("initial configuration: %v", err)
		}
		return true
	case <-w.stop:
		return false
	}
}

// Register does nothing: a prefix that is added later gets no initial
// configuration.
func (w *watching) Register(string, string) error { return nil }

// Unregister does nothing.
func (w *watching) Unregister(string) error { return nil }

// Close ends the watch.
func (w *watching) Close() (err error) {
	w.once.Do(func() {
		close(w.stop)
		<-w.done
		if closer, ok := w.registration.(io.Closer); ok {
			err = closer.Close()
		}
	})
	return err
}
