// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package prometheus

import (
	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/cn-infra/v2/rpc/rest"
)

// DefaultPlugin exposes metrics through rest.DefaultPlugin.
var DefaultPlugin = *NewPlugin()

// Option customises a plugin.
type Option func(*Plugin)

// NewPlugin returns a new plugin, named "prometheus" unless an option says
// otherwise.
func NewPlugin(opts ...Option) *Plugin {
	p := &Plugin{}
	p.PluginName = "prometheus"
	p.HTTP = &rest.DefaultPlugin
	for _, opt := range opts {
		opt(p)
	}
	if p.Log == nil {
		p.Log = logging.ForPlugin(p.String())
	}
	return p
}

// UseDeps lets cb change the dependencies of the plugin.
func UseDeps(cb func(*Deps)) Option {
	return func(p *Plugin) {
		cb(&p.Deps)
	}
}
