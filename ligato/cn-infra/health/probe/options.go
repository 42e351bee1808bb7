// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"go.ligato.io/cn-infra/v2/health/statuscheck"
	"go.ligato.io/cn-infra/v2/rpc/rest"
	"go.ligato.io/cn-infra/v2/servicelabel"
)

// DefaultPlugin serves the health that statuscheck.DefaultPlugin knows through
// rest.DefaultPlugin.
var DefaultPlugin = *NewPlugin()

// Option customises a plugin.
type Option func(*Plugin)

// NewPlugin returns a new plugin, named "probe" unless an option says
// otherwise.
func NewPlugin(opts ...Option) *Plugin {
	p := &Plugin{}
	p.PluginName = "probe"
	p.ServiceLabel = &servicelabel.DefaultPlugin
	p.StatusCheck = &statuscheck.DefaultPlugin
	p.HTTP = &rest.DefaultPlugin
	for _, opt := range opts {
		opt(p)
	}
	p.SetupLog()
	return p
}

// UseDeps lets cb change the dependencies of the plugin.
func UseDeps(cb func(*Deps)) Option {
	return func(p *Plugin) {
		cb(&p.Deps)
	}
}

// WithNonFatalPlugins names plugins whose errors are shown, but do not make
// the agent unhealthy. A store that is away for a while is the usual example:
// to restart the agent for it would not help.
func WithNonFatalPlugins(plugins []string) Option {
	return func(p *Plugin) {
		p.NonFatalPlugins = plugins
	}
}
