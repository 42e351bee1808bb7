// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"flag"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/fakeagent"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/output"
)

var update = flag.Bool("update", false, "write the golden files")

// recordedAt is when the pending agent was recorded.
var recordedAt = time.Date(2026, 11, 23, 18, 59, 28, 900e6, time.UTC)

// lab is an agent to run agentctl against.
type lab struct {
	t    *testing.T
	rest *fakeagent.REST
	grpc *fakeagent.GRPC

	env   map[string]string
	now   time.Time
	stdin string
	width int
	color bool
}

func newLab(t *testing.T, phase string) *lab {
	t.Helper()
	t.Chdir(t.TempDir()) // no configuration file is found
	return &lab{
		t: t, rest: fakeagent.StartREST(t, phase), grpc: fakeagent.StartGRPC(t, phase),
		env: map[string]string{}, now: recordedAt,
	}
}

// run runs agentctl and returns what it printed and its exit status.
func (l *lab) run(args ...string) (stdout, stderr string, status int) {
	l.t.Helper()
	var out, errs bytes.Buffer
	env := Environment{
		Stdin:  strings.NewReader(l.stdin),
		Stdout: &output.Writer{Writer: &out, Width: l.width, Colors: l.color},
		Stderr: &output.Writer{Writer: &errs},
		Getenv: func(name string) string { return l.env[name] },
		Now:    func() time.Time { return l.now },
	}
	status = Run(l.t.Context(), append(l.where(), args...), env)
	return out.String(), errs.String(), status
}

// where are the flags that say where the agent is.
func (l *lab) where() []string {
	u, err := url.Parse(l.rest.URL)
	if err != nil {
		l.t.Fatal(err)
	}
	_, grpcPort, err := net.SplitHostPort(l.grpc.Address)
	if err != nil {
		l.t.Fatal(err)
	}
	return []string{"--http-port", u.Port(), "--grpc-port", grpcPort}
}

// ok runs agentctl and wants success and nothing on standard error.
func (l *lab) ok(args ...string) string {
	l.t.Helper()
	stdout, stderr, status := l.run(args...)
	if status != 0 || stderr != "" {
		l.t.Fatalf("agentctl %s: status %d, standard error %q", strings.Join(args, " "), status, stderr)
	}
	return stdout
}

// golden compares with a file in testdata/golden.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join(testdata, "golden", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not as in %s (-update writes it):\n%s", name, path, got)
	}
}

// testdata is found also after a change of folder.
var testdata = func() string {
	dir, err := filepath.Abs("testdata")
	if err != nil {
		panic(err)
	}
	return dir
}()

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
