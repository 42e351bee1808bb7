// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"sync"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/vpp-agent/v3/plugins/orchestrator/watcher"
)

// firstApply stands between the sources of configuration and the
// orchestrator, to know when the first full configuration has been applied:
// no plugin tells. It passes on every event in the order it came, and listens
// to the answer to the first resync.
type firstApply struct {
	infra.PluginName
	Source *watcher.Aggregator

	once    sync.Once
	applied chan struct{}

	stop chan struct{}
	wg   sync.WaitGroup
}

var _ infra.Plugin = (*firstApply)(nil)

func newFirstApply(source *watcher.Aggregator) *firstApply {
	return &firstApply{
		PluginName: "first-apply",
		Source:     source,
		applied:    make(chan struct{}),
		stop:       make(chan struct{}),
	}
}

// done is closed once the first full configuration has been applied.
func (f *firstApply) done() <-chan struct{} { return f.applied }

// Init implements infra.Plugin.
func (f *firstApply) Init() error { return nil }

// Watch implements datasync.KeyValProtoWatcher.
func (f *firstApply) Watch(name string, changes chan datasync.ChangeEvent, resyncs chan datasync.ResyncEvent,
	prefixes ...string) (datasync.WatchRegistration, error) {
	fromChanges, fromResyncs := make(chan datasync.ChangeEvent), make(chan datasync.ResyncEvent)
	reg, err := f.Source.Watch(name, fromChanges, fromResyncs, prefixes...)
	if err != nil {
		return nil, err
	}
	f.wg.Go(func() { f.forward(fromChanges, changes, fromResyncs, resyncs) })
	return reg, nil
}

// forward is one goroutine for both kinds of event, since a change that
// follows a resync must not overtake it.
func (f *firstApply) forward(fromChanges, changes chan datasync.ChangeEvent, fromResyncs, resyncs chan datasync.ResyncEvent) {
	for {
		select {
		case ev := <-fromChanges:
			select {
			case changes <- ev:
			case <-f.stop:
				return
			}
		case ev := <-fromResyncs:
			select {
			case resyncs <- &notedResync{ResyncEvent: ev, note: f.note}:
			case <-f.stop:
				return
			}
		case <-f.stop:
			return
		}
	}
}

// note is called with the result of each resync. A resync in which single
// values failed has been applied too: they have a status of their own.
func (f *firstApply) note(error) { f.once.Do(func() { close(f.applied) }) }

// Close stops passing on events.
func (f *firstApply) Close() error {
	close(f.stop)
	f.wg.Wait()
	return nil
}

type notedResync struct {
	datasync.ResyncEvent
	note func(error)
}

// Done implements datasync.CallbackResult.
func (e *notedResync) Done(err error) {
	e.note(err)
	e.ResyncEvent.Done(err)
}
