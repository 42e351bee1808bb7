// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package hostconfig

import (
	"errors"
	"fmt"
	"path/filepath"

	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/servicelabel"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"

	"github.com/ifwatcher/ifwatcher/internal/statedir"
	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/descriptor"
	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/ownership"
)

// Plugin applies configuration to the host.
type Plugin struct {
	Deps

	conf    *Config  // given instead of a file
	closers []func() // of what Init has opened, in order
}

// Deps are the dependencies of the plugin.
type Deps struct {
	infra.PluginDeps
	// KVScheduler says what is to be applied when.
	KVScheduler kvs.KVScheduler
	// ServiceLabel names the folder of the state.
	ServiceLabel servicelabel.ReaderAPI
	// Kernel is the kernel of the network namespace of the process if nil.
	Kernel linuxcalls.NetlinkAPI
}

// Init registers the descriptors.
func (p *Plugin) Init() (err error) {
	cfg, err := p.config()
	if err != nil {
		return err
	}
	if cfg.Disabled {
		p.Log.Infof("%s is disabled by its configuration", p)
		return nil
	}
	if p.KVScheduler == nil {
		return errors.New("KVScheduler is not set")
	}
	defer func() {
		if err != nil {
			_ = p.Close()
		}
	}()
	host, err := p.newHost(cfg)
	if err != nil {
		return err
	}
	releases := startReleases(p.KVScheduler)
	p.closers = append(p.closers, releases.stop)
	host.Released = releases.tell
	return p.register(
		descriptor.NewReleasedDescriptor(),
		descriptor.NewInterfaceDescriptor(host),
		descriptor.NewAddressDescriptor(host),
		descriptor.NewRouteDescriptor(host),
		descriptor.NewARPDescriptor(host),
	)
}

func (p *Plugin) config() (Config, error) {
	if p.conf != nil {
		return p.conf.complete(configFile)
	}
	return loadConfig(p.Cfg)
}

// newHost opens the kernel and the records.
func (p *Plugin) newHost(cfg Config) (*descriptor.Host, error) {
	mark := uint8(cfg.ProtocolNumber)
	kernel := p.Kernel
	alone := true
	if kernel == nil {
		handler, err := linuxcalls.NewHandler()
		if err != nil {
			return nil, err
		}
		p.closers = append(p.closers, handler.Close)
		kernel = handler
		release, only, err := linuxcalls.UseMark(mark)
		if err != nil {
			return nil, err
		}
		p.closers = append(p.closers, release)
		alone = only
	}
	if !alone {
		p.Log.Warnf("Another agent in this network namespace uses the protocol number %d too. "+
			"Only what the state file tells is taken for our own; set protocol-number in %s to another one.", mark, configFile)
	}
	if !kernel.Features().AddressProtocol {
		p.Log.Infof("This kernel does not remember who has set an address (Linux 5.18 does): the state file tells.")
	}
	records, complete, err := p.openRecords(cfg)
	if err != nil {
		return nil, err
	}
	p.closers = append(p.closers, records.Close)
	return &descriptor.Host{
		Kernel: kernel, Records: records, Mark: mark, ClaimUnrecorded: alone && !complete, Log: p.Log,
	}, nil
}

// openRecords falls back to memory if nobody has named a folder and the usual
// one cannot be written: an ordinary user may watch, and can configure nothing
// that would have to be remembered. The records are complete if they tell all
// that an earlier run has set.
func (p *Plugin) openRecords(cfg Config) (records *ownership.Store, complete bool, err error) {
	id, err := ownership.CurrentIdentity()
	if err != nil {
		return nil, false, err
	}
	dir := cfg.StateDir
	if dir == "" {
		state, err := statedir.Default()
		if err != nil {
			return nil, false, err
		}
		dir = filepath.Join(state, p.ServiceLabel.GetAgentLabel())
	}
	records, loaded, err := ownership.Open(dir, id, func(err error) {
		p.Log.Errorf("What the agent sets may not be known as its own after a restart: %v", err)
	})
	switch {
	case errors.Is(err, ownership.ErrInUse) || err != nil && cfg.StateDir != "":
		return nil, false, err
	case err != nil:
		p.Log.Warnf("What the agent sets is not remembered across restarts: %v", err)
		return ownership.Memory(), false, nil
	}
	if loaded.Broken != nil {
		p.Log.Errorf("Not all of the state could be read; the file is kept as it was, with .broken after its name: %v", loaded.Broken)
	}
	if loaded.Outdated {
		p.Log.Infof("The state in %s is of another boot or network namespace and is forgotten.", dir)
	}
	p.Log.Infof("%d records of earlier changes of this host in %s", loaded.Records, dir)
	return records, loaded.Complete, nil
}

func (p *Plugin) register(descriptors ...*kvs.KVDescriptor) error {
	for _, d := range descriptors {
		err := p.KVScheduler.RegisterKVDescriptor(d)
		if errors.Is(err, kvs.ErrDescriptorExists) {
			return fmt.Errorf("descriptor %q is registered already: leave the linux ifplugin and l3plugin "+
				"(go.ligato.io/vpp-agent/v3/plugins/linux) out of this agent, or set \"disabled: true\" in %s: %w",
				d.Name, configFile, err)
		}
		if err != nil {
			return fmt.Errorf("register descriptor %q: %w", d.Name, err)
		}
	}
	return nil
}

// Close leaves the host as it is configured: what is applied stays, and is
// known by the next start.
func (p *Plugin) Close() error {
	for i := len(p.closers) - 1; i >= 0; i-- {
		p.closers[i]()
	}
	p.closers = nil
	return nil
}
