// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"syscall"
	"time"

	"go.ligato.io/cn-infra/v2/infra"
)

// Build information, set when linking (-X) or by [Version].
var (
	BuildVersion = "v0.0.0-dev"
	BuildDate    string
	CommitHash   string
)

// Timeouts of agents that are given none.
var (
	DefaultStartTimeout = 15 * time.Second
	DefaultStopTimeout  = 5 * time.Second
)

// DumpStackTraceOnTimeout has the stacks of all goroutines written to stderr
// when a timeout ends the process. DUMP_STACK_ON_TIMEOUT sets it.
var DumpStackTraceOnTimeout = os.Getenv("DUMP_STACK_ON_TIMEOUT") != ""

// Options are the settings of an agent.
type Options struct {
	// StartTimeout ends the process with status 1 when the start takes longer.
	// With zero the start may take any time and is not interrupted by signals.
	StartTimeout time.Duration
	// StopTimeout ends the process with status 1 when closing the plugins
	// takes longer. Zero means no limit.
	StopTimeout time.Duration
	// QuitSignals stop the agent; a second one ends the process at once.
	QuitSignals []os.Signal
	// QuitChan stops the agent when it is closed or received from.
	QuitChan chan struct{}
	// Context stops the agent when it is done.
	Context context.Context
	// Plugins are all plugins in the order of their initialisation.
	Plugins []infra.Plugin

	found discovery
}

// Option sets something in [Options].
type Option func(*Options)

func newOptions(opts []Option) Options {
	o := Options{
		StartTimeout: DefaultStartTimeout,
		StopTimeout:  DefaultStopTimeout,
		QuitSignals:  []os.Signal{os.Interrupt, syscall.SIGTERM},
		Context:      context.Background(),
	}
	for _, opt := range opts {
		opt(&o)
	}
	if o.Context == nil {
		o.Context = context.Background()
	}
	o.checkNames()
	return o
}

// checkNames panics on two plugins of one name: they would share a logger, a
// configuration and keys.
func (o *Options) checkNames() {
	taken := make(map[string]infra.Plugin, len(o.Plugins))
	for i, p := range o.Plugins {
		if isNil(p) {
			panic(fmt.Sprintf("agent: plugin %d of %d is nil", i+1, len(o.Plugins)))
		}
		if other, ok := taken[p.String()]; ok {
			panic(fmt.Sprintf("agent: two plugins are named %q: %T and %T", p.String(), other, p))
		}
		taken[p.String()] = p
	}
}

func isNil(p infra.Plugin) bool {
	v := reflect.ValueOf(p)
	return !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
}

// StartTimeout limits the time that the start takes; zero means no limit.
func StartTimeout(timeout time.Duration) Option {
	return func(o *Options) {
		o.StartTimeout = timeout
	}
}

// StopTimeout limits the time that the stop takes; zero means no limit.
func StopTimeout(timeout time.Duration) Option {
	return func(o *Options) {
		o.StopTimeout = timeout
	}
}

// Context stops the agent when ctx is done.
func Context(ctx context.Context) Option {
	return func(o *Options) {
		o.Context = ctx
	}
}

// Version sets [BuildVersion], [BuildDate] and [CommitHash].
func Version(buildVer string, buildDate string, commitHash string) Option {
	return func(*Options) {
		BuildVersion = buildVer
		BuildDate = buildDate
		CommitHash = commitHash
	}
}

// QuitSignals replaces the signals that stop the agent, by default interrupt
// and SIGTERM. Without any, signals have their usual effect.
func QuitSignals(sigs ...os.Signal) Option {
	return func(o *Options) {
		o.QuitSignals = sigs
	}
}

// QuitOnClose stops the agent when ch is closed.
func QuitOnClose(ch chan struct{}) Option {
	return func(o *Options) {
		o.QuitChan = ch
	}
}

// Plugins adds plugins as they are, without looking for those that they depend
// on.
func Plugins(plugins ...infra.Plugin) Option {
	return func(o *Options) {
		for _, p := range plugins {
			o.found.mark(p)
			o.Plugins = append(o.Plugins, p)
		}
	}
}

// AllPlugins adds plugins, each preceded by those that it depends on.
//
// A plugin depends on the plugins in its exported fields: pointers, interfaces,
// struct values, and the elements of slices and arrays of these, also where an
// interface holds the slice. Embedded structs are searched like the plugin
// itself; other structs and maps are not. Every plugin is added once, so
// plugins may depend on each other; then the one that is found first comes
// last.
//
// A plugin must be a pointer, or at least comparable, to be told apart from
// others; AllPlugins panics when it is neither.
func AllPlugins(plugins ...infra.Plugin) Option {
	return func(o *Options) {
		for _, p := range plugins {
			o.Plugins = append(o.Plugins, o.found.find(p)...)
		}
	}
}
