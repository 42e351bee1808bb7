// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"maps"
	"slices"
	"time"

	"go.ligato.io/cn-infra/v2/health/statuscheck/model/status"
	"google.golang.org/grpc/health/grpc_health_v1"
)

// healthPeriod is how often the state of the agent is looked at: nobody tells
// when it changes.
const healthPeriod = time.Second

// followHealth keeps the health service telling whether the agent is ready: for
// the server as a whole, whose name is empty, and for each service alike.
func (p *Plugin) followHealth() {
	if p.health == nil {
		return
	}
	names := []string{""}
	names = slices.AppendSeq(names, maps.Keys(p.GRPC.GetServer().GetServiceInfo()))
	p.setHealth(names)
	p.loops.Go(func() {
		ticker := time.NewTicker(healthPeriod)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				p.setHealth(names)
			case <-p.ctx.Done():
				return
			}
		}
	})
}

func (p *Plugin) setHealth(services []string) {
	serving := grpc_health_v1.HealthCheckResponse_NOT_SERVING
	if p.ready() {
		serving = grpc_health_v1.HealthCheckResponse_SERVING
	}
	for _, name := range services {
		p.health.SetServingStatus(name, serving)
	}
}

// ready reports what the readiness probe does: that the agent is well, or that
// only plugins are not which it can do without for a while.
func (p *Plugin) ready() bool {
	agent := p.StatusCheck.GetAgentStatus()
	switch agent.GetState() {
	case status.OperationalState_OK:
		return true
	case status.OperationalState_ERROR:
		for name, plugin := range p.StatusCheck.GetAllPluginStatus() {
			if plugin.GetState() == status.OperationalState_ERROR && !slices.Contains(p.nonFatal, name) {
				return false
			}
		}
		return true
	default:
		return false
	}
}
