// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package grpc

import (
	"crypto/tls"

	grpc_prometheus "github.com/grpc-ecosystem/go-grpc-prometheus"
	"golang.org/x/time/rate"
	"google.golang.org/grpc"

	"go.ligato.io/cn-infra/v2/config"
	"go.ligato.io/cn-infra/v2/rpc/internal/portflag"
)

// DefaultPlugin is the gRPC server with the default name and configuration.
var DefaultPlugin = *NewPlugin()

// Option customises a plugin. Options may also be applied to a plugin that
// exists, until its Init.
type Option func(*Plugin)

// NewPlugin returns a new gRPC server, named "grpc" unless an option says
// otherwise.
func NewPlugin(opts ...Option) *Plugin {
	p := &Plugin{}
	p.PluginName = "grpc"
	for _, opt := range opts {
		opt(p)
	}
	if p.Cfg == nil {
		p.Cfg = config.ForPlugin(p.String(), portflag.Define(p.String(), ""))
	}
	p.Setup()
	return p
}

// UseConf gives the plugin a configuration, which a file overrides, and
// enables the server.
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

// UseAuth has a decide on the credentials of calls.
func UseAuth(a *Authenticator) Option {
	return func(p *Plugin) {
		p.auth = a
	}
}

// UseTLS sets the settings for TLS. They take the place of those in the
// configuration.
func UseTLS(c *tls.Config) Option {
	return func(p *Plugin) {
		p.tlsConfig = c
	}
}

// UseServerOpts adds options for the server, after the plugin's own.
func UseServerOpts(o ...grpc.ServerOption) Option {
	return func(p *Plugin) {
		p.serverOpts = append(p.serverOpts, o...)
	}
}

// UsePromMetrics counts calls in metrics.
func UsePromMetrics(metrics *grpc_prometheus.ServerMetrics) Option {
	return func(p *Plugin) {
		p.metrics = metrics
	}
}

// UseRateLimiter bounds the rate of calls, of all clients together.
func UseRateLimiter(r *rate.Limiter) Option {
	return func(p *Plugin) {
		p.limiter = r
	}
}
