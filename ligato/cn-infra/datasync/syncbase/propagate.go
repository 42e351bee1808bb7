// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package syncbase

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"go.ligato.io/cn-infra/v2/datasync"
)

// PropagateChangesTimeout bounds a propagation from its begin until the last
// receiver called Done.
var PropagateChangesTimeout = 20 * time.Second

// delivery is one event on its way to one subscription.
type delivery struct {
	sub     *Subscription
	keys    []string
	send    func(ctx context.Context) bool
	outcome chan error
	taken   bool
}

// PropagateChanges hands the changes to every subscription that has a matching
// prefix, all those of a subscription in one event with the given context. The
// deletion of a key that was never delivered is dropped.
func (r *Registry) PropagateChanges(ctx context.Context, txData map[string]datasync.ChangeValue) error {
	return r.propagate(ctx, "changes", func() ([]*delivery, func([]*delivery)) {
		changes := r.changes(txData)
		var deliveries []*delivery
		for _, sub := range r.inOrder() {
			if d := changeDelivery(ctx, sub, changes); d != nil {
				deliveries = append(deliveries, d)
			}
		}
		return deliveries, func(taken []*delivery) { r.commitChanges(txData, taken) }
	})
}

// PropagateResync replaces everything that was propagated before by the given
// values and tells every subscription.
func (r *Registry) PropagateResync(ctx context.Context, txData map[string]datasync.ChangeValue) error {
	return r.propagate(ctx, "resync", func() ([]*delivery, func([]*delivery)) {
		subs := r.inOrder()
		var deliveries []*delivery
		for _, sub := range subs {
			if sub.ResyncChan != nil {
				deliveries = append(deliveries, resyncDelivery(ctx, sub, txData))
			}
		}
		return deliveries, func(taken []*delivery) {
			if len(taken) > 0 || len(deliveries) == 0 {
				r.commitResync(txData)
			}
		}
	})
}

// propagate delivers what prepare returns, in the turn of the caller, and waits
// for the outcomes.
func (r *Registry) propagate(ctx context.Context, what string,
	prepare func() (deliveries []*delivery, commit func(taken []*delivery))) error {

	ctx, cancel := context.WithTimeout(ctx, PropagateChangesTimeout)
	defer cancel()

	select {
	case r.turn <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("propagating %s: waiting for the one before: %w", what, ctx.Err())
	}
	deliveries, commit := prepare()
	var wg sync.WaitGroup
	for _, d := range deliveries {
		wg.Go(func() { d.taken = d.send(ctx) })
	}
	wg.Wait()
	var taken []*delivery
	var errs []error
	for _, d := range deliveries {
		switch {
		case d.taken:
			taken = append(taken, d)
		case ctx.Err() != nil:
			errs = append(errs, fmt.Errorf("propagating %s: %q did not take the event: %w", what, d.sub.ResyncName, ctx.Err()))
		}
	}
	commit(taken)
	<-r.turn

	for _, d := range taken {
		select {
		case err := <-d.outcome:
			errs = append(errs, err)
		case <-ctx.Done():
			errs = append(errs, fmt.Errorf("propagating %s: %q did not finish: %w", what, d.sub.ResyncName, ctx.Err()))
		}
	}
	return joinErrors(errs)
}

// changes returns what the receivers are told, sorted by key. The previous
// value and the revision of a key are the same for all of them.
func (r *Registry) changes(txData map[string]datasync.ChangeValue) []*ChangeResp {
	var changes []*ChangeResp
	for _, key := range slices.Sorted(maps.Keys(txData)) {
		val := txData[key]
		resp := &ChangeResp{Key: key, ChangeType: val.GetChangeType(), CurrVal: val}
		found, prev := r.lastRev.Get(key)
		if found {
			resp.PrevVal = prev
		}
		if resp.ChangeType == datasync.Delete {
			if !found {
				continue
			}
			resp.CurrRev = prev.GetRevision() + 1
		} else {
			resp.CurrRev = nextRevision(prev, val.GetRevision())
		}
		changes = append(changes, resp)
	}
	return changes
}

func changeDelivery(ctx context.Context, sub *Subscription, changes []*ChangeResp) *delivery {
	if sub.ChangeChan == nil {
		return nil
	}
	outcome := make(chan error, 1)
	event := &ChangeEvent{ctx: ctx, done: NewDoneChannel(outcome)}
	d := &delivery{sub: sub, outcome: outcome}
	for _, change := range changes {
		if _, match := sub.prefixOf(change.Key); match {
			event.Changes = append(event.Changes, change)
			d.keys = append(d.keys, change.Key)
		}
	}
	if len(d.keys) == 0 {
		return nil
	}
	d.send = func(ctx context.Context) bool {
		return send[datasync.ChangeEvent](ctx, sub, sub.ChangeChan, event)
	}
	return d
}

// commitChanges remembers the keys that somebody was told of.
func (r *Registry) commitChanges(txData map[string]datasync.ChangeValue, taken []*delivery) {
	told := make(map[string]bool)
	for _, d := range taken {
		for _, key := range d.keys {
			told[key] = true
		}
	}
	for key := range told {
		val := txData[key]
		if val.GetChangeType() == datasync.Delete {
			r.lastRev.Del(key)
		} else {
			r.lastRev.PutWithRevision(key, val)
		}
	}
}

func resyncDelivery(ctx context.Context, sub *Subscription, txData map[string]datasync.ChangeValue) *delivery {
	items := make(map[string][]datasync.KeyVal)
	for key, val := range txData {
		if val.GetChangeType() == datasync.Delete {
			continue
		}
		if prefix, match := sub.prefixOf(key); match {
			items[prefix] = append(items[prefix], NewKeyVal(key, innerValue(val), val.GetRevision()))
		}
	}
	its := make(map[string]datasync.KeyValIterator)
	for _, prefix := range sub.KeyPrefixes {
		slices.SortFunc(items[prefix], func(a, b datasync.KeyVal) int { return strings.Compare(a.GetKey(), b.GetKey()) })
		its[prefix] = NewKVIterator(items[prefix])
	}
	event := NewResyncEventDB(ctx, its)
	return &delivery{
		sub:     sub,
		outcome: event.DoneChan,
		send: func(ctx context.Context) bool {
			return send[datasync.ResyncEvent](ctx, sub, sub.ResyncChan, event)
		},
	}
}

func (r *Registry) commitResync(txData map[string]datasync.ChangeValue) {
	r.lastRev.Cleanup()
	for key, val := range txData {
		if val.GetChangeType() != datasync.Delete {
			r.lastRev.PutWithRevision(key, val)
		}
	}
}

// innerValue returns the value that a change was made with, so that receivers
// find what it carries beside the message, such as labels.
func innerValue(val datasync.ChangeValue) datasync.LazyValue {
	change, ok := val.(*Change)
	if !ok {
		return val
	}
	if kv, ok := change.KeyVal.(*KeyVal); ok {
		return kv.LazyValue
	}
	return change.KeyVal
}

// send hands the event over unless the time ends or the subscription is closed.
func send[E any](ctx context.Context, sub *Subscription, ch chan E, event E) bool {
	select {
	case ch <- event:
		return true
	case <-ctx.Done():
	case <-sub.CloseChan:
	}
	return false
}
