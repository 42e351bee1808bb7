// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"errors"
	"sync"
	"time"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// maxQueue bounds the events read and not yet looked at, about 10 MB. The loop is
// faster than the kernel, so it is reached only if the process is starved.
const maxQueue = 1 << 16

var errQueueFull = errors.New("queue of events full")

// stream is a subscription with its reader and the queue between reader and loop.
type stream struct {
	sub   linuxcalls.Subscription
	ready chan struct{} // has an item when there is something to take

	mu     sync.Mutex
	queue  []received
	queued int    // events in the queue
	mark   uint32 // the last mark read; all events before it are or were in the queue
	err    error  // the end
}

// received are events with the time at which they were read.
type received struct {
	at     time.Time
	events []tracker.Event
}

// startStream starts the reader, which ends with the subscription.
func startStream(sub linuxcalls.Subscription, wg *sync.WaitGroup) *stream {
	s := &stream{sub: sub, ready: make(chan struct{}, 1)}
	wg.Add(1)
	go func() {
		defer wg.Done()
		s.read()
	}()
	return s
}

func (s *stream) read() {
	for {
		batch, err := s.sub.Receive()
		if !s.put(batch, err) {
			return
		}
	}
}

func (s *stream) put(batch linuxcalls.Batch, err error) (goOn bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil && s.queued+len(batch.Events) > maxQueue {
		err = errQueueFull
	}
	if err != nil {
		// What is queued is older than the loss; the dump to come knows better.
		s.err, s.queue, s.queued = err, nil, 0
	} else {
		if len(batch.Events) > 0 {
			s.queue = append(s.queue, received{time.Now(), batch.Events})
			s.queued += len(batch.Events)
		}
		if batch.Mark != 0 {
			s.mark = batch.Mark
		}
	}
	select {
	case s.ready <- struct{}{}:
	default:
	}
	return err == nil
}

// take returns the events in the queue, the last mark read behind them, and the
// error that ended the stream.
func (s *stream) take() (events []received, mark uint32, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	events, s.queue, s.queued = s.queue, nil, 0
	return events, s.mark, s.err
}
