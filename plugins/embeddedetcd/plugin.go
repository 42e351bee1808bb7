// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package embeddedetcd

import (
	"errors"
	"fmt"

	"go.ligato.io/cn-infra/v2/config"
	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/servicelabel"
)

// ErrConfigNotFound is returned by Init when the configuration of etcd was
// named but does not exist. Running on without a store, or with an empty one
// of our own, would withdraw what the named store holds.
var ErrConfigNotFound = errors.New("etcd configuration not found")

// Mode says which store the agent uses.
type Mode string

// The modes.
const (
	External Mode = "external" // an etcd.conf was found
	Embedded Mode = "embedded" // the server in this process
	Disabled Mode = "disabled" // no store
)

// Plugin starts the embedded server if the agent has no other store. It must
// be initialised before the etcd plugin that uses its ClientConfig.
type Plugin struct {
	Deps

	etcdFile *fileSetting
	mode     Mode
	server   *server
}

// Deps are the dependencies of the plugin.
type Deps struct {
	infra.PluginDeps
	ServiceLabel servicelabel.ReaderAPI
}

// Init decides for the store and starts the embedded server if that is it.
func (p *Plugin) Init() error {
	mode, err := p.etcdFile.mode()
	if err != nil {
		return err
	}
	p.mode = mode
	if mode != Embedded {
		return nil
	}
	cfg, err := loadConfig(p.Cfg, p.ServiceLabel.GetAgentLabel())
	if err != nil {
		return err
	}
	p.server, err = start(cfg, p.Log)
	if err != nil {
		return fmt.Errorf("embedded etcd: %w", err)
	}
	p.Log.Infof("embedded etcd listens on %s, data in %s", p.server.endpoint, cfg.DataDir)
	return nil
}

// Close stops the embedded server, if it runs.
func (p *Plugin) Close() error {
	if p.server == nil {
		return nil
	}
	p.server.stop()
	p.server = nil
	return nil
}

// Mode returns the decision of Init, empty before it.
func (p *Plugin) Mode() Mode { return p.mode }

// Endpoint returns host:port of the embedded server, empty if it does not run.
func (p *Plugin) Endpoint() string {
	if p.server == nil {
		return ""
	}
	return p.server.endpoint
}

// DataDir returns the folder of the embedded server's data, empty if it does
// not run.
func (p *Plugin) DataDir() string {
	if p.server == nil {
		return ""
	}
	return p.server.dataDir
}

// ClientConfig returns what the etcd plugin takes for its configuration.
func (p *Plugin) ClientConfig() config.PluginConfig { return &clientConfig{plugin: p} }
