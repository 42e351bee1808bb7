// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"go.ligato.io/cn-infra/v2/logging"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

const (
	// A new subscription costs a dump, 20 µs per interface; half a second between
	// two keeps that low in a storm that overflows every buffer, and still has
	// the truth told within a second of its end.
	firstResyncDelay, lastResyncDelay = 50 * time.Millisecond, 500 * time.Millisecond
	// When the kernel refuses, trying fast is of no use.
	firstRefusedDelay, lastRefusedDelay = 100 * time.Millisecond, 5 * time.Second
	// An interrupted dump is nearly always complete after its repetitions; on a host
	// where all are interrupted, checking again must not become the main load.
	firstRecheckDelay, lastRecheckDelay = time.Second, time.Minute
	// A kernel that dumps addresses without its lock may show a change shortly
	// before it tells of it: what an audit finds must still be there after this.
	secondAudit = time.Second
	// After this long without a loss the delays start small again.
	stableAfter = 5 * time.Second
	// The kernel answers a mark at once.
	markTimeout = 10 * time.Second
)

// loop is the goroutine that owns the tracker of a source, by turns with others
// that hold the source's lock. Its fields are its own.
type loop struct {
	s       *source
	handler linuxcalls.Watcher
	log     logging.PluginLogger
	stop    <-chan struct{}
	readers sync.WaitGroup // readers and dumps

	stream  *stream
	retryAt time.Time // when to subscribe (again), if there is no stream
	auditAt time.Time // when to dump without need, zero if never
	dumpAt  time.Time // earliest next dump after one that failed
	resync  backoff   // after a loss of events
	refused backoff   // after a refusal by the kernel
	recheck backoff   // after a dump that was interrupted

	dump     *dump // in progress, nil if none
	dumps    uint32
	since    []tracker.Event // events since before the dump began
	mark     uint32          // the last that came back; all events before it are taken
	cause    Cause           // of the dumps until the source is in sync
	doubt    bool            // the last audit found a difference
	inSync   bool
	troubled bool // out of sync, and it has been logged
	syncedAt time.Time
	ticked   time.Time // the last time given to the tracker
}

func newLoop(s *source, handler linuxcalls.Watcher, stop <-chan struct{}) *loop {
	return &loop{
		s:       s,
		handler: handler,
		log:     s.w.log,
		stop:    stop,
		cause:   CauseStart,
		resync:  backoff{first: firstResyncDelay, last: lastResyncDelay},
		refused: backoff{first: firstRefusedDelay, last: lastRefusedDelay},
		recheck: backoff{first: firstRecheckDelay, last: lastRecheckDelay},
	}
}

func (l *loop) run() {
	defer l.readers.Wait()
	defer l.disconnect()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		var ready, dumped chan struct{}
		if l.stream != nil {
			ready = l.stream.ready
		}
		if l.dump != nil && l.dump.ended.IsZero() {
			dumped = l.dump.done
		}
		select {
		case <-l.stop:
			return
		case <-l.s.wake:
		case <-ready:
		case <-dumped:
			l.dump.ended = time.Now()
		case <-timer.C:
		}
		now := time.Now()
		l.receive(now)
		l.finishDump(now)
		l.startDue(now)
		l.tick(now)
		timer.Reset(l.pause(now))
	}
}

// receive hands to the tracker what the reader has read.
func (l *loop) receive(now time.Time) {
	if l.stream == nil {
		return
	}
	batches, mark, err := l.stream.take()
	l.mark = mark
	l.s.mu.Lock()
	for _, b := range batches {
		if l.dump != nil && l.dump.stream == l.stream {
			l.since = append(l.since, b.events...)
		}
		l.s.stats.Events += uint64(len(b.events))
		at := l.forward(b.at)
		for _, e := range b.events {
			l.s.tracker.Apply(at, e)
		}
	}
	l.s.mu.Unlock()
	if len(l.since) > maxQueue {
		err = errQueueFull
	}
	if err != nil {
		l.lost(now, err)
	}
}

// forward returns the time to give to the tracker, which must not run backwards:
// what was read may be younger than the look at the clock before.
func (l *loop) forward(at time.Time) time.Time {
	if at.After(l.ticked) {
		l.ticked = at
	}
	return l.ticked
}

