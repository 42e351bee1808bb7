// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package logrus

import (
	"fmt"
	"os"
	"regexp"
	"sync"

	"github.com/sirupsen/logrus"

	"go.ligato.io/cn-infra/v2/logging"
)

// initialLevelEnv sets the level of all loggers of the default registry.
const initialLevelEnv = "INITIAL_LOGLVL"

// defaultName stands for the level of loggers that are created later.
const defaultName = "default"

var validName = regexp.MustCompile(`^[a-zA-Z0-9.-]+$`)

var defaultRegistry = NewLogRegistry()

func init() {
	if level, err := logging.ParseLogLevel(os.Getenv(initialLevelEnv)); err == nil {
		defaultLogger.SetLevel(level)
		defaultRegistry.level = level
	}

	logging.DefaultLogger = defaultLogger
	logging.DefaultRegistry = defaultRegistry

	logging.Trace, logging.Tracef = defaultLogger.Trace, defaultLogger.Tracef
	logging.Debug, logging.Debugf = defaultLogger.Debug, defaultLogger.Debugf
	logging.Info, logging.Infof = defaultLogger.Info, defaultLogger.Infof
	logging.Warn, logging.Warnf = defaultLogger.Warn, defaultLogger.Warnf
	logging.Error, logging.Errorf = defaultLogger.Error, defaultLogger.Errorf
	logging.Fatal, logging.Fatalf = defaultLogger.Fatal, defaultLogger.Fatalf
	logging.Panic, logging.Panicf = defaultLogger.Panic, defaultLogger.Panicf
}

// LogRegistry implements logging.Registry.
type LogRegistry struct {
	mu      sync.Mutex
	loggers map[string]*Logger
	levels  map[string]logging.LogLevel // set by name, also before creation
	level   logging.LogLevel            // of loggers without a level by name
	hooks   []logrus.Hook
}

// NewLogRegistry returns a registry that has only the default logger and
// creates loggers on level info.
func NewLogRegistry() *LogRegistry {
	return &LogRegistry{
		loggers: map[string]*Logger{globalName: defaultLogger},
		levels:  make(map[string]logging.LogLevel),
		level:   logging.InfoLevel,
	}
}

// DefaultRegistry returns the registry of this process.
func DefaultRegistry() *LogRegistry {
	return defaultRegistry
}

// NewLogger creates and registers a logger. It panics when the name is taken
// or has characters other than letters, digits, dot and hyphen.
func (r *LogRegistry) NewLogger(name string) logging.Logger {
	if !validName.MatchString(name) {
		panic(fmt.Sprintf("logging: logger name %q must consist of letters, digits, dots and hyphens", name))
	}
	r.mu.Lock()
	defer r.mu.Unlock()

	if _, taken := r.loggers[name]; taken {
		panic(fmt.Sprintf("logging: there is already a logger named %q", name))
	}
	logger := NewLogger(name)
	level, ok := r.levels[name]
	if !ok {
		level = r.level
	}
	logger.SetLevel(level)
	for _, hook := range r.hooks {
		logger.AddHook(hook)
	}
	r.loggers[name] = logger
	return logger
}

// ListLoggers returns the level of every logger, as text, by name.
func (r *LogRegistry) ListLoggers() map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()

	list := make(map[string]string, len(r.loggers))
	for name, logger := range r.loggers {
		list[name] = logger.GetLevel().String()
	}
	return list
}

// SetLevel sets the level of a logger. The level of a name that does not exist
// yet is applied when that logger is created; the name "default" stands for
// the level of all loggers created later. A level that does not parse is an
// error.
func (r *LogRegistry) SetLevel(logger, level string) error {
	lvl, err := logging.ParseLogLevel(level)
	if err != nil {
		return fmt.Errorf("set level of logger %q: %w", logger, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()

	if logger == defaultName {
		r.level = lvl
		return nil
	}
	r.levels[logger] = lvl
	if known, ok := r.loggers[logger]; ok {
		known.SetLevel(lvl)
	}
	return nil
}

// GetLevel returns the level of a logger as text; an unknown name is an error.
func (r *LogRegistry) GetLevel(logger string) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()

	known, ok := r.loggers[logger]
	if !ok {
		return "", fmt.Errorf("there is no logger named %q", logger)
	}
	return known.GetLevel().String(), nil
}

// Lookup returns a registered logger.
func (r *LogRegistry) Lookup(loggerName string) (logger logging.Logger, found bool) {
	r.mu.Lock()
	defer r.mu.Unlock()

	if known, ok := r.loggers[loggerName]; ok {
		return known, true
	}
	return nil, false
}

// ClearRegistry forgets all loggers but the global one; they stay usable by
// those who hold them. Levels set by name and hooks are kept.
func (r *LogRegistry) ClearRegistry() {
	r.mu.Lock()
	defer r.mu.Unlock()

	for name := range r.loggers {
		if name != globalName {
			delete(r.loggers, name)
		}
	}
}

// AddHook adds a hook to all loggers, also to those created later.
func (r *LogRegistry) AddHook(hook logrus.Hook) {
	r.mu.Lock()
	defer r.mu.Unlock()

	r.hooks = append(r.hooks, hook)
	for _, logger := range r.loggers {
		logger.AddHook(hook)
	}
}
