// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvdbsync

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/datasync/resync"
	"go.ligato.io/cn-infra/v2/db/keyval"
	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/internal/follow"
	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/cn-infra/v2/servicelabel"
)

// ErrNotReady is returned by Put and Delete until the store is connected.
var ErrNotReady = follow.ErrNotReady

// Bounds of the delivery of a resync.
var (
	// ResyncAcceptTimeout is the time until the receiver takes the event.
	// After that the resync is reported as failed; the event stays on offer.
	ResyncAcceptTimeout = 1 * time.Second
	// ResyncDoneTimeout is the time until the receiver calls Done. After that
	// the changes that follow are delivered anyway.
	ResyncDoneTimeout = 30 * time.Second
)

// Deps are the dependencies of the plugin.
type Deps struct {
	infra.PluginName
	Log logging.PluginLogger
	// KvPlugin is the store. Nil or disabled turns the plugin off.
	KvPlugin keyval.KvProtoPlugin
	// ResyncOrch asks for resyncs. Without it a subscription begins with one.
	ResyncOrch   resync.Subscriber
	ServiceLabel servicelabel.ReaderAPI
}

// Plugin is a data source over one store.
type Plugin struct {
	Deps

	mu     sync.Mutex
	subs   map[string]*subscription
	broker keyval.ProtoBroker // nil until the store is connected
	store  follow.Store       // nil until the store is connected
	closed bool
}

// Option changes a plugin.
type Option func(*Plugin)

// UseDeps sets dependencies.
func UseDeps(cb func(*Deps)) Option {
	return func(p *Plugin) { cb(&p.Deps) }
}

// UseKV sets the store and names the plugin after it.
func UseKV(kv keyval.KvProtoPlugin) Option {
	return func(p *Plugin) {
		p.KvPlugin = kv
		if kv != nil {
			p.SetName("kvdb-" + kv.String() + "-datasync")
		}
	}
}

// NewPlugin returns a plugin named "kvdb-<store>-datasync" after the store given
// by UseKV, "kvdb-datasync" without one.
func NewPlugin(opts ...Option) *Plugin {
	p := &Plugin{subs: make(map[string]*subscription)}
	p.PluginName = "kvdb-datasync"
	p.ResyncOrch = &resync.DefaultPlugin
	p.ServiceLabel = &servicelabel.DefaultPlugin
	for _, o := range opts {
		o(p)
	}
	if p.Log == nil {
		p.Log = logging.ForPlugin(p.String())
	}
	return p
}

// Init does nothing.
func (p *Plugin) Init() error { return nil }

// AfterInit begins to follow the store, as soon as it is connected.
func (p *Plugin) AfterInit() error {
	if p.disabled() {
		p.Log.Debug("no store")
		return nil
	}
	p.KvPlugin.OnConnect(p.connected)
	return nil
}

// Close ends all subscriptions. Nothing is delivered afterwards.
func (p *Plugin) Close() error {
	p.mu.Lock()
	p.closed = true
	var subs []*subscription
	for _, sub := range p.subs {
		subs = append(subs, sub)
	}
	clear(p.subs)
	p.mu.Unlock()
	for _, sub := range subs {
		sub.end()
	}
	return nil
}

func (p *Plugin) disabled() bool {
	return p.KvPlugin == nil || p.KvPlugin.Disabled()
}

// connected is called once by the store.
func (p *Plugin) connected() error {
	prefix := p.ServiceLabel.GetAgentPrefix()
	broker, watcher := p.KvPlugin.NewBroker(prefix), p.KvPlugin.NewWatcher(prefix)

	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.broker != nil {
		return nil
	}
	p.broker = broker
	if f, ok := watcher.(follow.Followable); ok {
		p.store = f.FollowStore()
	} else {
		p.store = &plainStore{broker: broker, watcher: watcher}
	}
	for _, sub := range p.subs {
		p.start(sub)
	}
	return nil
}

// start lets the subscription follow the store. The lock is held.
func (p *Plugin) start(sub *subscription) {
	var reg resync.Registration
	if p.ResyncOrch != nil {
		reg = p.ResyncOrch.Register(p.String() + "/" + sub.name)
	}
	sub.start(p.store, reg)
}

// Watch subscribes to the keys under the prefixes, which are relative to the
// prefix of the agent. It may be called at any time; events come once the store
// is connected. The name has to be unique within the plugin.
func (p *Plugin) Watch(resyncName string, changeChan chan datasync.ChangeEvent,
	resyncChan chan datasync.ResyncEvent, keyPrefixes ...string) (datasync.WatchRegistration, error) {

	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, fmt.Errorf("%s: watch %q: %w", p, resyncName, errClosed)
	}
	if _, taken := p.subs[resyncName]; taken {
		return nil, fmt.Errorf("%s: watch %q: a subscription of this name exists", p, resyncName)
	}
	sub := newSubscription(resyncName, p.Log, changeChan, resyncChan, keyPrefixes)
	p.subs[resyncName] = sub
	if p.store != nil {
		p.start(sub)
	}
	return &registration{plugin: p, sub: sub}, nil
}

var errClosed = errors.New("closed")

// Put stores the value under the key, which is relative to the prefix of the
// agent. Without a store it does nothing.
func (p *Plugin) Put(key string, data proto.Message, opts ...datasync.PutOption) error {
	broker, err := p.connectedBroker()
	if broker == nil {
		return err
	}
	return broker.Put(key, data, opts...)
}

// Delete removes the key, which is relative to the prefix of the agent. Without a
// store it does nothing.
func (p *Plugin) Delete(key string, opts ...datasync.DelOption) (existed bool, err error) {
	broker, err := p.connectedBroker()
	if broker == nil {
		return false, err
	}
	return broker.Delete(key, opts...)
}

// connectedBroker returns nil and no error if there is no store.
func (p *Plugin) connectedBroker() (keyval.ProtoBroker, error) {
	if p.disabled() {
		return nil, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.broker == nil {
		return nil, ErrNotReady
	}
	return p.broker, nil
}
