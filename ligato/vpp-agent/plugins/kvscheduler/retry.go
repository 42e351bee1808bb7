// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"errors"
	"slices"
	"sync"
	"time"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/engine"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/registry"
)

var nonRetryable = struct {
	sync.RWMutex
	errs []error
}{errs: []error{api.ErrUnimplementedCreate, api.ErrUnimplementedDelete, api.ErrEscapedNetNs}}

// AddNonRetryableError adds errors that no scheduler of the process retries an
// operation after.
func AddNonRetryableError(errs ...error) {
	nonRetryable.Lock()
	defer nonRetryable.Unlock()

	nonRetryable.errs = append(nonRetryable.errs, errs...)
}

// IsNonRetryableError reports whether err is, or wraps, one of those errors.
func IsNonRetryableError(err error) bool {
	nonRetryable.RLock()
	defer nonRetryable.RUnlock()

	return slices.ContainsFunc(nonRetryable.errs, func(e error) bool { return errors.Is(err, e) })
}

// retryTimers has a timer for each group of keys that failed together.
type retryTimers struct {
	mu      sync.Mutex
	timers  map[*time.Timer]struct{}
	stopped bool
}

func (t *retryTimers) after(delay time.Duration, fn func()) {
	t.mu.Lock()
	defer t.mu.Unlock()

	if t.stopped {
		return
	}
	if t.timers == nil {
		t.timers = make(map[*time.Timer]struct{})
	}
	var timer *time.Timer
	timer = time.AfterFunc(delay, func() {
		t.mu.Lock()
		_, armed := t.timers[timer]
		delete(t.timers, timer)
		t.mu.Unlock()
		if armed {
			fn()
		}
	})
	t.timers[timer] = struct{}{}
}

func (t *retryTimers) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()

	t.stopped = true
	for timer := range t.timers {
		timer.Stop()
	}
	t.timers = nil
}

func (c *core) scheduleRetry(r engine.Retry) {
	c.retries.after(r.Delay, func() {
		job := &txnJob{}
		job.Type, job.RetryKeys, job.RetryFor, job.Attempt = api.RetryFailedOps, r.Keys, r.Txn, r.Attempt
		_ = c.queue.Push(job) // fails only when closed
	})
}

// retryUnimplemented applies, in one transaction, the values that waited for
// the descriptor. It runs on the worker.
func (c *core) retryUnimplemented(desc *registry.Descriptor) {
	job := &txnJob{}
	job.Type = api.RetryUnimplOps
	first := noSeqNum
	for _, key := range c.engine.Graph.Unimplemented() {
		if selected, err := desc.Selects(key); err != nil || !selected {
			continue
		}
		job.RetryKeys = append(job.RetryKeys, key)
		first = min(first, c.engine.Graph.Get(key).Update.Txn)
	}
	if len(job.RetryKeys) > 0 {
		job.RetryFor = first
		c.process(job, time.Now())
	}
}
