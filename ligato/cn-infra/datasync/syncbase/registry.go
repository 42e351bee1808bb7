// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package syncbase

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"go.ligato.io/cn-infra/v2/datasync"
)

// Registry keeps subscriptions and hands them what is propagated.
type Registry struct {
	// turn holds a token while a propagation delivers its events.
	turn    chan struct{}
	lastRev *PrevRevisions

	mu   sync.Mutex
	subs map[string]*Subscription
}

// Subscription is one watcher of a registry. A nil channel means that the
// watcher does not want such events.
type Subscription struct {
	ResyncName string
	ChangeChan chan datasync.ChangeEvent
	ResyncChan chan datasync.ResyncEvent
	// CloseChan is closed when the subscription ends. Nothing is sent to it.
	CloseChan   chan string
	KeyPrefixes []string
}

// NewRegistry returns a registry without subscriptions.
func NewRegistry() *Registry {
	return &Registry{
		turn:    make(chan struct{}, 1),
		lastRev: NewLatestRev(),
		subs:    make(map[string]*Subscription),
	}
}

// Watch adds a subscription. Its name must not be in use.
func (r *Registry) Watch(resyncName string, changeChan chan datasync.ChangeEvent,
	resyncChan chan datasync.ResyncEvent, keyPrefixes ...string) (datasync.WatchRegistration, error) {

	r.mu.Lock()
	defer r.mu.Unlock()
	if _, taken := r.subs[resyncName]; taken {
		return nil, fmt.Errorf("watch %q: a subscription of this name exists", resyncName)
	}
	r.subs[resyncName] = &Subscription{
		ResyncName:  resyncName,
		ChangeChan:  changeChan,
		ResyncChan:  resyncChan,
		CloseChan:   make(chan string),
		KeyPrefixes: slices.Clone(keyPrefixes),
	}
	return &WatchDataReg{ResyncName: resyncName, registry: r, sub: r.subs[resyncName]}, nil
}

// Subscriptions returns a copy of the present subscriptions by name.
func (r *Registry) Subscriptions() map[string]*Subscription {
	r.mu.Lock()
	defer r.mu.Unlock()
	subs := make(map[string]*Subscription, len(r.subs))
	for name, sub := range r.subs {
		c := *sub
		c.KeyPrefixes = slices.Clone(sub.KeyPrefixes)
		subs[name] = &c
	}
	return subs
}

// LastRev returns the last values that were delivered.
func (r *Registry) LastRev() *PrevRevisions { return r.lastRev }

// inOrder returns copies of the subscriptions sorted by name.
func (r *Registry) inOrder() []*Subscription {
	subs := slices.Collect(maps.Values(r.Subscriptions()))
	slices.SortFunc(subs, func(a, b *Subscription) int { return strings.Compare(a.ResyncName, b.ResyncName) })
	return subs
}

// prefixOf returns the longest prefix of the subscription that the key has.
func (s *Subscription) prefixOf(key string) (prefix string, found bool) {
	for _, p := range s.KeyPrefixes {
		if strings.HasPrefix(key, p) && (!found || len(p) > len(prefix)) {
			prefix, found = p, true
		}
	}
	return prefix, found
}

// WatchDataReg is a subscription seen by the one who made it.
type WatchDataReg struct {
	ResyncName string
	registry   *Registry
	sub        *Subscription
}

// Register adds a prefix to the subscription of the given name. It gives
// nothing for the keys that exist already; the next resync has them.
func (reg *WatchDataReg) Register(resyncName string, keyPrefix string) error {
	reg.registry.mu.Lock()
	defer reg.registry.mu.Unlock()
	sub, found := reg.registry.subs[resyncName]
	if !found {
		return fmt.Errorf("register prefix %q: no subscription %q", keyPrefix, resyncName)
	}
	if slices.Contains(sub.KeyPrefixes, keyPrefix) {
		return fmt.Errorf("register prefix %q: subscription %q has it", keyPrefix, resyncName)
	}
	sub.KeyPrefixes = append(sub.KeyPrefixes, keyPrefix)
	return nil
}

// Unregister removes a prefix. A prefix that is not there is no error.
func (reg *WatchDataReg) Unregister(keyPrefix string) error {
	reg.registry.mu.Lock()
	defer reg.registry.mu.Unlock()
	reg.sub.KeyPrefixes = slices.DeleteFunc(reg.sub.KeyPrefixes, func(p string) bool { return p == keyPrefix })
	return nil
}

// Close removes the subscription. An event that is on its way to it is
// withdrawn. Closing again does nothing.
func (reg *WatchDataReg) Close() error {
	reg.registry.mu.Lock()
	defer reg.registry.mu.Unlock()
	if reg.registry.subs[reg.ResyncName] == reg.sub {
		delete(reg.registry.subs, reg.ResyncName)
		close(reg.sub.CloseChan)
	}
	return nil
}
