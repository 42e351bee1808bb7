// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ifwatcher

import (
	"fmt"
	"time"

	"go.ligato.io/cn-infra/v2/config"

	"github.com/ifwatcher/ifwatcher/internal/strictconf"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/descriptor"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/netns"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

const configFile = "ifwatcher.conf"

// Config is the configuration of the plugin. The file ifwatcher.conf beside this
// one has the same, key by key, with the defaults.
type Config struct {
	// Disabled makes the plugin do nothing: no descriptor, no socket.
	Disabled bool
	// EnabledWhen is the rule by which an interface counts as enabled; empty
	// means tracker.WhenOperState.
	EnabledWhen tracker.Criterion
	// NotificationDelay is the time from enabled to announced; zero means at once.
	NotificationDelay time.Duration
	// WithdrawalDelay is the time from not enabled to withdrawn; zero means at
	// once. An interface that is deleted or renamed never waits.
	WithdrawalDelay time.Duration
	// Include and Exclude are names or patterns (path.Match) of interfaces to
	// announce or not; Exclude has precedence, and an empty Include means all.
	Include, Exclude []string
	// AltNames announces the alternative names of interfaces like their names.
	AltNames bool
	// Namespaces lists other network namespaces to watch: names, absolute paths, and
	// netns.AllNamed.
	Namespaces []string
	// ReceiveBufferSize is that of the netlink socket in bytes; zero is the
	// default of the system.
	ReceiveBufferSize int
	// AuditInterval is the time between two comparisons with a fresh dump; zero
	// turns them off.
	AuditInterval time.Duration
}

// DefaultConfig returns what holds without a file.
func DefaultConfig() Config {
	return Config{
		EnabledWhen:       tracker.WhenOperState,
		NotificationDelay: descriptor.DefaultNotificationDelay,
		ReceiveBufferSize: descriptor.DefaultReceiveBuffer,
		AuditInterval:     descriptor.DefaultAuditInterval,
	}
}

// Validate returns an error that names the key and the value that is wrong.
func (c Config) Validate() error {
	if err := c.rules().Validate(); err != nil {
		return err
	}
	if _, err := netns.Parse(c.Namespaces); err != nil {
		return err
	}
	if c.ReceiveBufferSize < 0 || c.ReceiveBufferSize > maxReceiveBuffer {
		return fmt.Errorf("receive-buffer-size: %d is not in the range 0 to %d", c.ReceiveBufferSize, maxReceiveBuffer)
	}
	if c.AuditInterval < 0 {
		return fmt.Errorf("audit-interval: %s is negative", c.AuditInterval)
	}
	return nil
}

// maxReceiveBuffer: the kernel takes an int and doubles it (socket(7), SO_RCVBUF).
const maxReceiveBuffer = 1<<30 - 1

func (c Config) rules() tracker.Config {
	return tracker.Config{
		EnabledWhen:       c.EnabledWhen,
		NotificationDelay: c.NotificationDelay,
		WithdrawalDelay:   c.WithdrawalDelay,
		Include:           c.Include,
		Exclude:           c.Exclude,
		AltNames:          c.AltNames,
	}
}

// fileConfig is the form of the file, where a duration is text with a unit.
type fileConfig struct {
	Disabled          bool              `json:"disabled"`
	EnabledWhen       tracker.Criterion `json:"enabled-when"`
	NotificationDelay string            `json:"notification-delay"`
	WithdrawalDelay   string            `json:"withdrawal-delay"`
	Include           []string          `json:"include"`
	Exclude           []string          `json:"exclude"`
	AltNames          bool              `json:"altnames"`
	Namespaces        []string          `json:"namespaces"`
	ReceiveBufferSize int               `json:"receive-buffer-size"`
	AuditInterval     string            `json:"audit-interval"`
}

// loadConfig reads the file that cfg names over the defaults. The file is read
// here and not by cfg.LoadValue, which passes over unknown keys: a typing error
// would go unnoticed.
func loadConfig(cfg config.PluginConfig) (Config, error) {
	c := DefaultConfig()
	f := fileConfig{
		EnabledWhen:       c.EnabledWhen,
		NotificationDelay: c.NotificationDelay.String(),
		WithdrawalDelay:   c.WithdrawalDelay.String(),
		ReceiveBufferSize: c.ReceiveBufferSize,
		AuditInterval:     c.AuditInterval.String(),
	}
	file := cfg.GetConfigName()
	if err := strictconf.Load(file, &f); err != nil {
		return c, err
	}
	c.Disabled, c.EnabledWhen, c.ReceiveBufferSize = f.Disabled, f.EnabledWhen, f.ReceiveBufferSize
	c.Include, c.Exclude, c.AltNames, c.Namespaces = f.Include, f.Exclude, f.AltNames, f.Namespaces
	for _, d := range []struct {
		key, text string
		value     *time.Duration
	}{
		{"notification-delay", f.NotificationDelay, &c.NotificationDelay},
		{"withdrawal-delay", f.WithdrawalDelay, &c.WithdrawalDelay},
		{"audit-interval", f.AuditInterval, &c.AuditInterval},
	} {
		var err error
		if *d.value, err = time.ParseDuration(d.text); err != nil {
			return c, fmt.Errorf("configuration %s: %s: %q is not a duration such as 500ms or 1m", file, d.key, d.text)
		}
	}
	if err := c.Validate(); err != nil {
		return c, fmt.Errorf("configuration %s: %w", file, err)
	}
	return c, nil
}
