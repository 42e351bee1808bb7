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
	"golang.org/x/time/rate"
	"google.golang.org/protobuf/proto"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

const (
	configPrefix = "config/"
	statusPrefix = "config-status/"

	// publishInterval is the pause between two rounds: a status that changes all
	// the time is written once in it.
	publishInterval = 250 * time.Millisecond

	// publishesPerSecond bounds what one agent asks of a store that it may share
	// with thousands of others.
	publishesPerSecond = 500

	// Pauses after a status could not be written.
	minPublishPause = 500 * time.Millisecond
	maxPublishPause = 30 * time.Second

	// maxPublishFailures in a row are a reason to pause. A single value that
	// cannot be written must not hold up the others.
	maxPublishFailures = 3

	// closeTimeout bounds the wait for a write that is under way.
	closeTimeout = 2 * time.Second
)

// statusPublisher writes the status of each configured value when it differs from
// what was written last. It never makes the scheduler wait: of a key that changes
// faster than it can be written, only the latest status is.
type statusPublisher struct {
	log        logging.Logger
	writer     datasync.KeyProtoValWriter
	dispatcher *dispatcher

	// Used by the goroutine that writes alone.
	limit   *rate.Limiter
	written map[string]*Status // by key, of those that exist

	mu sync.Mutex
	// latest is the status of every key that exists.
	latest map[string]*Status
	// dirty are the statuses to be written.
	dirty map[string]*Status
	// lost tells that the store may not have what was written.
	lost bool
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
		limit:      rate.NewLimiter(publishesPerSecond, publishesPerSecond/10),
		written:    make(map[string]*Status),
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
	if isGone(status) {
		delete(sp.latest, key)
	} else {
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

// refreshAll has every status written again, whether it has changed or not.
func (sp *statusPublisher) refreshAll() {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	sp.lost = true
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

// write writes what is dirty until the context ends, in rounds. While writing fails
// the pauses between them get longer.
func (sp *statusPublisher) write(ctx context.Context) {
	defer close(sp.stopped)
	pause := minPublishPause
	for {
		select {
		case <-sp.wake:
		case <-ctx.Done():
			return
		}
		wait := publishInterval
		if err := sp.writeDirty(ctx); err == nil {
			pause = minPublishPause
		} else {
			if pause == minPublishPause {
				sp.log.Warnf("statuses of values cannot be published, trying again: %v", err)
			}
			wait = pause
			pause = min(2*pause, maxPublishPause)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
	}
}

// writeDirty writes what is dirty. What could not be written stays dirty,
// unless it has changed in the meantime.
func (sp *statusPublisher) writeDirty(ctx context.Context) error {
	sp.mu.Lock()
	batch := sp.dirty
	sp.dirty = make(map[string]*Status)
	if sp.lost {
		sp.lost = false
		clear(sp.written)
	}
	sp.mu.Unlock()

	var failed error
	failures := 0
	for key, status := range batch {
		status = encodable(status)
		if proto.Equal(status, sp.written[key]) {
			continue
		}
		if failures < maxPublishFailures && sp.limit.Wait(ctx) == nil {
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

// encodable returns a status as text that can be encoded.
func encodable(status *Status) *Status {
	text := func(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
	result := &Status{
		Key:           text(status.GetKey()),
		State:         status.GetState(),
		Error:         text(status.GetError()),
		LastOperation: status.GetLastOperation(),
	}
	for _, detail := range status.GetDetails() {
		result.Details = append(result.Details, text(detail))
	}
	return result
}

func (sp *statusPublisher) put(key string, status *Status) error {
	delete(sp.written, key) // if it fails, it is not clear what is written
	err := sp.writer.Put(statusPrefix+strings.TrimPrefix(key, configPrefix), status, datasync.WithClientLifetimeTTL())
	if err == nil && !isGone(status) {
		sp.written[key] = status
	}
	return err
}

// isGone tells whether a status is that of a key that does not exist any more.
func isGone(status *Status) bool {
	return status.GetState() == kvscheduler.ValueState_REMOVED || status.GetState() == kvscheduler.ValueState_NONEXISTENT
}
