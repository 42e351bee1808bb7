// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/fakeagent"
)

// runBare runs agentctl without the flags that say where an agent is.
func (l *lab) runBare(args ...string) (stderr string, status int) {
	l.t.Helper()
	var out strings.Builder
	env := System()
	env.Stdout.Writer, env.Stderr.Writer = &strings.Builder{}, &out
	env.Getenv = func(name string) string { return l.env[name] }
	status = Run(l.t.Context(), args, env)
	return out.String(), status
}

// TestPrecedence has the port of the agent in the right place and a wrong one
// in those that count less.
func TestPrecedence(t *testing.T) {
	l := newLab(t, fakeagent.Empty)
	u, err := url.Parse(l.rest.URL)
	if err != nil {
		t.Fatal(err)
	}
	file := writeFile(t, "config.yaml", "host: nosuch.invalid\nhttp-port: "+u.Port()+"\netcd-endpoints: [a, b]\nhttp-tls: {disabled: true}\n")
	l.env["AGENT_HOST"] = "127.0.0.1" // counts more than the file
	if _, status := l.runBare("log", "list", "--config", file); status != 0 {
		t.Error("the variable does not count more than the file")
	}
	if _, status := l.runBare("log", "list", "--config", file, "--http-port", "1"); status == 0 {
		t.Error("the flag does not count more than the file")
	}
	l.env["AGENT_HOST"] = "nosuch.invalid"
	if _, status := l.runBare("log", "list", "--config", file, "-H", "127.0.0.1"); status != 0 {
		t.Error("the flag does not count more than the variable")
	}
}

// TestFoundFile looks for the file in several folders.
func TestFoundFile(t *testing.T) {
	l := newLab(t, fakeagent.Empty)
	u, err := url.Parse(l.rest.URL)
	if err != nil {
		t.Fatal(err)
	}
	content := []byte("http-port: " + u.Port() + "\nof-somebody-else: 1\n")
	home, dir := t.TempDir(), t.TempDir()
	if err := os.Mkdir("config", 0o700); err != nil { // a folder is no file
		t.Fatal(err)
	}
	// Whoever has the default port of agents on this machine may answer.
	if stderr, status := l.runBare("log", "list"); status != 0 && !strings.Contains(stderr, "127.0.0.1:9191") && !strings.Contains(stderr, "GET /log/list") {
		t.Errorf("without any configuration: %s", stderr)
	}
	for name, where := range map[string]func(){
		dir + "/config":                     func() { l.env["CONFIG_DIR"] = dir },
		"config.json":                       func() {},
		home + "/.agentctl" + "/config.yml": func() { l.env["HOME"] = home },
	} {
		if strings.HasPrefix(name, home) {
			if err := os.Mkdir(home+"/.agentctl", 0o700); err != nil {
				t.Fatal(err)
			}
		}
		text := content
		if strings.HasSuffix(name, ".json") {
			text = []byte(`{"http-port": ` + u.Port() + `}`)
		}
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		where()
		if _, status := l.runBare("log", "list"); status != 0 {
			t.Errorf("%s does not count", name)
		}
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
		clear(l.env)
	}
}

func TestConfigMistakes(t *testing.T) {
	l := newLab(t, fakeagent.Empty)
	for content, want := range map[string]string{
		"htpp-port: 1":               `unknown key "htpp-port"`,
		"http-port: many":            `http-port: invalid argument "many"`,
		"a: [":                       "configuration file",
		"http-tls: {ca-file: /no}":   "http-tls: open /no",
		"http-tls: {cert-file: /no}": "http-tls",
		"kvdb-tls: {skip-verfy: no}": `kvdb-tls: unknown field "skip-verfy"; there are disabled, cert-file`,
		"grpc-tls: {disabled: 2}":    "grpc-tls: disabled cannot be a number",
		"http-tls: on":               "http-tls: it cannot be a bool",
	} {
		stderr, status := l.runBare("log", "list", "--config", writeFile(t, "config.yaml", content))
		if status != 1 || !strings.Contains(stderr, want) {
			t.Errorf("%s: status %d, %q", content, status, stderr)
		}
	}
}

// TestTimeout has an agent that takes a request and does not answer.
func TestTimeout(t *testing.T) {
	l := newLab(t, fakeagent.Empty)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = w.Write([]byte(`[{"logger":"agent","level":"info"}]`))
			return
		}
		select {
		case <-r.Context().Done():
		case <-time.After(20 * time.Second):
		}
	}))
	defer server.Close()
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	// The first of two requests is answered if the machine is not too busy.
	stderr, status := l.runBare("log", "set", "agent", "debug", "--http-port", u.Port(), "--timeout", "1s")
	if status != 1 || !strings.Contains(stderr, "no answer from the agent at "+server.URL+" in time (--timeout)") {
		t.Errorf("status %d, %q", status, stderr)
	}
}

// TestTLSAndCredentials asks a server with TLS and a password.
func TestTLSAndCredentials(t *testing.T) {
	l := newLab(t, fakeagent.Empty)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "me" || password != "a:secret" {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		if r.URL.Path != "/v2/log/list" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte("[]"))
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	l.env["LIGATO_API_VERSION"] = "2"
	if _, status := l.runBare("log", "list", "--http-port", u.Port(), "--insecure-tls"); status == 0 {
		t.Error("no credentials were needed")
	}
	l.env["AGENTCTL_HTTP_BASIC_AUTH"] = "me:a:secret"
	if _, status := l.runBare("log", "list", "--http-port", u.Port(), "--insecure-tls"); status != 0 {
		t.Error("the credentials were not taken")
	}
	if _, status := l.runBare("log", "list", "--http-port", u.Port(), "--config", writeFile(t, "config.yaml", "http-tls: {}")); status == 0 {
		t.Error("a certificate that nobody vouches for was taken")
	}
	if _, status := l.runBare("log", "list", "--http-port", u.Port(), "--config", writeFile(t, "config.yaml", "http-tls: {skip-verify: true}")); status != 0 {
		t.Error("skip-verify does not count")
	}
}
