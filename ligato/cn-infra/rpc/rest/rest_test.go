// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package rest

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unrolled/render"
	"go.uber.org/goleak"

	"go.ligato.io/cn-infra/v2/config"
	"go.ligato.io/cn-infra/v2/internal/flags"
	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/cn-infra/v2/logging/logrus"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// file is a configuration file, given by its path.
type file string

func (f file) GetConfigName() string { return string(f) }

func (f file) LoadValue(data any) (bool, error) {
	return true, config.ParseConfigFromYamlFile(string(f), data)
}

func writeFile(t *testing.T, text string) file {
	t.Helper()
	path := filepath.Join(t.TempDir(), "http.conf")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file(path)
}

// start returns a plugin that listens on a port of its own.
func start(t *testing.T, cfg Config, opts ...Option) *Plugin {
	t.Helper()
	if cfg.Endpoint == "" {
		cfg.Endpoint = "127.0.0.1:0"
	}
	p := NewPlugin(append([]Option{UseConf(cfg)}, opts...)...)
	if err := p.Init(); err != nil {
		t.Fatal(err)
	}
	if err := p.AfterInit(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	return p
}

func (p *Plugin) url(path string) string {
	return "http://127.0.0.1:" + strconv.Itoa(p.GetPort()) + path
}

type answer struct {
	status int
	header http.Header
	body   string
}

// client keeps no connections, so that none outlive a test.
var client = &http.Client{
	Transport: &http.Transport{DisableKeepAlives: true},
	Timeout:   30 * time.Second,
}

func send(t *testing.T, method, url string, change func(*http.Request)) answer {
	t.Helper()
	req, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(req)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(body)}
}

func (p *Plugin) get(t *testing.T, path string) answer {
	t.Helper()
	return send(t, http.MethodGet, p.url(path), nil)
}

// text provides a handler that answers with s.
func text(s string) HandlerProvider {
	return func(*render.Render) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, s) }
	}
}

// captureLog has the plugin log to the returned buffer.
func captureLog(p *Plugin) *bytes.Buffer {
	var out bytes.Buffer
	log := logrus.NewLogger("test")
	log.SetOutput(&out)
	p.Log = &logging.ParentLogger{Logger: log, Prefix: "test"}
	return &out
}

func TestBothSpellingsOfKeys(t *testing.T) {
	for name, text := range map[string]string{
		"together": "disabled: true\nreadtimeout: 1s\nreadheadertimeout: 2s\nwritetimeout: 3s\nidletimeout: 4s\n" +
			"maxheaderbytes: 5\nsign-key: secret\nusers:\n- {name: u, password: hash, permissions: [p]}\n",
		"hyphenated": "disable: true\nread-timeout: 1s\nread-header-timeout: 2s\nwrite-timeout: 3s\nidle-timeout: 4s\n" +
			"max-header-bytes: 5\ntoken-signature: secret\nusers:\n- {name: u, password_hash: hash, permissions: [p]}\n",
	} {
		t.Run(name, func(t *testing.T) {
			cfg := &Config{}
			if err := PluginConfig(writeFile(t, text), cfg, "http"); err != nil {
				t.Fatal(err)
			}
			if !cfg.Disabled || cfg.ReadTimeout != time.Second || cfg.ReadHeaderTimeout != 2*time.Second ||
				cfg.WriteTimeout != 3*time.Second || cfg.IdleTimeout != 4*time.Second ||
				cfg.MaxHeaderBytes != 5 || cfg.SignKey != "secret" {
				t.Errorf("configuration is %+v", cfg)
			}
			if len(cfg.Users) != 1 || cfg.Users[0].Name != "u" || cfg.Users[0].Password != "hash" ||
				len(cfg.Users[0].Permissions) != 1 {
				t.Errorf("users are %+v", cfg.Users)
			}
		})
	}
}

func TestOtherKeys(t *testing.T) {
	cfg := &Config{}
	err := PluginConfig(writeFile(t, "endpoint: 127.0.0.1:1\nserver-cert-file: c\nserver-key-file: k\n"+
		"client-cert-files: [a, b]\nclient-basic-auth: ['u:p']\nenable-token-auth: true\ntoken-expiration: 1h\n"+
		"password-hash-cost: 7\nrate-limiter: {limit: 1.5, burst: 3}\n"), cfg, "http")
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Endpoint != "127.0.0.1:1" || !cfg.UseHTTPS() || len(cfg.ClientCerts) != 2 || len(cfg.ClientBasicAuth) != 1 ||
		!cfg.EnableTokenAuth || cfg.TokenExpiration != time.Hour || cfg.PasswordHashCost != 7 ||
		cfg.RateLimiter == nil || cfg.RateLimiter.Limit != 1.5 || cfg.RateLimiter.MaxBurst != 3 {
		t.Errorf("configuration is %+v", cfg)
	}
}

