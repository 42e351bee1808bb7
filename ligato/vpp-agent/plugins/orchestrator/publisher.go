// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package orchestrator

import (
	"context"
	"strings"
	"sync"
	"time"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/logging"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

const (
	configPrefix = "config/"
	statusPrefix = "config-status/"

	// Pauses after a status could not be written.
	minPublishPause = 500 * time.Millisecond
	maxPublishPause = 30 * time.Second

	// maxPublishFailures in a row are a reason to pause. A single value that
	// cannot be written must not hold up the others.
	maxPublishFailures = 3

	// closeTimeout bounds the wait for a write that is under way.
	closeTimeout = 2 * time.Second
)

// statusPublisher writes the status of each configured value. It never makes
// the scheduler wait: of a key that changes faster than it can be written, only
// the latest status is.
type statusPublisher struct {
	log        logging.Logger
	writer     datasync.KeyProtoValWriter
	dispatcher *dispatcher

	mu sync.Mutex
	// latest is the status of every key that exists.
	latest map[string]*Status
	// dirty are the statuses to be written.
	dirty map[string]*Status
	// wake has an element while dirty is not empty.
	wake chan struct{}
	// stopped is closed when nothing is written any more.
	stopped chan struct{}
}

func newStatusPublisher(log logging.Logger, writer datasync.KeyProtoValWriter, d *dispatcher) *statusPublisher {
	return &statusPublisher{
		log:        log,
		writer:     writer,
		dispatcher: d,
		latest:     make(map[string]*Status),
		dirty:      make(map[string]*Status),
		wake:       make(chan struct{}, 1),
		stopped:    make(chan struct{}),
	}
}

// watch starts to publish until the context ends.
func (sp *statusPublisher) watch(ctx context.Context, loops *sync.WaitGroup, scheduler kvs.KVScheduler) {
	statuses := make(chan *kvscheduler.BaseValueStatus, 100)
	loops.Go(func() {
		for {
			select {
			case status := <-statuses:
				sp.note(status.GetValue())
			case <-ctx.Done():
				return
			}
		}
	})
	go sp.write(ctx)
	scheduler.WatchValueStatus(statuses, nil)
}

// wait waits until nothing is written any more, but not for a store that does
// not answer.
func (sp *statusPublisher) wait() {
	select {
	case <-sp.stopped:
	case <-time.After(closeTimeout):
	}
}

// note has a status written, unless its key is none of configuration.
func (sp *statusPublisher) note(status *Status) {
	key := status.GetKey()
	if !strings.HasPrefix(key, configPrefix) {
		return
	}
	// Only the dispatcher knows for sure what is refused.
	if e, ok := sp.dispatcher.store.get(key); ok && e.isRefused() {
		status = e.status(key)
	}
	sp.mu.Lock()
	defer sp.mu.Unlock()
	switch status.GetState() {
	case kvscheduler.ValueState_REMOVED, kvscheduler.ValueState_NONEXISTENT:
		delete(sp.latest, key)
	default:
		sp.latest[key] = status
	}
	sp.markDirty(key, status)
}

// refresh has the present status of the keys written. That a key is gone is told
// by the scheduler, as of every other key.
func (sp *statusPublisher) refresh(keys []string) {
	for _, key := range keys {
		status, err := sp.dispatcher.GetStatus(key)
		if err == nil && status.GetState() != kvscheduler.ValueState_NONEXISTENT {
			sp.note(status)
		}
	}
}

// refreshAll has every status written again.
func (sp *statusPublisher) refreshAll() {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	for key, status := range sp.latest {
		sp.markDirty(key, status)
	}
}

// markDirty is called with the lock held.
func (sp *statusPublisher) markDirty(key string, status *Status) {
	sp.dirty[key] = status
	select {
	case sp.wake <- struct{}{}:
	default:
	}
}

// write writes what is dirty until the context ends. While writing fails it
// pauses, longer each time.
func (sp *statusPublisher) write(ctx context.Context) {
	defer close(sp.stopped)
	pause := minPublishPause
	for {
		select {
		case <-sp.wake:
		case <-ctx.Done():
			return
		}
		err := sp.writeDirty(ctx)
		if err == nil {
			pause = minPublishPause
			continue
		}
		if pause == minPublishPause {
			sp.log.Warnf("statuses of values cannot be published, trying again: %v", err)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
		pause = min(2*pause, maxPublishPause)
	}
}

// writeDirty writes what is dirty. What could not be written stays dirty,
// unless it has changed in the meantime.
func (sp *statusPublisher) writeDirty(ctx context.Context) error {
	sp.mu.Lock()
	batch := sp.dirty
	sp.dirty = make(map[string]*Status)
	sp.mu.Unlock()

	var failed error
	failures := 0
	for key, status := range batch {
		select {
		case <-ctx.Done():
			return nil
		default:
		}
		if failures < maxPublishFailures {
			err := sp.put(key, status)
			if err == nil {
				failures = 0
				continue
			}
			failed = err
			failures++
		}
		sp.mu.Lock()
		if _, newer := sp.dirty[key]; !newer {
			sp.markDirty(key, status)
		}
		sp.mu.Unlock()
	}
	return failed
}

// put writes a status, as text that can be encoded.
func (sp *statusPublisher) put(key string, status *Status) error {
	text := func(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
	published := &Status{
		Key:           text(status.GetKey()),
		State:         status.GetState(),
		Error:         text(status.GetError()),
		LastOperation: status.GetLastOperation(),
	}
	for _, detail := range status.GetDetails() {
		published.Details = append(published.Details, text(detail))
	}
	return sp.writer.Put(statusPrefix+strings.TrimPrefix(key, configPrefix), published, datasync.WithClientLifetimeTTL())
}
