// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package logmanager

import (
	"bytes"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorilla/mux"
	"github.com/unrolled/render"

	"go.ligato.io/cn-infra/v2/config"
	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/cn-infra/v2/logging/logrus"
	"go.ligato.io/cn-infra/v2/rpc/rest"
	access "go.ligato.io/cn-infra/v2/rpc/rest/security/model/access-security"
)

// server serves what is registered, without listening.
type server struct {
	*mux.Router
}

func (s server) RegisterHTTPHandler(path string, provider rest.HandlerProvider, methods ...string) *mux.Route {
	return s.HandleFunc(path, provider(render.New(render.Options{IndentJSON: true}))).Methods(methods...)
}

func (server) RegisterPermissionGroup(...*access.PermissionGroup) {}
func (server) GetPort() int                                       { return 0 }

func (s server) do(method, path string) (status int, body string) {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(method, path, http.NoBody))
	return w.Code, w.Body.String()
}

// file is a configuration file that has been read already.
type file struct {
	config.PluginConfig
	content Config
	err     error
}

func (f file) LoadValue(data any) (found bool, err error) {
	*data.(*Config) = f.content
	return true, f.err
}

// newTest returns a plugin with a registry of its own, which has the loggers a
// and b, and what the plugin logs.
func newTest(t *testing.T, conf Config, opts ...Option) (*Plugin, server, *bytes.Buffer) {
	t.Helper()
	t.Setenv(initialLevelEnv, "")
	level := logrus.DefaultLogger().GetLevel() // "global" is in every registry
	t.Cleanup(func() { logrus.DefaultLogger().SetLevel(level) })

	registry, s, out := logrus.NewLogRegistry(), server{mux.NewRouter()}, &bytes.Buffer{}
	registry.NewLogger("b")
	registry.NewLogger("a")
	log := logrus.NewLogger("logs")
	log.SetOutput(out)
	opts = append([]Option{UseDeps(func(deps *Deps) {
		deps.LogRegistry = registry
		deps.HTTP = s
		deps.Log = &logging.ParentLogger{Logger: log, Factory: registry}
		deps.Cfg = file{content: conf}
	})}, opts...)
	return NewPlugin(opts...), s, out
}

