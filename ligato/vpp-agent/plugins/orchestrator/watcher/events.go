// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package watcher

import (
	"context"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/datasync/syncbase"
)

// event is what the events passed on have in common.
type event struct {
	ctx  context.Context
	done func(error)
}

func (e *event) GetContext() context.Context { return e.ctx }

func (e *event) Done(err error) { e.done(err) }

type changeEvent struct {
	event
	changes []datasync.ProtoWatchResp
}

func (e *changeEvent) GetChanges() []datasync.ProtoWatchResp { return e.changes }

type resyncEvent struct {
	event
	values map[string]datasync.KeyValIterator
}

func (e *resyncEvent) GetValues() map[string]datasync.KeyValIterator { return e.values }

// sendChanges passes changes on unless the watch ends first.
func (w *watch) sendChanges(ctx context.Context, changes []datasync.ProtoWatchResp, done func(error)) {
	if len(changes) == 0 {
		done(nil)
		return
	}
	select {
	case w.changes <- &changeEvent{event: event{ctx: ctx, done: done}, changes: changes}:
	case <-w.done:
		done(errStopped)
	}
}

// sendResync passes a resync on unless the watch ends first.
func (w *watch) sendResync(ctx context.Context, values map[string]datasync.KeyValIterator, done func(error)) {
	select {
	case w.resyncs <- &resyncEvent{event: event{ctx: ctx, done: done}, values: values}:
	case <-w.done:
		done(errStopped)
	}
}

// contentOf reads everything that a resync delivers.
func contentOf(event datasync.ResyncEvent) map[string]datasync.KeyVal {
	content := make(map[string]datasync.KeyVal)
	for _, iterator := range event.GetValues() {
		for kv, last := iterator.GetNext(); !last; kv, last = iterator.GetNext() {
			content[kv.GetKey()] = kv
		}
	}
	return content
}

// put makes a change of what a source has.
func put(kv datasync.KeyVal) datasync.ProtoWatchResp {
	return &syncbase.ChangeResp{
		Key:        kv.GetKey(),
		ChangeType: datasync.Put,
		CurrVal:    kv,
		CurrRev:    kv.GetRevision(),
	}
}
