// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package infra

import (
	"go.ligato.io/cn-infra/v2/config"
	"go.ligato.io/cn-infra/v2/logging"
	// Plugins take their loggers from the registry that this package sets.
	_ "go.ligato.io/cn-infra/v2/logging/logrus"
)

// Plugin is a part of an agent, implemented by a pointer type.
type Plugin interface {
	// Init sets the plugin up. The plugins that it depends on have been
	// initialised before.
	Init() error
	// Close releases what Init and AfterInit acquired. Plugins are closed in
	// the reverse order of their initialisation.
	Close() error
	// String returns the name of the plugin, unique within an agent.
	String() string
}

// PostInit is implemented by plugins that have something to do once every
// plugin has been initialised.
type PostInit interface {
	AfterInit() error
}

// PluginName is the name of a plugin, to be embedded.
type PluginName string

// String returns the name.
func (name PluginName) String() string {
	return string(name)
}

// SetName sets the name.
func (name *PluginName) SetName(n string) {
	*name = PluginName(n)
}

// PluginDeps are the dependencies of every plugin, to be embedded in its Deps.
type PluginDeps struct {
	PluginName
	Log logging.PluginLogger
	Cfg config.PluginConfig
}

// SetupLog sets Log, when it is nil, to the logger with the plugin's name. It
// panics when the name is no valid name of a logger.
func (d *PluginDeps) SetupLog() {
	if d.Log == nil {
		d.Log = logging.ForPlugin(d.String())
	}
}

// Setup sets Log and Cfg where they are nil. The name must be set before.
func (d *PluginDeps) Setup() {
	d.SetupLog()
	if d.Cfg == nil {
		d.Cfg = config.ForPlugin(d.String())
	}
}

// Close does nothing; plugins that have something to release define their own.
func (d *PluginDeps) Close() error {
	return nil
}
