// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package hostconfig

import (
	"go.ligato.io/cn-infra/v2/config"
	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/cn-infra/v2/servicelabel"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler"
)

// DefaultPlugin is the instance for an agent with default dependencies.
var DefaultPlugin = *NewPlugin()

// Option changes a plugin under construction.
type Option func(*Plugin)

// NewPlugin returns a plugin with default dependencies, changed by opts.
func NewPlugin(opts ...Option) *Plugin {
	p := &Plugin{}
	p.PluginName = "hostconfig"
	p.KVScheduler = &kvscheduler.DefaultPlugin
	p.ServiceLabel = &servicelabel.DefaultPlugin
	for _, opt := range opts {
		opt(p)
	}
	if p.Log == nil {
		p.Log = logging.ForPlugin(p.String())
	}
	if p.Cfg == nil {
		p.Cfg = config.ForPlugin(p.String(), config.WithCustomizedFlag(config.FlagName(p.String()), configFile))
	}
	return p
}

// UseDeps returns an option that changes the dependencies.
func UseDeps(change func(*Deps)) Option {
	return func(p *Plugin) { change(&p.Deps) }
}

// UseConf returns an option that sets the configuration; no file is then read.
func UseConf(conf Config) Option {
	return func(p *Plugin) { p.conf = &conf }
}
