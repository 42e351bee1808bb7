// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package embeddedetcd

import (
	"go.ligato.io/cn-infra/v2/config"
	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/cn-infra/v2/servicelabel"
)

// DefaultPlugin is the instance for an agent with default dependencies.
var DefaultPlugin = *NewPlugin()

// Option changes a plugin under construction.
type Option func(*Plugin)

// NewPlugin returns a plugin with default dependencies, changed by opts. It
// defines the flag of the etcd plugin, so it must be made before the agent.
func NewPlugin(opts ...Option) *Plugin {
	p := &Plugin{etcdFile: newFileSetting()}
	p.PluginName = "embedded-etcd"
	p.ServiceLabel = &servicelabel.DefaultPlugin
	for _, opt := range opts {
		opt(p)
	}
	if p.Log == nil {
		p.Log = logging.ForPlugin(p.String())
	}
	if p.Cfg == nil {
		p.Cfg = config.ForPlugin(p.String(), config.WithCustomizedFlag(config.FlagName(p.String()), "embedded-etcd.conf"))
	}
	return p
}

// UseDeps returns an option that changes the dependencies.
func UseDeps(change func(*Deps)) Option {
	return func(p *Plugin) { change(&p.Deps) }
}
