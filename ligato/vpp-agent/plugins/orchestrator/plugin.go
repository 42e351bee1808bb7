// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"google.golang.org/grpc/reflection"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/datasync/resync"
	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/cn-infra/v2/rpc/grpc"

	"go.ligato.io/vpp-agent/v3/pkg/models"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
)

// watchName is the name of the orchestrator at the sources.
const watchName = "orchestrator"

// Plugin is the orchestrator. It implements [Dispatcher].
type Plugin struct {
	Deps
	*dispatcher

	reflection bool
	run        *run
}

// Deps are the dependencies of the orchestrator.
type Deps struct {
	infra.PluginDeps

	// GRPC is where the services are registered, nil for nowhere.
	GRPC grpc.Server
	// KVScheduler applies the configuration.
	KVScheduler kvs.KVScheduler
	// Watcher is the source of configuration, nil for none besides gRPC and
	// callers of the dispatcher.
	Watcher datasync.KeyValProtoWatcher
	// StatusPublisher is where the status of each value is written if
	// EnableStatusPublishing, nil for nowhere.
	StatusPublisher datasync.KeyProtoValWriter
}

// run is what exists between Init and Close.
type run struct {
	ctx     context.Context
	cancel  context.CancelFunc
	loops   sync.WaitGroup
	changes chan datasync.ChangeEvent
	resyncs chan datasync.ResyncEvent
	watch   datasync.WatchRegistration
	status  *statusPublisher
}

// Init registers the services and asks for the configuration of all models.
// Models, and descriptors of values, must have been registered before.
func (p *Plugin) Init() (err error) {
	p.log = p.Log
	p.kvs = p.KVScheduler
	if verbose {
		p.Log.SetLevel(logging.DebugLevel)
	}
	p.run = &run{
		changes: make(chan datasync.ChangeEvent),
		resyncs: make(chan datasync.ResyncEvent),
	}
	p.run.ctx, p.run.cancel = context.WithCancel(context.Background())

	p.registerServices()

	if len(p.KVScheduler.GetRegisteredNBKeyPrefixes()) == 0 {
		p.Log.Warn("no descriptor is registered: no configuration will be applied until one is")
	}
	if p.Watcher == nil {
		return nil
	}
	// Besides the models, everything that is meant to be configuration: who
	// writes a key of no model is told so.
	prefixes := []string{configPrefix}
	for _, model := range models.RegisteredModels() {
		prefixes = append(prefixes, model.KeyPrefix())
	}
	p.run.watch, err = p.Watcher.Watch(watchName, p.run.changes, p.run.resyncs, prefixes...)
	if err != nil {
		return fmt.Errorf("watch configuration: %w", err)
	}
	return nil
}

func (p *Plugin) registerServices() {
	if p.GRPC == nil || p.GRPC.IsDisabled() || p.GRPC.GetServer() == nil {
		p.Log.Info("no gRPC server: services are not registered")
		return
	}
	server := p.GRPC.GetServer()
	generic.RegisterManagerServiceServer(server, &managerService{log: p.Log, dispatcher: p.dispatcher})
	generic.RegisterMetaServiceServer(server, &metaService{registry: models.DefaultRegistry})
	if p.reflection {
		reflection.Register(server)
	}
}

// AfterInit starts to process what the sources deliver.
func (p *Plugin) AfterInit() (err error) {
	if EnableStatusPublishing && p.StatusPublisher != nil {
		p.run.status = newStatusPublisher(p.Log, p.StatusPublisher, p.dispatcher)
		p.refusals = p.run.status.refresh
		p.run.status.watch(p.run.ctx, &p.run.loops, p.KVScheduler)
	}
	p.run.loops.Go(p.processEvents)
	return nil
}

// InitialSync reads what is applied already, then asks all sources for their
// configuration, which is applied as they deliver it.
func (p *Plugin) InitialSync() error {
	ctx := kvs.WithResync(p.run.ctx, kvs.DownstreamResync, true)
	if _, err := p.KVScheduler.StartNBTransaction().Commit(ctx); err != nil {
		return fmt.Errorf("initial SB sync failed: %w", err)
	}
	// Sources that do not answer have said so in the log; nobody waits for them.
	_ = resync.DefaultPlugin.Resync(p.run.ctx)
	return nil
}

// Close stops to process events. A transaction that is under way is left to
// the scheduler.
func (p *Plugin) Close() (err error) {
	if p.run == nil {
		return nil
	}
	p.run.cancel()
	p.run.loops.Wait()
	if p.run.status != nil {
		p.run.status.wait()
	}
	if p.run.watch != nil {
		err = p.run.watch.Close()
	}
	return errors.Join(err, p.PluginDeps.Close())
}
