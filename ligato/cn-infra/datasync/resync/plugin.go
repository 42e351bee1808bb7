// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/logging"
)

// DefaultPlugin is the instance that sources and callers share by default.
var DefaultPlugin = Plugin{Deps: NewPlugin().Deps}

// Deps are the dependencies of the plugin.
type Deps struct {
	infra.PluginName
	Log logging.PluginLogger
}

// Plugin coordinates resyncs. It can be used before Init.
type Plugin struct {
	Deps

	mu      sync.Mutex
	sources []*registration // in the order of their registration
	running bool
	next    *run
}

// run is one resync of all sources.
type run struct {
	done chan struct{} // closed at the end
	err  error
}

// Option changes a plugin.
type Option func(*Plugin)

// UseDeps sets dependencies.
func UseDeps(cb func(*Deps)) Option {
	return func(p *Plugin) { cb(&p.Deps) }
}

// NewPlugin returns a plugin named "resync".
func NewPlugin(opts ...Option) *Plugin {
	p := &Plugin{}
	p.PluginName = "resync"
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

// Close forgets all sources and closes their channels. A running resync ends.
func (p *Plugin) Close() error {
	p.mu.Lock()
	sources := p.sources
	p.sources = nil
	p.mu.Unlock()
	for _, reg := range sources {
		reg.end()
	}
	return nil
}

// Register adds a source. It panics if the name is in use, since that is a
// mistake in the program. The registration has a method Close.
func (p *Plugin) Register(resyncName string) Registration {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, reg := range p.sources {
		if reg.name == resyncName {
			panic(fmt.Sprintf("resync: source %q registered twice", resyncName))
		}
	}
	reg := newRegistration(p, resyncName)
	p.sources = append(p.sources, reg)
	return reg
}

func (p *Plugin) unregister(reg *registration) {
	p.mu.Lock()
	p.sources = slices.DeleteFunc(p.sources, func(r *registration) bool { return r == reg })
	p.mu.Unlock()
	reg.end()
}

// DoResync asks every source for its listing, one after the other in the order
// of their registration, and returns when all of them have answered or their
// time is over. What goes wrong is logged.
func (p *Plugin) DoResync() {
	_ = p.Resync(context.Background())
}

// Resync is DoResync that returns what went wrong, and that the context can
// end. The resync itself goes on.
func (p *Plugin) Resync(ctx context.Context) error {
	p.mu.Lock()
	if p.next == nil {
		p.next = &run{done: make(chan struct{})}
	}
	if !p.running {
		p.running = true
		go p.work()
	}
	r := p.next
	p.mu.Unlock()

	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return fmt.Errorf("resync: %w", ctx.Err())
	}
}

// work runs what is asked for until nothing is left.
func (p *Plugin) work() {
	for {
		p.mu.Lock()
		r := p.next
		p.next = nil
		p.running = r != nil
		sources := slices.Clone(p.sources)
		p.mu.Unlock()
		if r == nil {
			return
		}
		if len(sources) == 0 {
			p.Log.Warn("resync: no source has registered")
		}
		var errs []error
		for _, reg := range sources {
			if err := reg.resync(); err != nil {
				p.Log.Warnf("resync of %s: %v", reg, err)
				errs = append(errs, fmt.Errorf("resync of %s: %w", reg, err))
			}
		}
		r.err = errors.Join(errs...)
		close(r.done)
	}
}
