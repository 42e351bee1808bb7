// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package publisher writes the state of host interfaces into a key-value store,
// where it lives as long as the agent does.
package publisher

import (
	"context"
	"maps"
	"slices"
	"time"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/logging"
	"golang.org/x/time/rate"
	"google.golang.org/protobuf/proto"

	"github.com/ifwatcher/ifwatcher/plugins/ifstate/internal/state"
	pb "github.com/ifwatcher/ifwatcher/proto/ifwatcher/v1"
)

// Deleter is what a writer that can also delete has, as that of cn-infra's kvdbsync.
type Deleter interface {
	Delete(key string, opts ...datasync.DelOption) (existed bool, err error)
}

// writesPerSecond bounds what one agent asks of a store that it may share with
// thousands of others. 10,000 interfaces are published in 20 seconds.
const writesPerSecond = 500

const (
	// Pauses after a round that failed.
	firstRetry, lastRetry = 500 * time.Millisecond, 10 * time.Second
	// patience is the number of rounds that may fail before it is worth a warning:
	// when an agent starts, its store is not connected at once.
	patience = 4
)

// Publisher writes a key for the agent and one for each interface.
type Publisher struct {
	writer   datasync.KeyProtoValWriter
	state    *state.State
	agent    *pb.Agent
	interval time.Duration
	log      logging.Logger

	follower  *state.Follower
	limit     *rate.Limiter
	announced bool                    // the agent is in the store
	written   map[string]*state.Entry // by name; nil if it is not clear what is in the store
	failures  int                     // rounds that failed since the last one that did not
}

// New returns a publisher that writes the state of an interface once in interval
// at most.
func New(writer datasync.KeyProtoValWriter, s *state.State, agent *pb.Agent, interval time.Duration, log logging.Logger) *Publisher {
	return &Publisher{
		writer:   writer,
		state:    s,
		agent:    agent,
		interval: interval,
		log:      log,
		follower: s.Follow(),
		limit:    rate.NewLimiter(writesPerSecond, writesPerSecond/10),
		written:  map[string]*state.Entry{},
	}
}

// Run publishes until ctx ends. It writes one value after another, each only if it
// differs from the one before, and repeats what the store did not take.
func (p *Publisher) Run(ctx context.Context) {
	defer p.state.Unfollow(p.follower)
	pause := firstRetry
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.follower.Ready:
		}
		wait := p.interval
		if err := p.round(ctx); err == nil {
			pause = firstRetry
			p.recovered()
		} else {
			p.failed(err)
			wait = max(wait, pause)
			pause = min(2*pause, lastRetry)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

func (p *Publisher) failed(err error) {
	if p.failures++; p.failures == patience {
		p.log.Warnf("the state of host interfaces is not published for now: %v", err)
	}
}

func (p *Publisher) recovered() {
	if p.failures >= patience {
		p.log.Info("the state of host interfaces is published again")
	}
	p.failures = 0
}

// round writes everything that has changed. If the store does not take one value,
// it may take the next; if it takes neither, it is away, and the rest waits. The
// error is the last one, unless ctx has ended.
func (p *Publisher) round(ctx context.Context) (failure error) {
	if !p.announced {
		if err := p.put(pb.AgentKey, p.agent); err != nil {
			p.follower.Put("") // no interface, but a reason to come again
			return err
		}
		p.announced = true
	}
	names := p.follower.Take()
	failures := 0
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if failures < 2 && p.limit.Wait(ctx) == nil {
			err := p.write(name)
			if err == nil {
				failures = 0
				continue
			}
			failure = err
			failures++
		}
		p.follower.Put(name)
	}
	return failure
}

// write brings the key of an interface up to date.
func (p *Publisher) write(name string) error {
	before, there := p.written[name]
	entry := p.state.ByName(name)
	key := pb.HostInterfaceKeyPrefix + name
	switch {
	case entry == nil && !there, entry != nil && entry == before:
		return nil
	case entry == nil:
		if d, ok := p.writer.(Deleter); ok {
			if _, err := d.Delete(key); err != nil {
				return err
			}
		}
		delete(p.written, name)
		return nil
	}
	p.written[name] = nil // a write that fails may have been carried out
	if err := p.put(key, entry.Message); err != nil {
		return err
	}
	p.written[name] = entry
	return nil
}

func (p *Publisher) put(key string, value proto.Message) error {
	return p.writer.Put(key, value, datasync.WithClientLifetimeTTL())
}
