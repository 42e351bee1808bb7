// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package logmanager

import (
	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/cn-infra/v2/rpc/rest"
	"go.ligato.io/cn-infra/v2/servicelabel"
)

// DefaultPlugin manages the default registry and serves on the default HTTP
// server.
var DefaultPlugin = *NewPlugin()

// Option customises [NewPlugin].
type Option func(*Plugin)

// NewPlugin returns a plugin named "logs".
func NewPlugin(opts ...Option) *Plugin {
	p := &Plugin{}
	p.PluginName = "logs"
	p.ServiceLabel = &servicelabel.DefaultPlugin
	p.LogRegistry = logging.DefaultRegistry
	p.HTTP = &rest.DefaultPlugin
	for _, opt := range opts {
		opt(p)
	}
	p.Setup()
	return p
}

// UseDeps changes the dependencies.
func UseDeps(cb func(*Deps)) Option {
	return func(p *Plugin) {
		cb(&p.Deps)
	}
}

// UseConf sets the configuration that the file, if there is one, is laid over.
func UseConf(conf Config) Option {
	return func(p *Plugin) {
		p.Config = &conf
	}
}
