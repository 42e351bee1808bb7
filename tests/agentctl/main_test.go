// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentctl

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ifwatcher/ifwatcher/internal/lab"
	"github.com/ifwatcher/ifwatcher/internal/netnstest"
)

var (
	agentBinary = flag.String("agent", "", "path of the agent's binary; without it the tests are skipped")
	ctlBinary   = flag.String("agentctl", "", "path of agentctl's binary; without it the tests are skipped")
)

// patience bounds every wait; what is waited for takes milliseconds, unless
// the machine is busy.
const patience = 45 * time.Second

const restURL = lab.REST("http://127.0.0.1:9191")

func TestMain(m *testing.M) {
	flag.Parse()
	if *agentBinary == "" || *ctlBinary == "" {
		fmt.Println("no -agent or no -agentctl: the tests of agentctl with an agent are skipped")
		os.Exit(0)
	}
	netnstest.MustEnterAll()
	os.Exit(m.Run())
}

// startAgent starts an agent with its embedded store and waits until it is
// ready.
func startAgent(t *testing.T, env ...string) *lab.Process {
	t.Helper()
	dir := t.TempDir()
	p, err := lab.Start(dir, append([]string{"IFWATCHER_STATE_DIR=" + dir}, env...), nil, *agentBinary)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			t.Logf("the agent printed:\n%s", p.Output())
		}
	})
	eventually(t, "the agent is ready", func() bool { return restURL.Ready(t.Context()) })
	return p
}

// result is what agentctl printed and how it ended.
type result struct {
	args           []string
	stdout, stderr string
	status         int
}

// ctl runs agentctl, as an ordinary user would: with the label of the agent,
// in a folder without configuration.
func ctl(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, *ctlBinary, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "MICROSERVICE_LABEL=vpp1", "HOME="+cmd.Dir)
	cmd.Stdin = strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{args, stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// ok wants success and each of the texts on standard output.
func ok(t *testing.T, args []string, want ...string) {
	t.Helper()
	ctl(t, "", args...).wants(t, want...)
}

func (r result) wants(t *testing.T, want ...string) {
	t.Helper()
	if r.status != 0 {
		t.Fatalf("agentctl %s: status %d, %s", strings.Join(r.args, " "), r.status, r.stderr)
	}
	for _, text := range want {
		if !strings.Contains(r.stdout, text) {
			t.Errorf("agentctl %s: no %q in\n%s", strings.Join(r.args, " "), text, r.stdout)
		}
	}
}

// fails wants status 1, one line and each of the texts in it.
func fails(t *testing.T, args []string, want ...string) {
	t.Helper()
	r := ctl(t, "", args...)
	if r.status != 1 || strings.Count(r.stderr, "\n") != 1 || !strings.HasPrefix(r.stderr, "agentctl: ") {
		t.Errorf("agentctl %s: status %d, standard error %q", strings.Join(args, " "), r.status, r.stderr)
	}
	for _, text := range want {
		if !strings.Contains(r.stderr, text) {
			t.Errorf("agentctl %s: no %q in %q", strings.Join(args, " "), text, r.stderr)
		}
	}
}

// soon wants the texts on standard output in the end.
func soon(t *testing.T, args []string, want ...string) {
	t.Helper()
	var last result
	reached := lab.Until(patience, func() bool {
		last = ctl(t, "", args...)
		for _, text := range want {
			if !strings.Contains(last.stdout, text) {
				return false
			}
		}
		return last.status == 0
	})
	if !reached {
		t.Fatalf("agentctl %s: not %q but status %d, %s\n%s", strings.Join(args, " "), want, last.status, last.stderr, last.stdout)
	}
}

// words splits a command line at spaces.
func words(line string) []string { return strings.Fields(line) }

func eventually(t *testing.T, what string, check func() bool) {
	t.Helper()
	if !lab.Until(patience, check) {
		t.Fatalf("not reached: %s", what)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// follow starts a command that does not end by itself.
func follow(t *testing.T, args ...string) *lab.Process {
	t.Helper()
	p, err := lab.Start(t.TempDir(), nil, nil, *ctlBinary, args...)
	must(t, err)
	t.Cleanup(p.Kill)
	return p
}

// interrupt ends it as ^C does, and wants status 0.
func interrupt(t *testing.T, p *lab.Process) {
	t.Helper()
	must(t, p.Signal(syscall.SIGINT))
	if status, err := p.Wait(patience); status != 0 || err != nil {
		t.Errorf("status %d, %v; it printed:\n%s", status, err, p.Output())
	}
}
