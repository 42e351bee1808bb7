// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package grpc

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"go.ligato.io/cn-infra/v2/config"
)

// file is a configuration file, given by its path.
type file string

func (f file) GetConfigName() string { return string(f) }

func (f file) LoadValue(data any) (bool, error) {
	return true, config.ParseConfigFromYamlFile(string(f), data)
}

func writeFile(t *testing.T, text string) file {
	t.Helper()
	path := filepath.Join(t.TempDir(), "grpc.conf")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file(path)
}

func TestFile(t *testing.T) {
	cfg := &Config{Network: "tcp4", MaxMsgSize: 1}
	found, err := load(writeFile(t, "endpoint: 127.0.0.1:1\npermission: 660\nforce-socket-removal: true\nmax-msg-size: 2\n"+
		"max-concurrent-streams: 3\ncert-file: c\nkey-file: k\nca-files: [a]\ninsecure-transport: true\n"+
		"extended-logging: true\nprometheus-metrics: true\n"), cfg)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	want := &Config{
		Endpoint: "127.0.0.1:1", Network: "tcp4", Permission: 660, ForceSocketRemoval: true, MaxMsgSize: 2,
		MaxConcurrentStreams: 3, Certfile: "c", Keyfile: "k", CAfiles: []string{"a"}, InsecureTransport: true,
		ExtendedLogging: true, PrometheusMetrics: true,
	}
	if !reflect.DeepEqual(cfg, want) {
		t.Errorf("configuration is %+v, want %+v", cfg, want)
	}
}

// However the mode of the socket is written, it means the same.
func TestPermission(t *testing.T) {
	for text, mode := range map[string]os.FileMode{
		"endpoint: s":          0o777,
		"permission: 0":        0o777,
		"permission: -1":       0o777,
		"permission: 777":      0o777,
		"permission: 0777":     0o777,
		"permission: '0777'":   0o777,
		"permission: \"777\"":  0o777,
		"permission: 0o777":    0o777,
		"permission: 511":      0o511,
		"permission: 0644 # x": 0o644,
		"permission: 1660":     0o660 | os.ModeSticky,
	} {
		cfg := &Config{Network: "unix"}
		if _, err := load(writeFile(t, text+"\n"), cfg); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := cfg.socketMode(); err != nil || got != mode {
			t.Errorf("%s: mode is %v, %v, want %v", text, got, err, mode)
		}
	}
	for _, text := range []string{"permission: 888", "permission: 10000", "permission: rwx", "permission: [1]"} {
		cfg := &Config{Network: "unix", Endpoint: "socket"}
		_, err := load(writeFile(t, text+"\n"), cfg)
		if err == nil {
			err = cfg.fix()
		}
		if err == nil || !strings.Contains(err.Error(), "permission") {
			t.Errorf("%s: error is %v, want one that names the key", text, err)
		}
	}
}

func TestRefusedConfigurations(t *testing.T) {
	for key, cfg := range map[string]Config{
		"network":      {Network: "udp"},
		"endpoint":     {Endpoint: "nowhere"},
		"socket":       {Network: "unix"},
		"max-msg-size": {MaxMsgSize: -1},
		"key-file":     {Certfile: "cert.pem"},
		"cert-file":    {Keyfile: "key.pem"},
		"ca-files":     {CAfiles: []string{"ca.pem"}},
		"missing.pem":  {Certfile: "missing.pem", Keyfile: "missing.pem"},
	} {
		err := NewPlugin(UseConf(cfg)).Init()
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: Init() = %v, want an error that names it", key, err)
		}
	}
	for _, text := range []string{"endpoint: nowhere\n", "network: unix\nendpoint: s\npermission: 09\n", "permission: [1]\n"} {
		p := NewPlugin()
		p.Cfg = writeFile(t, text)
		if err := p.Init(); err == nil || !strings.Contains(err.Error(), "grpc.conf") {
			t.Errorf("%q: Init() = %v, want an error that names the file", text, err)
		}
	}
	insecure := &Config{InsecureTransport: true, CAfiles: []string{"ca.pem"}, Keyfile: "key.pem"}
	if err := insecure.fix(); err != nil {
		t.Errorf("settings for TLS count although they are to be ignored: %v", err)
	}
}

func TestGetPort(t *testing.T) {
	for want, cfg := range map[int]*Config{
		9111: {Endpoint: "0.0.0.0:9111"},
		0:    {Network: "unix", Endpoint: "/tmp/s:1"},
	} {
		if got := cfg.GetPort(); got != want {
			t.Errorf("%+v: port is %d, want %d", cfg, got, want)
		}
	}
}