func start(t *testing.T, p *Plugin) {
	t.Helper()
	if err := p.Init(); err != nil {
		t.Fatal(err)
	}
	if err := p.AfterInit(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
}

func TestLevels(t *testing.T) {
	tests := []struct {
		name     string
		env      string
		conf     Config
		want     map[string]string // "later" is created after Init
		warnings []string
	}{
		{
			name: "nothing",
			want: map[string]string{"a": "info", "b": "info", "global": "info", "later": "info"},
		},
		{
			name: "default",
			conf: Config{DefaultLevel: "debug"},
			want: map[string]string{"a": "debug", "b": "debug", "global": "debug", "later": "debug"},
		},
		{
			name: "environment before default",
			env:  "error",
			conf: Config{DefaultLevel: "debug", Loggers: []LoggerConfig{{"a", "trace"}}},
			want: map[string]string{"a": "trace", "b": "error", "global": "error", "later": "error"},
		},
		{
			name:     "bad environment",
			env:      "loud",
			conf:     Config{DefaultLevel: "warn"},
			want:     map[string]string{"a": "warn", "b": "warn", "global": "warn", "later": "warn"},
			warnings: []string{initialLevelEnv, "loud"},
		},
		{
			name: "levels by name",
			conf: Config{DefaultLevel: "warn", Loggers: []LoggerConfig{{"a", "debug"}, {"later", "trace"}}},
			want: map[string]string{"a": "debug", "b": "warn", "global": "warn", "later": "trace"},
		},
		{
			name:     "bad level by name",
			conf:     Config{Loggers: []LoggerConfig{{"a", "loud"}, {"b", "debug"}}},
			want:     map[string]string{"a": "info", "b": "debug", "global": "info", "later": "info"},
			warnings: []string{`\"a\"`, "loud"},
		},
		{
			name:     "bad default",
			conf:     Config{DefaultLevel: "loud", Loggers: []LoggerConfig{{"b", "debug"}}},
			want:     map[string]string{"a": "info", "b": "debug", "global": "info", "later": "info"},
			warnings: []string{"default-level", "loud"},
		},
		{
			name:     "hooks",
			conf:     Config{Hooks: map[string]HookConfig{HookSysLog: {}}},
			want:     map[string]string{"a": "info", "b": "info", "global": "info", "later": "info"},
			warnings: []string{"syslog", "not supported"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, _, out := newTest(t, tt.conf)
			t.Setenv(initialLevelEnv, tt.env)
			if err := p.LogRegistry.SetLevel("global", "info"); err != nil {
				t.Fatal(err)
			}
			start(t, p)
			p.LogRegistry.NewLogger("later")
			if got := p.LogRegistry.ListLoggers(); !maps.Equal(got, tt.want) {
				t.Errorf("levels %v, want %v", got, tt.want)
			}
			if tt.warnings == nil && out.Len() > 0 {
				t.Errorf("logged %q", out)
			}
			for _, want := range tt.warnings {
				if !strings.Contains(out.String(), "level=warning") || !strings.Contains(out.String(), want) {
					t.Errorf("logged %q, want a warning with %q", out, want)
				}
			}
		})
	}
}

func TestREST(t *testing.T) {
	p, s, _ := newTest(t, Config{Loggers: []LoggerConfig{{"global", "info"}}})
	start(t, p)
	for _, tt := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"PUT", "/log/a/debug", 200, "{\n  \"logger\": \"a\",\n  \"level\": \"debug\"\n}\n"},
		{"PUT", "/log/later.child-1/trace", 200, "{\n  \"logger\": \"later.child-1\",\n  \"level\": \"trace\"\n}\n"},
		{"PUT", "/log/default/error", 200, "{\n  \"logger\": \"default\",\n  \"level\": \"error\"\n}\n"},
		{"GET", "/log/list", 200, `[
  {
    "logger": "a",
    "level": "debug"
  },
  {
    "logger": "b",
    "level": "info"
  },
  {
    "logger": "global",
    "level": "info"
  }
]
`},
	} {
		status, body := s.do(tt.method, tt.path)
		if status != tt.status || body != tt.body {
			t.Errorf("%s %s: %d %s, want %d %s", tt.method, tt.path, status, body, tt.status, tt.body)
		}
	}

	status, body := s.do("PUT", "/log/a/loud")
	if status != 500 || !strings.Contains(body, `"Error": "`) || !strings.Contains(body, "loud") {
		t.Errorf("bad level: %d %s", status, body)
	}
	p.LogRegistry.NewLogger("later.child-1")
	p.LogRegistry.NewLogger("other")
	for name, want := range map[string]string{"a": "debug", "later.child-1": "trace", "other": "error"} {
		if got, err := p.LogRegistry.GetLevel(name); got != want || err != nil {
			t.Errorf("level of %s is %s, %v, want %s", name, got, err, want)
		}
	}
}

func TestWithoutHTTP(t *testing.T) {
	p, _, _ := newTest(t, Config{}, UseDeps(func(deps *Deps) { deps.HTTP = nil }))
	start(t, p)
}

func TestBadFile(t *testing.T) {
	want := errors.New("bad file")
	p, _, _ := newTest(t, Config{}, UseDeps(func(deps *Deps) { deps.Cfg = file{err: want} }))
	if err := p.Init(); !errors.Is(err, want) {
		t.Errorf("error %v", err)
	}
}

func TestUseConf(t *testing.T) {
	p, _, _ := newTest(t, Config{}, UseConf(Config{Loggers: []LoggerConfig{{"a", "debug"}}}),
		UseDeps(func(deps *Deps) { deps.Cfg = config.ForPlugin("logs") }))
	start(t, p)
	if got, err := p.LogRegistry.GetLevel("a"); got != "debug" || err != nil {
		t.Errorf("level %s, %v", got, err)
	}
	if DefaultPlugin.String() != "logs" || DefaultPlugin.HTTP == nil || DefaultPlugin.LogRegistry == nil {
		t.Errorf("default plugin %+v", DefaultPlugin.Deps)
	}
}

// The file that is shipped must be one that can be read.
func TestSampleFile(t *testing.T) {
	var conf Config
	if err := config.ParseConfigFromYamlFile("logs.conf", &conf); err != nil {
		t.Fatal(err)
	}
	if conf.DefaultLevel != "info" || len(conf.Loggers) == 0 {
		t.Errorf("read %+v", conf)
	}
	for _, logger := range conf.Loggers {
		if _, err := logging.ParseLogLevel(logger.Level); err != nil || logger.Name == "" {
			t.Errorf("logger %+v: %v", logger, err)
		}
	}
}
