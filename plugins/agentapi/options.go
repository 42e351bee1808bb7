// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"os"
	"path/filepath"

	"go.ligato.io/cn-infra/v2/health/statuscheck"
	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/cn-infra/v2/rpc/grpc"
	"go.ligato.io/cn-infra/v2/rpc/rest"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler"
	"go.ligato.io/vpp-agent/v3/plugins/orchestrator"
)

// DefaultPlugin is the instance for an agent with default dependencies.
var DefaultPlugin = *NewPlugin()

// NewPlugin returns a plugin with default dependencies, changed by opts.
func NewPlugin(opts ...Option) *Plugin {
	p := &Plugin{app: filepath.Base(os.Args[0])}
	p.PluginName = "agentapi"
	p.HTTPHandlers = &rest.DefaultPlugin
	p.GRPC = &grpc.DefaultPlugin
	p.KVScheduler = &kvscheduler.DefaultPlugin
	p.Dispatcher = &orchestrator.DefaultPlugin
	p.StatusCheck = &statuscheck.DefaultPlugin
	for _, opt := range opts {
		opt(p)
	}
	if p.Log == nil {
		p.Log = logging.ForPlugin(p.String())
	}
	return p
}

// Option changes a plugin under construction.
type Option func(*Plugin)

// UseDeps returns an option that changes the dependencies.
func UseDeps(change func(*Deps)) Option {
	return func(p *Plugin) { change(&p.Deps) }
}

// UseApp returns an option that sets the name of the program that clients are
// told. It is the name of the executable by default.
func UseApp(name string) Option {
	return func(p *Plugin) { p.app = name }
}

// UseNonFatalPlugins returns an option that names plugins whose errors leave the
// agent healthy. It should have the same names as the option of the probe.
func UseNonFatalPlugins(names ...string) Option {
	return func(p *Plugin) { p.nonFatal = names }
}
