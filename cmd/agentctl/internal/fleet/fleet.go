// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package fleet

import (
	"context"
	"sync"
	"time"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/kv"
)

// Store is what of a store is needed; it may be used by several goroutines.
type Store interface {
	// Labels returns the labels of the agents that have anything in the store.
	Labels(ctx context.Context) ([]string, error)
	// List returns the keys with a prefix, sorted.
	List(ctx context.Context, prefix string) ([]kv.Pair, error)
	// Has reports whether there is a key with a prefix.
	Has(ctx context.Context, prefix string) (bool, error)
}

// parallel is how many agents are read at a time: enough for a store that is far
// away, few enough for one that is busy.
const parallel = 8

// Read returns all agents that the store knows, sorted by label. problems are
// values that are not what an agent publishes, which are left out.
func Read(ctx context.Context, store Store, now time.Time) (agents []Agent, problems []error, err error) {
	labels, err := store.Labels(ctx)
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	all := make([]published, len(labels))
	next := make(chan int)
	var (
		workers sync.WaitGroup
		first   sync.Once // of the errors; others follow from it
		failure error
	)
	for range min(parallel, len(labels)) {
		workers.Go(func() {
			for i := range next {
				var err error
				if all[i], err = fetch(ctx, store, labels[i]); err != nil {
					first.Do(func() { failure = err })
					cancel()
				}
			}
		})
	}
	for i := range labels {
		next <- i
	}
	close(next)
	workers.Wait()
	if failure != nil {
		return nil, nil, failure
	}
	agents = []Agent{}
	for _, p := range all {
		agent, wrong := read(p, now)
		problems = append(problems, wrong...)
		if agent != nil {
			agents = append(agents, *agent)
		}
	}
	return agents, problems, nil
}

func fetch(ctx context.Context, store Store, label string) (published, error) {
	p := published{label: label}
	root := kv.Root + label + "/"
	var err error
	if p.state, err = store.List(ctx, root+statePrefix); err != nil {
		return p, err
	}
	health, err := store.List(ctx, root+healthKey)
	if err != nil {
		return p, err
	}
	for _, pair := range health {
		if pair.Key == root+healthKey {
			p.health = pair.Value
		}
	}
	p.configured, err = store.Has(ctx, root+configPrefix)
	return p, err
}
