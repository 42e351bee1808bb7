// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvdbsync

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/datasync/resync"
	"go.ligato.io/cn-infra/v2/internal/follow"
	"go.ligato.io/cn-infra/v2/logging"
)

// subscription is one watcher of the plugin.
type subscription struct {
	name       string
	log        logging.Logger
	changeChan chan datasync.ChangeEvent
	resyncChan chan datasync.ResyncEvent

	// kick tells the worker that the prefixes have changed.
	kick chan struct{}

	mu       sync.Mutex
	prefixes []string
	cancel   context.CancelFunc // nil until started
	done     chan struct{}      // closed when the worker has ended
}

func newSubscription(name string, log logging.Logger, changeChan chan datasync.ChangeEvent,
	resyncChan chan datasync.ResyncEvent, prefixes []string) *subscription {

	return &subscription{
		name:       name,
		log:        log,
		changeChan: changeChan,
		resyncChan: resyncChan,
		kick:       make(chan struct{}, 1),
		prefixes:   slices.Clone(prefixes),
		done:       make(chan struct{}),
	}
}

// start runs the worker. reg may be nil.
func (s *subscription) start(store follow.Store, reg resync.Registration) {
	ctx, cancel := context.WithCancel(context.Background())
	s.mu.Lock()
	s.cancel = cancel
	s.mu.Unlock()

	w := newWorker(s, store)
	if reg != nil {
		w.requests = reg.StatusChan()
	}
	go func() {
		defer close(s.done)
		w.run(ctx)
		if c, ok := reg.(io.Closer); ok {
			c.Close()
		}
	}()
}

// end stops the worker and waits for it. It may be called again.
func (s *subscription) end() {
	s.mu.Lock()
	cancel := s.cancel
	s.mu.Unlock()
	if cancel != nil {
		cancel()
		<-s.done
	}
}

func (s *subscription) currentPrefixes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.prefixes)
}

func (s *subscription) wake() {
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// registration is a subscription seen by the one who made it.
type registration struct {
	plugin *Plugin
	sub    *subscription
}

// Register adds a prefix to the subscription of the given name. What is under it
// comes as changes.
func (r *registration) Register(resyncName string, keyPrefix string) error {
	r.plugin.mu.Lock()
	sub, found := r.plugin.subs[resyncName]
	r.plugin.mu.Unlock()
	if !found {
		return fmt.Errorf("%s: register prefix %q: no subscription %q", r.plugin, keyPrefix, resyncName)
	}
	sub.mu.Lock()
	defer sub.mu.Unlock()
	if slices.Contains(sub.prefixes, keyPrefix) {
		return fmt.Errorf("%s: register prefix %q: subscription %q has it", r.plugin, keyPrefix, resyncName)
	}
	sub.prefixes = append(sub.prefixes, keyPrefix)
	sub.wake()
	return nil
}

// Unregister removes a prefix. A prefix that is not there is no error.
func (r *registration) Unregister(keyPrefix string) error {
	r.sub.mu.Lock()
	defer r.sub.mu.Unlock()
	r.sub.prefixes = slices.DeleteFunc(r.sub.prefixes, func(p string) bool { return p == keyPrefix })
	r.sub.wake()
	return nil
}

// Close ends the subscription and returns when nothing more is delivered.
func (r *registration) Close() error {
	r.plugin.mu.Lock()
	if r.plugin.subs[r.sub.name] == r.sub {
		delete(r.plugin.subs, r.sub.name)
	}
	r.plugin.mu.Unlock()
	r.sub.end()
	return nil
}
