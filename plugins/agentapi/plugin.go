// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"context"
	"errors"
	"sync"

	"go.ligato.io/cn-infra/v2/health/statuscheck"
	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/rpc/grpc"
	"go.ligato.io/cn-infra/v2/rpc/rest"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/orchestrator"
	"google.golang.org/grpc/health"

	"github.com/ifwatcher/ifwatcher/plugins/agentapi/internal/eventlog"
)

// Plugin serves the API of an agent.
type Plugin struct {
	Deps

	app      string
	nonFatal []string

	notifications *eventlog.Log[*notification]
	health        *health.Server
	ctx           context.Context
	cancel        context.CancelFunc
	loops         sync.WaitGroup
}

// Deps are the dependencies of the plugin.
type Deps struct {
	infra.PluginDeps
	// HTTPHandlers is where the REST API is registered, nil for nowhere.
	HTTPHandlers rest.HTTPHandlers
	// GRPC is where the services are registered, nil for nowhere.
	GRPC grpc.Server
	// KVScheduler tells what is applied.
	KVScheduler kvs.KVScheduler
	// Dispatcher tells, and changes, what is wanted.
	Dispatcher orchestrator.Dispatcher
	// StatusCheck tells how the agent is. The health service is left out if it
	// is nil.
	StatusCheck statuscheck.StatusReader
}

// Init registers the REST API and the services.
func (p *Plugin) Init() error {
	if p.KVScheduler == nil {
		return errors.New("dependency KVScheduler is not set")
	}
	if p.Dispatcher == nil {
		return errors.New("dependency Dispatcher is not set")
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.notifications = eventlog.New[*notification](notificationsKept)
	p.registerREST()
	p.registerGRPC()
	return nil
}

// AfterInit starts to follow what the services tell of by themselves.
func (p *Plugin) AfterInit() error {
	p.followInterfaces()
	p.followHealth()
	return nil
}

// Close ends all streams.
func (p *Plugin) Close() error {
	if p.cancel == nil {
		return nil
	}
	p.cancel()
	if p.health != nil {
		p.health.Shutdown()
	}
	p.notifications.Close()
	p.loops.Wait()
	return nil
}
