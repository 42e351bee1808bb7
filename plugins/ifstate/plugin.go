// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ifstate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"go.ligato.io/cn-infra/v2/agent"
	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/rpc/grpc"
	"go.ligato.io/cn-infra/v2/servicelabel"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ifwatcher/ifwatcher/plugins/ifstate/internal/descriptor"
	"github.com/ifwatcher/ifwatcher/plugins/ifstate/internal/publisher"
	"github.com/ifwatcher/ifwatcher/plugins/ifstate/internal/service"
	"github.com/ifwatcher/ifwatcher/plugins/ifstate/internal/state"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/feed"
	pb "github.com/ifwatcher/ifwatcher/proto/ifwatcher/v1"
)

// remembered is the number of changes that a client of the gRPC service may be
// behind, or have missed between two connections, without having to read
// everything anew. They take a few megabytes.
const remembered = 4096

// Plugin shows the interfaces of the host.
type Plugin struct {
	Deps

	conf      *Config // nil until Init, unless set by UseConf
	state     *state.State
	feed      *feed.Subscription
	publisher *publisher.Publisher // nil if nothing is published
	ctx       context.Context      // of the goroutines
	cancel    context.CancelFunc   // nil until Init
	wg        sync.WaitGroup
}

// Source is the part of the ifwatcher plugin that is used.
type Source interface {
	Subscribe() *feed.Subscription
}

// Deps are the dependencies of the plugin.
type Deps struct {
	infra.PluginDeps
	// Interfaces tells which interfaces there are.
	Interfaces Source
	// KVScheduler, which may be nil, gets values of the model.
	KVScheduler kvs.KVScheduler
	// GRPC, which may be nil, serves ifwatcher.v1.HostInterfaces.
	GRPC grpc.Server
	// ServiceLabel is needed if StatePublisher is set.
	ServiceLabel servicelabel.ReaderAPI
	// StatePublisher, which may be nil, is the agent's store. Interfaces that are
	// gone are deleted from it if it has the method Delete of cn-infra's kvdbsync.
	StatePublisher datasync.KeyProtoValWriter
}

// Init reads the configuration, registers descriptor and service and begins to
// follow the interfaces.
func (p *Plugin) Init() error {
	if p.conf == nil {
		conf, err := loadConfig(p.Cfg)
		if err != nil {
			return err
		}
		p.conf = &conf
	} else if err := p.conf.Validate(); err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	if p.Interfaces == nil {
		return errors.New("the dependency Interfaces is not set")
	}
	p.state = state.New(remembered)
	p.ctx, p.cancel = context.WithCancel(context.Background())
	if p.KVScheduler != nil {
		d := descriptor.New(p.KVScheduler, p.state, ModelHostInterface.KeyPrefix(), p.Log)
		if err := d.Register(); err != nil {
			return err
		}
		p.wg.Go(func() { d.Run(p.ctx) })
	}
	if p.GRPC != nil && !p.GRPC.IsDisabled() {
		pb.RegisterHostInterfacesServer(p.GRPC.GetServer(), service.New(p.state, p.ctx.Done()))
	}
	if p.StatePublisher != nil && p.conf.Publish {
		p.publisher = publisher.New(p.StatePublisher, p.state, p.agent(), p.conf.PublishInterval, p.Log)
	}
	p.feed = p.Interfaces.Subscribe()
	p.wg.Go(p.follow)
	return nil
}

// AfterInit begins to publish: by then the agent's store may be connected.
func (p *Plugin) AfterInit() error {
	if p.publisher != nil {
		p.wg.Go(func() { p.publisher.Run(p.ctx) })
	}
	return nil
}

// Close ends the streams of the service and waits until nothing is left that
// follows the interfaces. It may be called at any time, also without Init and after
// an Init that failed. What is published goes with the connection to the store.
func (p *Plugin) Close() error {
	if p.cancel == nil {
		return nil
	}
	p.cancel()
	if p.feed != nil {
		p.feed.Close()
	}
	p.wg.Wait()
	return nil
}

// follow takes in what happens to interfaces.
func (p *Plugin) follow() {
	for {
		update, err := p.feed.Next(p.ctx)
		if err != nil {
			p.state.End(errors.New("host interfaces are not watched"))
			return
		}
		p.state.Apply(update, time.Now())
	}
}

// agent returns what is published of the agent itself.
func (p *Plugin) agent() *pb.Agent {
	a := &pb.Agent{StartTime: timestamppb.Now(), Version: agent.BuildVersion}
	if name, err := os.Hostname(); err == nil {
		a.HostName = pb.EscapeName(name)
	}
	if p.ServiceLabel != nil {
		a.Label = p.ServiceLabel.GetAgentLabel()
	}
	return a
}
