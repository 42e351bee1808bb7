// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"fmt"
	"os"
	"sync"

	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/rpc/rest"
)

// Relations of a value to its targets, as shown in timelines.
const (
	// DependencyRelation leads to what a value depends on.
	DependencyRelation = "depends-on"
	// DerivesRelation leads to what is derived from a value.
	DerivesRelation = "derives"
)

// Environment variables; any non-empty value enables.
const (
	envVerifyMode = "KVSCHED_VERIFY_MODE"
	envCheckNetNS = "KVSCHED_CHECK_NET_NS"
	envGraphWalk  = "KVSCHED_LOG_GRAPH_WALK"
	envGraphDump  = "KVSCHEDULER_GRAPHDUMP"
)

// Scheduler is the plugin and implements the KVScheduler interface.
type Scheduler struct {
	Deps

	state *state
}

// Deps are what the plugin needs.
type Deps struct {
	infra.PluginDeps
	// HTTPHandlers serves the REST API. Without it there is none.
	HTTPHandlers rest.HTTPHandlers
}

// state holds what must not be copied, because DefaultPlugin is a copy.
type state struct {
	mu   sync.Mutex
	core *core
}

// Option changes a new plugin.
type Option func(*Scheduler)

// DefaultPlugin is the plugin as it is mostly used.
var DefaultPlugin = *NewPlugin()

// NewPlugin returns a plugin named "kvscheduler" that serves REST through
// rest.DefaultPlugin, unless the options say otherwise.
func NewPlugin(opts ...Option) *Scheduler {
	s := &Scheduler{state: &state{}}
	s.SetName("kvscheduler")
	s.HTTPHandlers = &rest.DefaultPlugin

	for _, opt := range opts {
		opt(s)
	}
	s.Setup()
	s.state.core = newCore(s.Log)
	return s
}

// UseDeps lets cb change the dependencies.
func UseDeps(cb func(*Deps)) Option {
	return func(s *Scheduler) { cb(&s.Deps) }
}

// Init reads the configuration, registers the REST API and starts the worker.
func (s *Scheduler) Init() error {
	s.Setup()
	cfg, err := s.loadConfig()
	if err != nil {
		return err
	}
	s.state.mu.Lock()
	if s.state.core.isClosed() {
		s.state.core = newCore(s.Log)
	}
	c := s.state.core
	s.state.mu.Unlock()

	c.engine.Verify = os.Getenv(envVerifyMode) != ""
	if os.Getenv(envGraphWalk) != "" {
		c.engine.Trace = func(key string, begin bool) {
			mark := "END"
			if begin {
				mark = "BEGIN"
			}
			s.Log.Infof("%s %s", mark, key)
		}
	}
	if err := c.start(cfg); err != nil {
		return fmt.Errorf("%s: %w", s, err)
	}
	s.registerHandlers()
	return nil
}

// Close stops the worker after the transaction that it is working on. What is
// queued is dropped; who waits for it gets api.ErrClosedScheduler.
func (s *Scheduler) Close() error {
	s.core().close()
	return nil
}

func (s *Scheduler) core() *core {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()

	return s.state.core
}
