// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package logging

import "sync"

// createMu makes "look up, else create" atomic for the loggers that may be
// asked for repeatedly.
var createMu sync.Mutex

// ParentLogger is a [PluginLogger]: a logger that creates children.
type ParentLogger struct {
	Logger
	// Prefix is put, with a dot, before the names of children.
	Prefix string
	// Factory creates the children; nil stands for [DefaultRegistry].
	Factory LoggerFactory
}

// NewParentLogger creates the logger name in factory, [DefaultRegistry] when
// nil, and returns it as a parent. It panics where the factory's NewLogger
// does.
func NewParentLogger(name string, factory LoggerFactory) *ParentLogger {
	factory = orDefault(factory)
	return &ParentLogger{
		Logger:  factory.NewLogger(name),
		Prefix:  name,
		Factory: factory,
	}
}

// NewLogger returns the child logger "<Prefix>.<name>". A child that the
// factory already has is returned again, so that a component may be set up
// more than once in one process.
func (p *ParentLogger) NewLogger(name string) Logger {
	return getOrCreate(orDefault(p.Factory), p.Prefix+"."+name)
}

// ForPlugin returns the logger of the plugin with the given name. Every call
// with one name gives the same underlying logger. It panics when the name is
// empty or has characters other than letters, digits, dot and hyphen.
func ForPlugin(name string) PluginLogger {
	factory := orDefault(nil)
	return &ParentLogger{
		Logger:  getOrCreate(factory, name),
		Prefix:  name,
		Factory: factory,
	}
}

func getOrCreate(factory LoggerFactory, name string) Logger {
	createMu.Lock()
	defer createMu.Unlock()

	if known, ok := factory.(interface {
		Lookup(name string) (Logger, bool)
	}); ok {
		if logger, found := known.Lookup(name); found {
			return logger
		}
	}
	return factory.NewLogger(name)
}

func orDefault(factory LoggerFactory) LoggerFactory {
	if factory != nil {
		return factory
	}
	if DefaultRegistry == nil {
		panic("logging: no logger registry: import go.ligato.io/cn-infra/v2/logging/logrus")
	}
	return DefaultRegistry
}
