// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"errors"
	"sync"
	"time"

	"go.ligato.io/cn-infra/v2/logging"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// A scheduler with a full queue works through it at some 10,000 values a second.
const firstPushDelay, lastPushDelay = 10 * time.Millisecond, time.Second

// pusher is the goroutine that tells the scheduler what the sources want told:
// whatever there is goes into one notification, which takes one place in the
// scheduler's queue. What is refused stays with the sources.
type pusher struct {
	scheduler kvs.KVScheduler
	log       logging.PluginLogger
	sources   func() []*source
	observe   func(latency time.Duration)
	wake      chan struct{}

	delay  backoff
	at     time.Time // earliest next push after a refused one
	closed bool      // the scheduler takes nothing any more

	mu              sync.Mutex
	pushes, refused uint64
}

// poke tells the pusher that there may be something to tell.
func (p *pusher) poke() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *pusher) run(stop <-chan struct{}) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for !p.closed {
		select {
		case <-stop:
			return
		case <-p.wake:
		case <-timer.C:
		}
		if now := time.Now(); !now.Before(p.at) {
			p.push(now)
		}
		if p.delay.current > 0 {
			timer.Reset(time.Until(p.at))
		}
	}
}

func (p *pusher) push(now time.Time) {
	type part struct {
		source  *source
		changes []tracker.Change
	}
	var parts []part
	var notif []kvs.KVWithMetadata
	for _, s := range p.sources() {
		if changes := s.changes(); len(changes) > 0 {
			parts = append(parts, part{s, changes})
			notif = append(notif, notification(s.namespace, changes)...)
		}
	}
	if len(notif) == 0 {
		p.delay.reset() // what was refused has become void
		return
	}
	err := p.scheduler.PushSBNotification(notif...)
	if err == nil {
		done := time.Now()
		for _, part := range parts {
			if !part.source.told(part.changes) {
				p.poke() // something has changed meanwhile
			}
			for _, c := range part.changes {
				p.observe(done.Sub(c.Since))
			}
		}
		p.delay.reset()
		p.count(&p.pushes)
		return
	}
	p.closed = errors.Is(err, kvs.ErrClosedScheduler)
	if p.delay.current == 0 || p.closed {
		p.log.Warnf("scheduler refused %d changes, they are kept: %v", len(notif), err)
	}
	p.at = now.Add(p.delay.next())
	p.count(&p.refused)
}

func (p *pusher) count(counter *uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*counter++
}

func (p *pusher) counts() (pushes, refused uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pushes, p.refused
}
