// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ifwatcher

import (
	"errors"
	"fmt"

	client "github.com/prometheus/client_golang/prometheus"
	"go.ligato.io/cn-infra/v2/health/statuscheck"
	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/rpc/prometheus"
	"go.ligato.io/cn-infra/v2/rpc/rest"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/descriptor"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/feed"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/netns"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// Plugin watches host interfaces for the scheduler.
type Plugin struct {
	Deps

	conf      *Config                      // nil until Init, unless set by UseConf
	watcher   *descriptor.InterfaceWatcher // nil while disabled
	collector client.Collector             // nil if metrics are not exposed
}

// Deps are the dependencies of the plugin.
type Deps struct {
	infra.PluginDeps
	// KVScheduler is told which interfaces there are.
	KVScheduler kvs.KVScheduler
	// StatusCheck, which may be nil, is told Error while the plugin is out of
	// sync with the kernel.
	StatusCheck statuscheck.PluginStatusWriter
	// HTTPHandlers, which may be nil, serves the list of interfaces.
	HTTPHandlers rest.HTTPHandlers
	// Prometheus, which may be nil, exposes metrics.
	Prometheus prometheus.API
	// NetlinkHandler is the way to the kernel.
	NetlinkHandler linuxcalls.NetlinkAPI
}

// Init reads the configuration, registers the descriptor and starts watching. It
// does not wait for the kernel; the scheduler's first Retrieve does.
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
	if p.conf.Disabled {
		p.Log.Info("disabled by configuration, host interfaces are not watched")
		return nil
	}
	if p.KVScheduler == nil {
		return errors.New("KVScheduler is not set")
	}

	opts := []descriptor.Option{
		descriptor.WithRules(p.conf.rules()),
		descriptor.WithReceiveBuffer(p.conf.ReceiveBufferSize),
		descriptor.WithAuditInterval(p.conf.AuditInterval),
		descriptor.WithStatus(p.reportStatus),
	}
	namespaces, err := netns.Parse(p.conf.Namespaces)
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	if !namespaces.Empty() {
		opts = append(opts, descriptor.WithNamespaces(namespaces.Watch, func(n netns.Namespace) linuxcalls.Watcher {
			return linuxcalls.NewNamespaceHandler(n.Do)
		}))
	}
	watcher := descriptor.NewInterfaceWatcher(p.KVScheduler, p.NetlinkHandler, p.Log, opts...)
	descriptors := []*kvs.KVDescriptor{watcher.GetDescriptor()}
	if !namespaces.Empty() {
		descriptors = append(descriptors, watcher.GetNamespaceDescriptor())
	}
	err = p.KVScheduler.RegisterKVDescriptor(descriptors...)
	if errors.Is(err, kvs.ErrDescriptorExists) {
		return fmt.Errorf("descriptor %q is registered already: leave the linux ifplugin "+
			"(go.ligato.io/vpp-agent/v3/plugins/linux/ifplugin) out of this agent, or set \"disabled: true\" in %s: %w",
			descriptor.InterfaceWatcherName, configFile, err)
	}
	if err != nil {
		return fmt.Errorf("register descriptor %q: %w", descriptor.InterfaceWatcherName, err)
	}
	if p.StatusCheck != nil {
		p.StatusCheck.Register(p.PluginName, nil)
		p.StatusCheck.ReportStateChange(p.PluginName, statuscheck.Init, nil)
	}
	p.watcher = watcher
	p.registerMetrics()
	p.registerREST()
	return watcher.StartWatching()
}

// AfterInit has nothing left to do: watching began in Init, so that what the
// scheduler retrieves first is complete.
func (p *Plugin) AfterInit() error { return nil }

// Close stops watching and waits until nothing of it is left. It may be called at
// any time, also without Init and after an Init that failed.
func (p *Plugin) Close() error {
	if p.watcher != nil {
		p.unregisterMetrics()
		p.watcher.StopWatching()
	}
	return nil
}

// Interfaces returns every interface known with its state and, if it is not
// announced, the reason. It is empty before the plugin has been in sync with the
// kernel, and while it is disabled.
func (p *Plugin) Interfaces() []tracker.Interface {
	if p.watcher == nil {
		return nil
	}
	return p.watcher.Interfaces()
}

// Subscribe returns a subscription to every change of an interface with its
// causes. It may be called from another plugin's Init, if that plugin stands after
// this one, or later. While the plugin is disabled the subscription is closed.
func (p *Plugin) Subscribe() *feed.Subscription {
	if p.watcher == nil {
		s := feed.New(nil)
		s.Close()
		return s
	}
	return p.watcher.Subscribe()
}

func (p *Plugin) reportStatus(outOfSync error) {
	switch {
	case p.StatusCheck == nil:
	case outOfSync != nil:
		p.StatusCheck.ReportStateChange(p.PluginName, statuscheck.Error, fmt.Errorf("out of sync with the kernel: %w", outOfSync))
	default:
		p.StatusCheck.ReportStateChange(p.PluginName, statuscheck.OK, nil)
	}
}
