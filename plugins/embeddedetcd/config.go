// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package embeddedetcd

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.ligato.io/cn-infra/v2/config"
	"go.ligato.io/cn-infra/v2/db/keyval/etcd"

	"github.com/ifwatcher/ifwatcher/internal/statedir"
	"github.com/ifwatcher/ifwatcher/internal/strictconf"
)

// Config is the content of embedded-etcd.conf.
type Config struct {
	// Endpoint is the loopback address and port for clients. Port 0 lets the
	// kernel choose.
	Endpoint string `json:"endpoint"`
	// DataDir is the folder of the data. Empty means a folder named etcd in
	// the agent's state folder.
	DataDir string `json:"data-dir"`
}

// defaultEndpoint is where clients of etcd look when nothing is said.
const defaultEndpoint = "127.0.0.1:2379"

// ErrNotLoopback is returned for an endpoint that others than this host could
// reach: the embedded server has no authentication.
var ErrNotLoopback = errors.New("not a loopback address")

func loadConfig(source config.PluginConfig, label string) (Config, error) {
	cfg := Config{Endpoint: defaultEndpoint}
	file := source.GetConfigName()
	if err := strictconf.Load(file, &cfg); err != nil {
		return cfg, err
	}
	if err := checkEndpoint(cfg.Endpoint); err != nil {
		return cfg, fmt.Errorf("%s: endpoint %q: %w", nameOr(file, "embedded-etcd.conf"), cfg.Endpoint, err)
	}
	if cfg.DataDir == "" {
		state, err := statedir.Default()
		if err != nil {
			return cfg, err
		}
		cfg.DataDir = filepath.Join(state, label, "etcd")
	}
	dir, err := filepath.Abs(cfg.DataDir)
	if err != nil {
		return cfg, fmt.Errorf("data-dir %q: %w", cfg.DataDir, err)
	}
	cfg.DataDir = dir
	return cfg, nil
}

func checkEndpoint(endpoint string) error {
	host, _, err := net.SplitHostPort(endpoint)
	if err != nil {
		return err
	}
	if host == "localhost" {
		return nil
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return err
	}
	if !addr.IsLoopback() {
		return ErrNotLoopback
	}
	return nil
}

func nameOr(file, fallback string) string {
	if file == "" {
		return fallback
	}
	return file
}

// fileSetting is the setting that names the etcd plugin's configuration file.
type fileSetting struct {
	flag string  // name of the flag
	def  string  // its default
	file *string // its value, once the agent has parsed flags and environment
	conf config.PluginConfig
}

// newFileSetting defines the flag of the etcd plugin in a way that lets us
// read what the user wrote: config.PluginConfig alone cannot tell a file that
// was named and is missing from one that was never named.
func newFileSetting() *fileSetting {
	const plugin = "etcd"
	s := &fileSetting{flag: config.FlagName(plugin), def: config.Filename(plugin)}
	usage := fmt.Sprintf("Location of the etcd configuration, or 'disabled' for no store; can also be set via '%s' env variable. Without any, the agent runs an etcd of its own.", config.EnvVar(plugin))
	s.conf = config.ForPlugin(plugin, config.WithExtraFlags(func(flags *config.FlagSet) {
		s.file = flags.String(s.flag, s.def, usage)
	}))
	return s
}

func (s *fileSetting) mode() (Mode, error) {
	named := s.def
	if s.file != nil {
		named = *s.file
	}
	switch {
	case named == "" || strings.EqualFold(named, "disabled"):
		return Disabled, nil
	case s.conf.GetConfigName() != "":
		return External, nil
	case named != s.def:
		return "", fmt.Errorf("%w: %q, looked for here and in the folder of -%s", ErrConfigNotFound, named, config.DirFlag)
	}
	return Embedded, nil
}

// clientConfig is the etcd plugin's view of the decision.
type clientConfig struct{ plugin *Plugin }

func (c *clientConfig) GetConfigName() string {
	if c.plugin.mode != External {
		return ""
	}
	return c.plugin.etcdFile.conf.GetConfigName()
}

// LoadValue fills the etcd plugin's configuration. The defaults that a
// deployment wants stand here: an etcd that is away at the start or later must
// not end the agent, and what changed meanwhile must be applied.
func (c *clientConfig) LoadValue(data any) (found bool, err error) {
	cfg, ok := data.(*etcd.Config)
	if !ok {
		return false, fmt.Errorf("configuration of etcd: unexpected type %T", data)
	}
	cfg.AllowDelayedStart = true
	cfg.ReconnectResync = true
	switch c.plugin.mode {
	case External:
		return c.plugin.etcdFile.conf.LoadValue(data)
	case Embedded:
		cfg.Endpoints = []string{c.plugin.server.endpoint}
		cfg.InsecureTransport = true
		if cfg.DialTimeout == 0 {
			cfg.DialTimeout = 5 * time.Second
		}
		return true, nil
	}
	return false, nil
}

// makeDataDir makes the folder of the data, readable by its owner alone: the
// configuration of a host is nobody else's business, and etcd insists on it.
func makeDataDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	return nil
}
