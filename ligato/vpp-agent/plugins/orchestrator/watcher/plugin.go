// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package watcher

import (
	"errors"
	"fmt"
	"sync"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/datasync/kvdbsync"
	"go.ligato.io/cn-infra/v2/datasync/kvdbsync/local"
	"go.ligato.io/cn-infra/v2/datasync/resync"
	"go.ligato.io/cn-infra/v2/datasync/syncbase"
	"go.ligato.io/cn-infra/v2/infra"
)

// localName is the name of the agent itself among the sources.
const localName = "LOCAL"

// Config is the content of aggregator.conf.
type Config struct {
	// ResyncDataSourceOverride is the name under which the orchestrator keeps
	// what the stores have. Empty means its default, "datasync".
	ResyncDataSourceOverride string `json:"resync-data-source-override"`
}

// Aggregator is a source of configuration that consists of others.
type Aggregator struct {
	infra.PluginDeps

	// Resync is where the stores are asked to deliver. Not used: the content of
	// each is known at any time.
	Resync *resync.Plugin
	// Local is where parts of the agent itself put their configuration.
	Local *syncbase.Registry
	// Watchers are the other sources.
	Watchers []datasync.KeyValProtoWatcher

	config Config

	mu       sync.Mutex
	watches  []*watch
	isClosed bool
}

// Option changes how an aggregator is made.
type Option func(*Aggregator)

// UseWatchers sets the sources.
func UseWatchers(watchers ...datasync.KeyValProtoWatcher) Option {
	return func(a *Aggregator) { a.Watchers = watchers }
}

// NewPlugin makes an aggregator, named "aggregator".
func NewPlugin(opts ...Option) *Aggregator {
	a := &Aggregator{
		Resync: &resync.DefaultPlugin,
		Local:  local.DefaultRegistry,
	}
	a.PluginName = "aggregator"
	for _, opt := range opts {
		opt(a)
	}
	a.Setup()
	return a
}

// Init reads the configuration file.
func (a *Aggregator) Init() error {
	if _, err := a.Cfg.LoadValue(&a.config); err != nil {
		return fmt.Errorf("load configuration: %w", err)
	}
	return nil
}

// Watch passes on what the sources have with the given key prefixes, until the
// registration is closed. Both channels have to be read: order between them is
// kept, so an event that nobody takes holds up all others.
func (a *Aggregator) Watch(resyncName string, changeChan chan datasync.ChangeEvent,
	resyncChan chan datasync.ResyncEvent, keyPrefixes ...string) (datasync.WatchRegistration, error) {

	w := newWatch(a.Log, changeChan, resyncChan, keyPrefixes, a.config.ResyncDataSourceOverride)
	for _, watcher := range a.Watchers {
		if a.isOff(watcher) {
			continue
		}
		if err := w.addSource(fmt.Sprint(watcher), resyncName, watcher, false); err != nil {
			return nil, errors.Join(err, w.Close())
		}
	}
	if a.Local != nil {
		if err := w.addSource(localName, resyncName, a.Local, true); err != nil {
			return nil, errors.Join(err, w.Close())
		}
	}

	a.mu.Lock()
	defer a.mu.Unlock()
	if a.isClosed {
		return nil, errors.Join(errors.New("aggregator is closed"), w.Close())
	}
	a.watches = append(a.watches, w)
	w.start()
	return w.registration(), nil
}

// isOff reports whether there is nothing to expect of a source, or it is
// watched anyway.
func (a *Aggregator) isOff(watcher datasync.KeyValProtoWatcher) bool {
	if registry, ok := watcher.(*syncbase.Registry); ok && registry == a.Local {
		return true
	}
	if store, ok := watcher.(*kvdbsync.Plugin); ok && (store.KvPlugin == nil || store.KvPlugin.Disabled()) {
		return true
	}
	if file, ok := watcher.(interface{ Empty() bool }); ok && file.Empty() {
		return true
	}
	return false
}

// Close ends all watches.
func (a *Aggregator) Close() error {
	a.mu.Lock()
	a.isClosed = true
	watches := a.watches
	a.watches = nil
	a.mu.Unlock()
	var errs []error
	for _, w := range watches {
		errs = append(errs, w.Close())
	}
	return errors.Join(errs...)
}
