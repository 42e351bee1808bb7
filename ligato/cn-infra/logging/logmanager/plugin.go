// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package logmanager

import (
	"maps"
	"os"
	"slices"

	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/cn-infra/v2/rpc/rest"
	"go.ligato.io/cn-infra/v2/servicelabel"
)

const (
	initialLevelEnv = "INITIAL_LOGLVL"
	// defaultLogger is what the registry calls all loggers created later.
	defaultLogger = "default"
)

// Plugin sets the levels of loggers.
type Plugin struct {
	Deps
	*Config
}

// Deps are what the plugin depends on. Without HTTP, levels are set only from
// the file.
type Deps struct {
	infra.PluginDeps
	ServiceLabel servicelabel.ReaderAPI
	LogRegistry  logging.Registry
	HTTP         rest.HTTPHandlers
}

// Init reads the configuration and sets the levels. A level that does not parse
// is logged as a warning, nothing else is lost because of it.
func (p *Plugin) Init() error {
	if p.Config == nil {
		p.Config = NewConf()
	}
	if p.Cfg != nil {
		if _, err := p.Cfg.LoadValue(p.Config); err != nil {
			return err
		}
	}

	p.setDefault()
	for _, logger := range p.Loggers {
		if err := p.LogRegistry.SetLevel(logger.Name, logger.Level); err != nil {
			p.Log.Warnf("configuration of logger %q is ignored: %v", logger.Name, err)
		}
	}
	for _, hook := range slices.Sorted(maps.Keys(p.Hooks)) {
		p.Log.Warnf("log hook %q is not supported and ignored", hook)
	}
	return nil
}

func (p *Plugin) setDefault() {
	level := p.DefaultLevel
	if env := os.Getenv(initialLevelEnv); env != "" {
		if _, err := logging.ParseLogLevel(env); err != nil {
			p.Log.Warnf("%s is ignored: %v", initialLevelEnv, err)
		} else {
			level = env
		}
	}
	if level == "" {
		return
	}
	if err := p.LogRegistry.SetLevel(defaultLogger, level); err != nil {
		p.Log.Warnf("default-level is ignored: %v", err)
		return
	}
	for name := range p.LogRegistry.ListLoggers() {
		// The level has been parsed above, the only thing that can fail.
		_ = p.LogRegistry.SetLevel(name, level)
	}
}

// AfterInit registers the REST handlers.
func (p *Plugin) AfterInit() error {
	if p.HTTP == nil {
		p.Log.Info("no HTTP server, log levels are not served")
		return nil
	}
	p.registerHandlers()
	return nil
}

// Close does nothing; levels stay as they are.
func (p *Plugin) Close() error {
	return nil
}
