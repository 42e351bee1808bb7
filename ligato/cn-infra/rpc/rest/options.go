// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package rest

import (
	"golang.org/x/time/rate"

	"go.ligato.io/cn-infra/v2/config"
	"go.ligato.io/cn-infra/v2/rpc/internal/portflag"
)

// DefaultPlugin is the HTTP server with the default name and configuration.
var DefaultPlugin = *NewPlugin()

// Option customises a plugin.
type Option func(*Plugin)

// NewPlugin returns a new HTTP server, named "http" unless an option says
// otherwise.
func NewPlugin(opts ...Option) *Plugin {
	p := &Plugin{}
	p.PluginName = "http"
	for _, opt := range opts {
		opt(p)
	}
	if p.Cfg == nil {
		p.Cfg = config.ForPlugin(p.String(), portflag.Define(p.String(), DefaultHTTPPort))
	}
	p.Setup()
	return p
}

// UseConf gives the plugin a configuration, which a file overrides.
func UseConf(conf Config) Option {
	return func(p *Plugin) {
		p.Config = &conf
	}
}

// UseDeps lets cb change the dependencies of the plugin.
func UseDeps(cb func(*Deps)) Option {
	return func(p *Plugin) {
		cb(&p.Deps)
	}
}

// UseAuthenticator has a decide on the credentials of requests. It takes the
// place of the users in the configuration.
func UseAuthenticator(a BasicHTTPAuthenticator) Option {
	return func(p *Plugin) {
		p.Authenticator = a
	}
}

// UseRateLimiter allows each user or, without authentication, each client
// address limit requests per second, with bursts of maxBurst. It takes the
// place of the limit in the configuration.
func UseRateLimiter(limit rate.Limit, maxBurst int) Option {
	return func(p *Plugin) {
		p.limiters = newLimiters(limit, maxBurst)
	}
}