// lost gives up a stream that may have lost events.
func (l *loop) lost(now time.Time, err error) {
	if l.inSync && now.Sub(l.syncedAt) >= stableAfter {
		l.resync.reset()
	}
	l.cause = CauseError
	if errors.Is(err, linuxcalls.ErrOverflow) || errors.Is(err, errQueueFull) {
		l.cause = CauseOverflow
		l.s.mu.Lock()
		l.s.stats.Overflows++
		l.s.mu.Unlock()
	}
	l.fail(now, &l.resync, err)
}

// fail goes back to the start: no stream, and a new one after a delay.
func (l *loop) fail(now time.Time, delay *backoff, err error) {
	l.disconnect()
	l.retryAt = now.Add(delay.next())
	l.inSync = false
	l.s.mu.Lock()
	l.s.outOf, l.s.refused = err, delay == &l.refused
	l.s.mu.Unlock()
	if !l.troubled {
		l.troubled = true
		l.log.Warnf("out of sync with the kernel, will read everything anew: %v", l.s.label(err))
	}
	l.s.w.status.set(l.s.namespace, l.s.label(err))
}

func (l *loop) disconnect() {
	if l.stream == nil {
		return
	}
	l.s.mu.Lock()
	l.s.stats.KernelDrops += l.stream.sub.Dropped()
	l.s.sub = nil
	l.s.mu.Unlock()
	l.stream.sub.Close()
	l.stream = nil
}

// startDue starts what is due: a subscription, a dump.
func (l *loop) startDue(now time.Time) {
	if l.dump != nil {
		return // one at a time, also if its stream is lost
	}
	switch {
	case l.stream == nil && !now.Before(l.retryAt):
		sub, err := l.handler.Subscribe(l.s.w.opts.receiveBuffer)
		if err != nil {
			l.fail(now, &l.refused, err)
			return
		}
		l.s.mu.Lock()
		l.s.stats.Subscriptions++
		l.s.sub = sub
		l.s.mu.Unlock()
		l.stream = startStream(sub, &l.readers)
		l.startDump(now, l.cause)
	case l.stream != nil:
		if at, cause, ok := l.nextDump(); ok && !now.Before(at) {
			l.startDump(now, cause)
		}
	}
}

// nextDump returns when to dump next on a stream that is in order: at once if a
// Retrieve waits for it, else for the next audit.
func (l *loop) nextDump() (at time.Time, cause Cause, ok bool) {
	l.s.mu.Lock()
	wanted := l.s.dumpedAt.Before(l.s.wantDump)
	l.s.mu.Unlock()
	if wanted {
		return l.dumpAt, CauseRetrieve, true
	}
	cause = CauseAudit
	if l.recheck.current > 0 {
		cause = CauseInterrupted
	}
	switch {
	case l.auditAt.IsZero():
		return time.Time{}, cause, false
	case l.auditAt.Before(l.dumpAt):
		return l.dumpAt, cause, true
	}
	return l.auditAt, cause, true
}

// startDump starts a dump. Events are recorded from now until it has ended and the
// mark sent behind it has come back through the stream: then everything that
// the kernel had to say before the end of the dump has been read.
func (l *loop) startDump(now time.Time, cause Cause) {
	l.dumps++
	d := &dump{id: l.dumps, cause: cause, stream: l.stream, began: now, done: make(chan struct{})}
	l.dump, l.since = d, nil
	l.readers.Add(1)
	go func() {
		defer l.readers.Done()
		defer close(d.done)
		if d.snapshot, d.interrupted, d.err = readSnapshot(l.handler); d.err == nil {
			d.markErr = d.stream.sub.Mark(d.id)
		}
	}()
}

