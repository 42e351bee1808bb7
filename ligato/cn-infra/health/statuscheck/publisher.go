// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package statuscheck

import (
	"context"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"
)

// publisher writes values to a store from a goroutine of its own. Changes that
// come while it writes are coalesced: what it writes is the value of that time.
// A value that could not be written is tried again until it is.
type publisher struct {
	// put writes a value; it may block.
	put func(key string, value proto.Message) error
	// value returns the present value of a key.
	value func(key string) proto.Message
	// failed is called when put has been failing for a while, recovered when it
	// has ceased to. Short failures are normal while the agent starts.
	failed    func(key string, err error)
	recovered func()

	mu      sync.Mutex
	pending []string // without duplicates
	wake    chan struct{}
}

// The pause before another attempt doubles from minPause to maxPause.
const (
	minPause  = 200 * time.Millisecond
	tellPause = 4 * minPause // the failure after this one is told
	maxPause  = 10 * time.Second
)

// mark notes that the values of keys are to be written.
func (p *publisher) mark(keys ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()

	for _, key := range keys {
		p.add(key)
	}
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// add appends key unless it is pending; mu must be held.
func (p *publisher) add(key string) {
	for _, known := range p.pending {
		if known == key {
			return
		}
	}
	p.pending = append(p.pending, key)
}

// next takes the key that has been pending for longest.
func (p *publisher) next() (key string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()

	if len(p.pending) == 0 {
		return "", false
	}
	key = p.pending[0]
	p.pending = p.pending[1:]
	return key, true
}

// run writes until ctx is done.
func (p *publisher) run(ctx context.Context) {
	pause := time.Duration(0) // before the last attempt
	for {
		key, err := p.flush(ctx)
		if err == nil {
			if pause > tellPause {
				p.recovered()
			}
			pause = 0
			select {
			case <-ctx.Done():
				return
			case <-p.wake:
			}
			continue
		}
		if pause == tellPause {
			p.failed(key, err)
		}
		pause = min(max(2*pause, minPause), maxPause)
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// flush writes what is pending. It ends at the first failure, since most often
// the store is away and each attempt takes long; the key goes to the end of
// the queue, so that one value that is refused does not hold up the others.
func (p *publisher) flush(ctx context.Context) (failed string, err error) {
	for ctx.Err() == nil {
		key, more := p.next()
		if !more {
			return "", nil
		}
		if err := p.put(key, p.value(key)); err != nil {
			p.mu.Lock()
			p.add(key)
			p.mu.Unlock()
			return key, err
		}
	}
	return "", nil
}
