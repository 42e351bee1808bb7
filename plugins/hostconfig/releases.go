// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package hostconfig

import (
	"errors"
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/emptypb"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"

	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/descriptor"
)

// queueFullPause is how long to wait when the scheduler takes no notification.
const queueFullPause = 50 * time.Millisecond

// releases announces to the scheduler that something is free, for a moment: as one
// notification that a key is there and one that it is gone. It is told on the
// goroutine of the scheduler and must not wait there.
type releases struct {
	scheduler kvs.KVScheduler
	quit      chan struct{}
	done      chan struct{}
	wake      chan struct{}

	mu    sync.Mutex
	queue []kvs.KVWithMetadata
}

func startReleases(scheduler kvs.KVScheduler) *releases {
	r := &releases{
		scheduler: scheduler,
		quit:      make(chan struct{}),
		done:      make(chan struct{}),
		wake:      make(chan struct{}, 1),
	}
	go r.run()
	return r
}

// stop forgets what has not been announced.
func (r *releases) stop() {
	close(r.quit)
	<-r.done
}

// tell announces what descriptor.Host.Released is called with.
func (r *releases) tell(what string) {
	key := descriptor.ReleasedKey(what)
	r.mu.Lock()
	r.queue = append(r.queue,
		kvs.KVWithMetadata{Key: key, Value: &emptypb.Empty{}, Origin: kvs.FromSB},
		kvs.KVWithMetadata{Key: key, Origin: kvs.FromSB})
	r.mu.Unlock()
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *releases) run() {
	defer close(r.done)
	for {
		var retry <-chan time.Time
		if !r.push() {
			retry = time.After(queueFullPause)
		}
		select {
		case <-r.quit:
			return
		case <-r.wake:
		case <-retry:
		}
	}
}

// push returns false if something is left that the scheduler did not take.
func (r *releases) push() bool {
	for {
		r.mu.Lock()
		if len(r.queue) == 0 {
			r.mu.Unlock()
			return true
		}
		next := r.queue[0]
		r.mu.Unlock()
		if err := r.scheduler.PushSBNotification(next); err != nil {
			return errors.Is(err, kvs.ErrClosedScheduler)
		}
		r.mu.Lock()
		r.queue = r.queue[1:]
		r.mu.Unlock()
	}
}
