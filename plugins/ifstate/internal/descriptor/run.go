// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"

	"github.com/ifwatcher/ifwatcher/plugins/ifstate/internal/state"
)

const (
	// pushInterval is the least time between two notifications: each is a
	// transaction that the scheduler keeps a record of.
	pushInterval = 500 * time.Millisecond
	// A scheduler with a full queue works through it at some 10,000 values a second.
	firstRetry, lastRetry = 10 * time.Millisecond, time.Second
	// firstRetrieve is how long the first notification waits for the scheduler to
	// ask for all values by itself.
	firstRetrieve = 10 * time.Second
)

// Run tells the scheduler what changes until ctx ends or the scheduler is closed.
func (d *Descriptor) Run(ctx context.Context) {
	defer d.state.Unfollow(d.follower)
	begin := d.retrieved
	timeout := time.NewTimer(firstRetrieve)
	defer timeout.Stop()
	next := time.NewTimer(0) // has fired if a notification may be made
	defer next.Stop()
	<-next.C
	var ready <-chan struct{}
	pause := firstRetry
	for {
		select {
		case <-ctx.Done():
			return
		case status := <-d.statuses:
			d.look(status.GetValue())
		case <-begin:
			begin, ready = nil, d.follower.Ready
		case <-timeout.C:
			begin, ready = nil, d.follower.Ready
		case <-next.C:
			ready = d.follower.Ready
		case <-ready:
			count, err := d.push()
			switch {
			case errors.Is(err, kvs.ErrClosedScheduler):
				return
			case err != nil:
				if pause == firstRetry {
					d.log.Warnf("scheduler refused %d changes of host interfaces, they are kept: %v", count, err)
				}
				next.Reset(pause)
				pause = min(2*pause, lastRetry)
				ready = nil
			case count > 0:
				next.Reset(pushInterval)
				pause = firstRetry
				ready = nil
			}
		}
	}
}

// push tells the scheduler of everything that it does not know, and returns how
// much that is.
func (d *Descriptor) push() (count int, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var notif []kvs.KVWithMetadata
	changed := map[string]*state.Entry{}
	for _, name := range slices.Sorted(maps.Keys(d.follower.Take())) {
		told, known := d.told[name]
		entry := d.state.ByName(name)
		if entry == told && (entry != nil || !known) {
			continue
		}
		notif = append(notif, d.value(name, entry))
		changed[name] = entry
	}
	if len(notif) == 0 {
		return 0, nil
	}
	if err := d.scheduler.PushSBNotification(notif...); err != nil {
		for name := range changed {
			d.follower.Put(name)
		}
		return len(notif), err
	}
	d.pushed = true
	for name, entry := range changed {
		if entry == nil {
			delete(d.told, name)
		} else {
			d.told[name] = entry
		}
	}
	return len(notif), nil
}
