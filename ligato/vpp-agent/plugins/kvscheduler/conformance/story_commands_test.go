// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"context"
	"strconv"
	"strings"
	"time"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	kvsproto "go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

func (p *player) descriptor(c command) []string {
	d, err := newDescriptor(p.system, c.args[0], c.args[1], c.args[2:]...)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.RegisterKVDescriptor(d); err != nil {
		return failed(err)
	}
	return nil
}

// commitOptions are the options of commit.
var commitOptions = map[string]func(ctx context.Context, arg string) context.Context{
	"resync": func(ctx context.Context, arg string) context.Context {
		resync := map[string]kvs.ResyncType{
			"full": kvs.FullResync, "upstream": kvs.UpstreamResync, "downstream": kvs.DownstreamResync}[arg]
		return kvs.WithResync(ctx, resync, false)
	},
	// retry=PERIOD,COUNT[,backoff]
	"retry": func(ctx context.Context, arg string) context.Context {
		parts := strings.Split(arg, ",")
		period, err := time.ParseDuration(parts[0])
		if err != nil {
			panic(err)
		}
		count, err := strconv.Atoi(parts[1])
		if err != nil {
			panic(err)
		}
		return kvs.WithRetry(ctx, period, count, len(parts) > 2)
	},
	"revert":      func(ctx context.Context, _ string) context.Context { return kvs.WithRevert(ctx) },
	"simulate":    func(ctx context.Context, _ string) context.Context { return kvs.WithSimulation(ctx) },
	"description": kvs.WithDescription,
}

func (p *player) commitValues(c command) []string {
	ctx := context.Background()
	last, wait := c.flags["await"] // the last of the retries to see as well
	delete(c.flags, "await")
	for name, arg := range c.flags {
		option, ok := commitOptions[name]
		if !ok {
			p.t.Fatalf("commit: unknown option %q", name)
		}
		ctx = option(ctx, arg)
	}
	var err error
	p.within("Commit", func() { _, err = p.commit(ctx, c.values...) })
	if wait {
		p.await(p.number(last))
	}
	if err != nil {
		return failed(err)
	}
	return nil
}

func (p *player) notifyValues(c command) []string {
	if _, really := c.flags["really"]; really {
		for _, v := range c.values {
			if key, msg := parseAssignment(v); msg != nil {
				p.system.exist(key, object{value: msg, origin: kvs.FromSB})
			} else {
				p.system.lose(key)
			}
		}
	}
	if err := p.push(c.values...); err != nil {
		return failed(err)
	}
	p.within("TransactionBarrier", p.TransactionBarrier)
	if last, wait := c.flags["await"]; wait {
		p.await(p.number(last))
	}
	return nil
}

func (p *player) exist(c command) []string {
	text, from, _ := strings.Cut(c.values[0], " from ")
	key, msg := parseAssignment(text)
	origin := map[string]kvs.ValueOrigin{"NB": kvs.FromNB, "SB": kvs.FromSB}[from]
	p.system.exist(key, object{value: msg, origin: origin})
	return nil
}

func (p *player) lose(c command) []string {
	for _, key := range c.args {
		p.system.lose(key)
	}
	if _, resync := c.flags["resync"]; resync {
		return p.commitValues(command{flags: map[string]string{"resync": "downstream"}})
	}
	return nil
}

func (p *player) fail(c command) []string {
	f := failure{times: 1, err: errBoom}
	for _, word := range c.args[2:] {
		switch word {
		case "always":
			f.times = -1
		case "applied":
			f.applied = true
		default:
			times, err := strconv.Atoi(word)
			if err != nil {
				p.t.Fatalf("fail: %v", err)
			}
			f.times = times
		}
	}
	p.system.on(c.args[0], c.args[1], f)
	return nil
}

func (p *player) panic(c command) []string {
	p.system.on(c.args[0], c.args[1], failure{times: 1, panics: true})
	return nil
}

func (p *player) awaitTxn(c command) []string {
	p.await(p.number(c.args[0]))
	return nil
}

func (p *player) number(word string) uint64 {
	n, err := strconv.ParseUint(word, 10, 64)
	if err != nil {
		p.t.Fatal(err)
	}
	return n
}

func (p *player) watch(c command) []string {
	p.watching = make(chan *kvsproto.BaseValueStatus, 100)
	var selects kvs.KeySelector
	if len(c.args) > 0 {
		selects = selector(c.args[0])
	}
	p.WatchValueStatus(p.watching, selects)
	return nil
}

// receive prints the statuses received since the last call: those of
// different keys sorted by key, and of one key in their order.
func (p *player) receive(c command) []string {
	p.watched = nil
	return p.settle(c.expected, func() []string {
		for {
			select {
			case status := <-p.watching:
				p.watched = append(p.watched, status)
				continue
			default:
			}
			return sortedByKey(p.watched)
		}
	})
}
