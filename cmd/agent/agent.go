// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"go.ligato.io/cn-infra/v2/config"
	"go.ligato.io/cn-infra/v2/datasync/kvdbsync"
	"go.ligato.io/cn-infra/v2/datasync/resync"
	"go.ligato.io/cn-infra/v2/db/keyval/etcd"
	"go.ligato.io/cn-infra/v2/health/probe"
	"go.ligato.io/cn-infra/v2/health/statuscheck"
	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/cn-infra/v2/logging/logmanager"
	"go.ligato.io/cn-infra/v2/rpc/grpc"
	"go.ligato.io/cn-infra/v2/rpc/prometheus"
	"go.ligato.io/cn-infra/v2/rpc/rest"
	"go.ligato.io/cn-infra/v2/servicelabel"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler"
	"go.ligato.io/vpp-agent/v3/plugins/orchestrator"
	"go.ligato.io/vpp-agent/v3/plugins/orchestrator/watcher"

	"github.com/ifwatcher/ifwatcher/internal/strictconf"
	"github.com/ifwatcher/ifwatcher/plugins/agentapi"
	"github.com/ifwatcher/ifwatcher/plugins/embeddedetcd"
	"github.com/ifwatcher/ifwatcher/plugins/hostconfig"
	"github.com/ifwatcher/ifwatcher/plugins/ifstate"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher"
)

// The agent's servers are for tools on the same host unless http.conf or
// grpc.conf says otherwise: neither asks for a password by default.
const (
	defaultRESTEndpoint = "127.0.0.1:9191"
	defaultGRPCEndpoint = "127.0.0.1:9111"
)

// syncRetry is the pause after a first synchronisation that failed.
const syncRetry = 2 * time.Second

// Agent is the top-level plugin. The order of its fields is the order in
// which the plugins start: the store's server before its client, and those
// who describe values to the scheduler before the one who asks for their
// prefixes.
type Agent struct {
	infra.PluginName
	Log logging.PluginLogger

	ServiceLabel *servicelabel.Plugin
	EmbeddedEtcd *embeddedetcd.Plugin
	LogManager   *logmanager.Plugin
	StatusCheck  *statuscheck.Plugin
	Probe        *probe.Plugin
	Prometheus   *prometheus.Plugin
	REST         *rest.Plugin
	GRPC         *grpc.Plugin

	KVScheduler *kvscheduler.Scheduler
	IfWatcher   *ifwatcher.Plugin
	IfState     *ifstate.Plugin
	HostConfig  *hostconfig.Plugin

	Orchestrator *orchestrator.Plugin
	EtcdSync     *kvdbsync.Plugin
	AgentAPI     *agentapi.Plugin

	applied *firstApply
	ctx     context.Context
	cancel  context.CancelFunc
	wg      sync.WaitGroup
}

