// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"go.ligato.io/vpp-agent/v3/proto/ligato/configurator"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
)

// registerGRPC registers the services. It has to be done before the server
// starts.
func (p *Plugin) registerGRPC() {
	if p.GRPC == nil || p.GRPC.IsDisabled() || p.GRPC.GetServer() == nil {
		p.Log.Info("no gRPC server: the services are not registered")
		return
	}
	server := p.GRPC.GetServer()
	configurator.RegisterConfiguratorServiceServer(server, &configuratorService{plugin: p})
	if p.StatusCheck != nil {
		p.health = health.NewServer()
		// The server may start before anybody looks at how the agent is.
		p.health.SetServingStatus("", grpc_health_v1.HealthCheckResponse_NOT_SERVING)
		grpc_health_v1.RegisterHealthServer(server, p.health)
	}
}
