// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package logmanager

// Names of hooks in the configuration.
const (
	HookLogStash = "logstash"
	HookFluent   = "fluent"
	HookSysLog   = "syslog"
)

// Config is the content of logs.conf.
type Config struct {
	// DefaultLevel is the level of all loggers without one of their own, also
	// of those that exist. The environment variable INITIAL_LOGLVL wins over
	// it. Empty changes nothing.
	DefaultLevel string `json:"default-level"`
	// Loggers are levels by name, also of loggers that do not exist yet.
	Loggers []LoggerConfig `json:"loggers"`
	// Hooks are read for compatibility; none is implemented.
	Hooks map[string]HookConfig `json:"hooks"`
}

// LoggerConfig is the level of one logger.
type LoggerConfig struct {
	Name  string `json:"name"`
	Level string `json:"level"`
}

// HookConfig is where a hook sends messages, and of which levels.
type HookConfig struct {
	Protocol string   `json:"protocol"`
	Address  string   `json:"address"`
	Port     int      `json:"port"`
	Levels   []string `json:"levels"`
}

// NewConf returns the configuration that changes nothing.
func NewConf() *Config {
	return &Config{
		Loggers: []LoggerConfig{},
		Hooks:   map[string]HookConfig{},
	}
}
