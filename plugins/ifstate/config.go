// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ifstate

import (
	"fmt"
	"time"

	"go.ligato.io/cn-infra/v2/config"

	"github.com/ifwatcher/ifwatcher/internal/strictconf"
)

const configFile = "ifstate.conf"

// Config is the configuration of the plugin. The file ifstate.conf beside this one
// has the same, key by key, with the defaults.
type Config struct {
	// Publish writes the state of interfaces into the agent's store.
	Publish bool
	// PublishInterval is the least time between two writes of one interface; zero
	// means that each change is written.
	PublishInterval time.Duration
}

// DefaultConfig returns what holds without a file.
func DefaultConfig() Config { return Config{Publish: true, PublishInterval: time.Second} }

// Validate returns an error that names the key and the value that is wrong.
func (c Config) Validate() error {
	if c.PublishInterval < 0 {
		return fmt.Errorf("publish-interval: %s is negative", c.PublishInterval)
	}
	return nil
}

// loadConfig reads the file that cfg names over the defaults.
func loadConfig(cfg config.PluginConfig) (Config, error) {
	c := DefaultConfig()
	f := struct {
		Publish         bool   `json:"publish"`
		PublishInterval string `json:"publish-interval"` // with a unit
	}{c.Publish, c.PublishInterval.String()}
	file := cfg.GetConfigName()
	if err := strictconf.Load(file, &f); err != nil {
		return c, err
	}
	var err error
	if c.PublishInterval, err = time.ParseDuration(f.PublishInterval); err != nil {
		return c, fmt.Errorf("configuration %s: publish-interval: %q is not a duration such as 500ms or 1m", file, f.PublishInterval)
	}
	c.Publish = f.Publish
	if err := c.Validate(); err != nil {
		return c, fmt.Errorf("configuration %s: %w", file, err)
	}
	return c, nil
}
