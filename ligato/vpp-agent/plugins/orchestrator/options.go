// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package orchestrator

import (
	"os"
	"sync"

	grpc_prometheus "github.com/grpc-ecosystem/go-grpc-prometheus"
	"github.com/prometheus/client_golang/prometheus"

	"go.ligato.io/cn-infra/v2/datasync/kvdbsync/local"
	"go.ligato.io/cn-infra/v2/rpc/grpc"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler"
)

// DefaultPlugin is the orchestrator of an agent.
var DefaultPlugin = *NewPlugin()

// EnableStatusPublishing has the status of each value written to the
// StatusPublisher. It is set by a non-empty ENABLE_STATUS_PUBLISHING in the
// environment.
var EnableStatusPublishing = os.Getenv("ENABLE_STATUS_PUBLISHING") != ""

// verbose has every push logged.
var verbose = os.Getenv("DEBUG_ORCHESTRATOR") != ""

// Option changes how an orchestrator is made.
type Option func(*Plugin)

// UseReflection tells whether clients may ask the gRPC server for its services,
// which they may by default.
func UseReflection(enabled bool) Option {
	return func(p *Plugin) { p.reflection = enabled }
}

// NewPlugin makes an orchestrator that uses the default scheduler and gRPC
// server, with the agent itself as the only source.
func NewPlugin(opts ...Option) *Plugin {
	p := &Plugin{dispatcher: newDispatcher(), reflection: true}
	p.PluginName = "orchestrator"
	p.GRPC = &grpc.DefaultPlugin
	p.KVScheduler = &kvscheduler.DefaultPlugin
	p.Watcher = local.DefaultRegistry
	for _, opt := range opts {
		opt(p)
	}
	p.Setup()
	return p
}

// EnabledGrpcMetrics has calls of the default gRPC server counted and timed,
// as metrics of the default Prometheus registry. It must be called before the
// server is initialised.
func EnabledGrpcMetrics() { enableGrpcMetrics() }

var enableGrpcMetrics = sync.OnceFunc(func() {
	metrics := grpc_prometheus.NewServerMetrics()
	metrics.EnableHandlingTimeHistogram()
	prometheus.MustRegister(metrics)
	grpc.UsePromMetrics(metrics)(&grpc.DefaultPlugin)
})