// finishDump brings the tracker in step once a dump and its mark are there.
func (l *loop) finishDump(now time.Time) {
	d := l.dump
	if d == nil || d.ended.IsZero() {
		return
	}
	if d.stream != l.stream { // lost meanwhile
		l.dump, l.since = nil, nil
		return
	}
	if d.err == nil && d.markErr == nil && l.mark != d.id {
		if now.Sub(d.ended) < markTimeout {
			return
		}
		d.markErr = fmt.Errorf("no answer from the netlink socket within %s", markTimeout)
	}
	since := l.since
	l.dump, l.since = nil, nil
	switch {
	case d.markErr != nil:
		if l.inSync {
			l.cause = CauseError
		}
		l.fail(now, &l.refused, d.markErr)
	case d.err != nil && !l.inSync:
		l.fail(now, &l.refused, d.err)
	case d.err != nil: // the stream is in order, and so is what is known
		if l.refused.current == 0 {
			l.log.Warnf("audit failed, will be repeated: %v", l.s.label(d.err))
		}
		l.dumpAt = now.Add(l.refused.next())
		l.auditAt = l.dumpAt
	case d.cause == CauseAudit && !l.doubt && l.differs(d, since):
		l.doubt = true
		l.auditAt = now.Add(secondAudit)
	default:
		l.doubt = false
		l.sync(now, d, since)
	}
}

func (l *loop) differs(d *dump, since []tracker.Event) bool {
	l.s.mu.Lock()
	defer l.s.mu.Unlock()
	return l.s.tracker.Compare(d.snapshot, since).Total() > 0
}

func (l *loop) sync(now time.Time, d *dump, since []tracker.Event) {
	s := l.s
	s.mu.Lock()
	first := !s.tracker.Synced()
	repairs := s.tracker.Sync(l.forward(now), d.snapshot, since)
	s.stats.Syncs++
	if !first && d.cause != CauseStart {
		s.stats.Repairs += uint64(repairs.Total())
	}
	wasOut := s.outOf
	s.outOf, s.refused = nil, false
	s.dumpedAt = d.began
	s.wakeSynced()
	var interfaces []tracker.Interface
	if first {
		interfaces = s.tracker.Interfaces(now)
	}
	s.mu.Unlock()
	s.w.metrics.synced(d.cause, time.Since(d.began), repairs.Total())

	l.refused.reset()
	if !d.interrupted {
		l.recheck.reset()
	}
	if !l.inSync {
		l.inSync, l.syncedAt = true, now
	}
	switch {
	case d.interrupted: // used, and repeated soon
		l.auditAt = now.Add(l.recheck.next())
	case s.w.opts.auditInterval > 0:
		l.auditAt = now.Add(s.w.opts.auditInterval)
	default:
		l.auditAt = time.Time{}
	}
	where := "the kernel"
	if s.namespace != "" {
		where = "network namespace " + s.namespace
	}
	switch {
	case first:
		l.log.Infof("in sync with %s: %s", where, summary(interfaces))
	case l.troubled:
		l.log.Infof("in sync with %s again, %d differences", where, repairs.Total())
	case repairs.Total() > 0 && d.cause == CauseAudit:
		l.log.Warnf("audit found differences from what %s had told: %+v", where, repairs)
	}
	l.troubled = false
	if wasOut != nil {
		s.w.status.set(s.namespace, nil)
	}
}

// tick ends the delays that are due, and tells of all that is new.
func (l *loop) tick(now time.Time) {
	s := l.s
	s.mu.Lock()
	if l.inSync { // else it is not known what is still enabled
		s.tracker.Tick(l.forward(now))
	}
	s.publish(now)
	settled := s.tracker.Settled()
	s.mu.Unlock()
	if !settled {
		s.w.pusher.poke()
	}
}

// pause returns how long there is nothing to do if nothing happens.
func (l *loop) pause(now time.Time) time.Duration {
	const forever = time.Hour
	next := now.Add(forever)
	sooner := func(at time.Time) {
		if at.Before(next) {
			next = at
		}
	}
	l.s.mu.Lock()
	if at, ok := l.s.tracker.Deadline(); ok && l.inSync {
		sooner(at)
	}
	l.s.mu.Unlock()
	switch {
	case l.dump != nil && !l.dump.ended.IsZero():
		sooner(l.dump.ended.Add(markTimeout))
	case l.dump != nil:
	case l.stream == nil:
		sooner(l.retryAt)
	default:
		if at, _, ok := l.nextDump(); ok {
			sooner(at)
		}
	}
	return max(0, next.Sub(now))
}