// New wires the plugins of the agent. It uses the default instances, so there
// is one agent in a process.
func New() *Agent {
	rest.UseConf(rest.Config{Endpoint: defaultRESTEndpoint})(&rest.DefaultPlugin)
	grpc.UseConf(grpc.Config{Endpoint: defaultGRPCEndpoint})(&grpc.DefaultPlugin)

	store := etcd.NewPlugin(etcd.UseDeps(func(deps *etcd.Deps) {
		deps.Cfg = strictconf.Keys(embeddedetcd.DefaultPlugin.ClientConfig())
		deps.StatusCheck = &statuscheck.DefaultPlugin
		deps.Resync = &resync.DefaultPlugin
	}))
	etcdSync := kvdbsync.NewPlugin(kvdbsync.UseKV(store))

	// A mistyped key must not leave a plugin on its defaults, as cn-infra does.
	for _, cfg := range []*config.PluginConfig{
		&logmanager.DefaultPlugin.Cfg, &rest.DefaultPlugin.Cfg, &grpc.DefaultPlugin.Cfg, &kvscheduler.DefaultPlugin.Cfg,
	} {
		*cfg = strictconf.Keys(*cfg)
	}

	// Who watches the store from elsewhere learns there how the agent, each
	// value and each interface of the host are.
	statuscheck.DefaultPlugin.Transport = etcdSync
	ifstate.DefaultPlugin.StatePublisher = etcdSync
	orchestrator.DefaultPlugin.KVScheduler = &kvscheduler.DefaultPlugin
	orchestrator.DefaultPlugin.StatusPublisher = ifstate.StatusPublisher(etcdSync)
	orchestrator.EnableStatusPublishing = true

	applied := newFirstApply(watcher.NewPlugin(watcher.UseWatchers(etcdSync)))
	orchestrator.DefaultPlugin.Watcher = applied

	// A store that is away is no reason to restart the agent: it goes on with
	// the configuration that it has.
	probe.WithNonFatalPlugins([]string{store.String()})(&probe.DefaultPlugin)
	agentapi.UseNonFatalPlugins(store.String())(&agentapi.DefaultPlugin)
	agentapi.UseApp(name)(&agentapi.DefaultPlugin)

	a := &Agent{
		PluginName:   "agent",
		ServiceLabel: &servicelabel.DefaultPlugin,
		EmbeddedEtcd: &embeddedetcd.DefaultPlugin,
		LogManager:   &logmanager.DefaultPlugin,
		StatusCheck:  &statuscheck.DefaultPlugin,
		Probe:        &probe.DefaultPlugin,
		Prometheus:   &prometheus.DefaultPlugin,
		REST:         &rest.DefaultPlugin,
		GRPC:         &grpc.DefaultPlugin,
		KVScheduler:  &kvscheduler.DefaultPlugin,
		IfWatcher:    &ifwatcher.DefaultPlugin,
		IfState:      &ifstate.DefaultPlugin,
		HostConfig:   &hostconfig.DefaultPlugin,
		Orchestrator: &orchestrator.DefaultPlugin,
		EtcdSync:     etcdSync,
		AgentAPI:     &agentapi.DefaultPlugin,
		applied:      applied,
	}
	a.Log = logging.ForPlugin(a.String())
	a.ctx, a.cancel = context.WithCancel(context.Background())
	return a
}

// Init registers the agent itself for the status check: it is not ready until
// the first configuration has been applied.
func (a *Agent) Init() error {
	a.StatusCheck.Register(a.PluginName, nil)
	a.StatusCheck.ReportStateChange(a.PluginName, statuscheck.Init, nil)
	return nil
}

// AfterInit starts the first synchronisation and does not wait for it: the
// time it takes depends on the store and on the host, the start must not.
//
//nolint:unparam // infra.PostInit wants an error
func (a *Agent) AfterInit() error {
	a.wg.Go(a.firstSync)
	return nil
}

// Close waits for the first synchronisation to give up.
func (a *Agent) Close() error {
	a.cancel()
	a.wg.Wait()
	return nil
}

// firstSync reads what the host has, prints it, then has the store's content
// applied and reports the agent ready.
func (a *Agent) firstSync() {
	for {
		err := a.Orchestrator.InitialSync()
		if err == nil {
			break
		}
		a.Log.Errorf("first synchronisation: %v", err)
		a.StatusCheck.ReportStateChange(a.PluginName, statuscheck.Error, fmt.Errorf("first synchronisation: %w", err))
		if !sleep(a.ctx, syncRetry) {
			return
		}
	}
	if err := a.summary().write(os.Stdout); err != nil {
		a.Log.Warnf("print the summary: %v", err)
	}
	if a.EmbeddedEtcd.Mode() != embeddedetcd.Disabled {
		select {
		case <-a.applied.done():
		case <-a.ctx.Done():
			return
		}
	}
	a.StatusCheck.ReportStateChange(a.PluginName, statuscheck.OK, nil)
	a.Log.Info("ready: the first configuration has been applied")
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