func TestDefaults(t *testing.T) {
	cfg := DefaultConfig()
	if cfg.Endpoint != "0.0.0.0:9191" || cfg.GetPort() != 9191 || cfg.UseHTTPS() {
		t.Errorf("configuration is %+v", cfg)
	}
	if cfg.ReadHeaderTimeout <= 0 || cfg.ReadTimeout <= 0 || cfg.IdleTimeout <= 0 || cfg.WriteTimeout <= 0 {
		t.Errorf("clients may take as long as they like: %+v", cfg)
	}
	cfg = &Config{ReadTimeout: -1}
	if FixConfig(cfg); cfg.ReadTimeout != -1 {
		t.Errorf("no timeout became %v", cfg.ReadTimeout)
	}
	if port := NewPlugin().GetPort(); port != 9191 {
		t.Errorf("before Init the port is %d", port)
	}
}

func TestPrecedenceOfEndpoint(t *testing.T) {
	if err := flags.Process.Parse(nil); err != nil {
		t.Fatal(err)
	}
	const inFile = "endpoint: 127.0.0.2:2222\n"
	conf := &Config{Endpoint: "127.0.0.3:3333"}
	for _, test := range []struct {
		name     string
		port     string
		file     string
		conf     *Config
		endpoint string
		warns    bool
	}{
		{"prec-default", "", "", nil, "0.0.0.0:9191", false},
		{"prec-conf", "", "", conf, "127.0.0.3:3333", false},
		{"prec-file", "", inFile, conf, "127.0.0.2:2222", false},
		{"prec-file-without-endpoint", "", "max-header-bytes: 5\n", conf, "127.0.0.3:3333", false},
		{"prec-port-over-default", "4444", "", nil, "0.0.0.0:4444", false},
		{"prec-port-over-file", "4444", inFile, conf, "127.0.0.2:4444", false},
		{"prec-port-over-conf", "4444", "", conf, "127.0.0.3:4444", false},
		{"prec-not-a-port", "tcp://10.0.0.1:80", inFile, nil, "127.0.0.2:2222", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.port != "" {
				t.Setenv(strings.ToUpper(strings.ReplaceAll(test.name, "-", "_"))+"_PORT", test.port)
			}
			opts := []Option{UseDeps(func(d *Deps) { d.SetName(test.name) })}
			if test.conf != nil {
				opts = append(opts, UseConf(*test.conf))
			}
			p := NewPlugin(opts...)
			config.DefineFlagsFor(test.name)
			if test.file != "" {
				p.Cfg = writeFile(t, test.file)
			}
			logged := captureLog(p)
			if err := p.Init(); err != nil {
				t.Fatal(err)
			}
			if p.Endpoint != test.endpoint {
				t.Errorf("endpoint is %s, want %s", p.Endpoint, test.endpoint)
			}
			if warned := strings.Contains(logged.String(), "not a port number"); warned != test.warns {
				t.Errorf("warned: %v, want %v: %s", warned, test.warns, logged)
			}
		})
	}
}

func TestRefusedConfigurations(t *testing.T) {
	limit := &Config{}
	if err := PluginConfig(writeFile(t, "rate-limiter: {limit: 0, burst: 1}"), limit, "http"); err != nil {
		t.Fatal(err)
	}
	for key, cfg := range map[string]Config{
		"enable-token-auth": {EnableTokenAuth: true},
		"endpoint":          {Endpoint: "nowhere"},
		"client-cert-files": {ClientCerts: []string{"ca.pem"}},
		"server-key-file":   {ServerCertfile: "cert.pem"},
		"server-cert-file":  {ServerKeyfile: "key.pem"},
		"client-basic-auth": {ClientBasicAuth: []string{"user"}},
		"rate-limiter":      *limit,
	} {
		err := NewPlugin(UseConf(cfg)).Init()
		if err == nil || !strings.Contains(err.Error(), key) || !strings.HasPrefix(err.Error(), "http: ") {
			t.Errorf("%s: Init() = %v, want an error that names it", key, err)
		}
	}
	for _, text := range []string{"endpoint: [1]\n", "endpoint: nowhere\n", "client-basic-auth: [user]\n"} {
		p := NewPlugin()
		p.Cfg = writeFile(t, text)
		if err := p.Init(); err == nil || !strings.Contains(err.Error(), "http.conf") {
			t.Errorf("%q: Init() = %v, want an error that names the file", text, err)
		}
	}
}
