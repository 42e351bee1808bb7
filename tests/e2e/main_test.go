// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ifwatcher/ifwatcher/internal/lab"
	"github.com/ifwatcher/ifwatcher/internal/netnstest"
)

var (
	agentBinary = flag.String("agent", "", "path of the agent's binary; without it the tests are skipped")
	etcdBinary  = flag.String("etcd", "", "path of an etcd binary; without it the tests that need one are skipped")
)

// patience bounds every wait; what is waited for takes milliseconds, unless
// the machine is busy.
const patience = 45 * time.Second

const (
	ownEtcd   = "127.0.0.1:2379" // the embedded one, or a process in its place
	restURL   = lab.REST("http://127.0.0.1:9191")
	uplinkKey = "config/linux/interfaces/v2/interface/uplink"
	routeKey  = "config/linux/l3/v2/route/10.99.0.0/24/uplink"
	routeJSON = `{"outgoing_interface":"uplink","dst_network":"10.99.0.0/24","gw_addr":"10.11.1.254"}`
)

func uplinkJSON(host string) string {
	return `{"name":"uplink","type":"EXISTING","enabled":true,"host_if_name":"` + host + `","ip_addresses":["10.11.1.1/24"]}`
}

func TestMain(m *testing.M) {
	flag.Parse()
	if *agentBinary == "" {
		fmt.Println("no -agent: the end-to-end tests are skipped; run them with 'make e2e'")
		os.Exit(0)
	}
	netnstest.MustEnterAll()
	os.Exit(m.Run())
}

// agent is an agent's process and what the test knows of it.
type agent struct {
	t   *testing.T
	dir string
	env []string
	p   *lab.Process
	lab.REST
}

// startAgent starts an agent whose state is in dir and waits until it is
// ready.
func startAgent(t *testing.T, dir string, env ...string) *agent {
	t.Helper()
	a := launchAgent(t, dir, env...)
	a.waitReady()
	return a
}

// launchAgent starts an agent without waiting for it.
func launchAgent(t *testing.T, dir string, env ...string) *agent {
	t.Helper()
	a := &agent{t: t, dir: dir, env: env, REST: restURL}
	p, err := lab.Start(dir, append([]string{"IFWATCHER_STATE_DIR=" + dir}, env...), nil, *agentBinary)
	if err != nil {
		t.Fatal(err)
	}
	a.p = p
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			t.Logf("the agent printed:\n%s", tail(p.Output(), 200))
		}
	})
	return a
}

func (a *agent) waitReady() {
	a.t.Helper()
	a.eventually("the agent is ready", func() bool { return a.Ready(a.t.Context()) })
}

// stop ends the agent as a service manager does and wants a clean end.
func (a *agent) stop() {
	a.t.Helper()
	if err := a.p.Stop(patience); err != nil {
		a.t.Fatalf("stop the agent: %v", err)
	}
}

func (a *agent) eventually(what string, check func() bool) {
	a.t.Helper()
	if !lab.Until(patience, check) {
		a.t.Fatalf("not reached: %s", what)
	}
}

// state waits until the value is in the state.
func (a *agent) state(key, want string) {
	a.t.Helper()
	var got lab.BaseStatus
	reached := lab.Until(patience, func() bool {
		var err error
		got, err = a.ValueStatus(a.t.Context(), key)
		return err == nil && got.Value.State == want
	})
	if !reached {
		a.t.Fatalf("%s is %+v, not %s", key, got, want)
	}
}

// gone waits until the agent knows no value with the key.
func (a *agent) gone(key string) { a.t.Helper(); a.state(key, "") }

// never checks during a while that something does not happen: the end of the
// agent's reaction is not visible from outside.
func never(t *testing.T, what string, check func() bool) {
	t.Helper()
	if lab.Until(1500*time.Millisecond, check) {
		t.Fatalf("happened: %s", what)
	}
}

// store is the agent's part of an etcd.
type store struct {
	t *testing.T
	*lab.Store
}

func openStore(t *testing.T, label string) *store {
	t.Helper()
	s, err := lab.OpenStore(ownEtcd, label)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &store{t: t, Store: s}
}

func (s *store) put(key, value string) {
	s.t.Helper()
	s.try(func(ctx context.Context) error { return s.Put(ctx, key, value) })
}

func (s *store) del(key string) {
	s.t.Helper()
	s.try(func(ctx context.Context) error { return s.Delete(ctx, key) })
}

// try repeats an operation while etcd is not there, or not there again: a
// client that has lost its connection says so once more.
func (s *store) try(do func(context.Context) error) {
	s.t.Helper()
	var err error
	if !lab.Until(patience, func() bool {
		ctx, cancel := context.WithTimeout(s.t.Context(), 5*time.Second)
		defer cancel()
		err = do(ctx)
		return err == nil
	}) {
		s.t.Fatal(err)
	}
}

// startEtcd starts an etcd process with its data in dir.
func startEtcd(t *testing.T, dir string) *lab.Process {
	t.Helper()
	if *etcdBinary == "" {
		t.Skip("no -etcd")
	}
	p, err := lab.Start(dir, nil, nil, *etcdBinary, "--data-dir", filepath.Join(dir, "data"), "--log-level", "error",
		"--listen-client-urls", "http://"+ownEtcd, "--advertise-client-urls", "http://"+ownEtcd,
		"--listen-peer-urls", "http://127.0.0.1:2380")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			t.Logf("etcd printed:\n%s", tail(p.Output(), 20))
		}
	})
	return p
}

// writeFile writes a configuration file.
func writeFile(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// addVeth makes a veth pair, up or down, that is gone after the test.
func addVeth(t *testing.T, name, peer string, up bool) {
	t.Helper()
	must(t, lab.AddVeth(name, peer))
	t.Cleanup(func() { _ = lab.Delete(peer) })
	if up {
		must(t, lab.Up(peer, name))
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func tail(text string, lines int) string {
	all := slices.Collect(strings.Lines(text))
	return strings.Join(all[max(0, len(all)-lines):], "")
}
