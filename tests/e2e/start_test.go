// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/ifwatcher/ifwatcher/internal/lab"
)

// TestSummary is what a newcomer sees.
func TestSummary(t *testing.T) {
	addVeth(t, "su0", "su1", true)
	must(t, lab.AddAddress("su0", "192.0.2.1/24"))
	dir := t.TempDir()
	a := startAgent(t, dir)
	for _, want := range []string{"su0 (192.0.2.1/24", "su1", "http://127.0.0.1:9191", "127.0.0.1:9111", "127.0.0.1:2379 (embedded)", "/vnf-agent/vpp1/", "data           " + dir} {
		a.eventually(want+" in the output", func() bool { return strings.Contains(a.p.Output(), want) })
	}
	a.stop()
}

// TestStoreSurvivesRestart uses the embedded store alone.
func TestStoreSurvivesRestart(t *testing.T) {
	dir := t.TempDir()
	a := startAgent(t, dir)
	openStore(t, "vpp1").put(uplinkKey, uplinkJSON("none0"))
	a.state(uplinkKey, "PENDING")
	a.stop()
	a = startAgent(t, dir)
	a.state(uplinkKey, "PENDING")
	a.stop()
}

// TestWithoutStore only watches.
func TestWithoutStore(t *testing.T) {
	a := startAgent(t, t.TempDir(), "ETCD_CONFIG=disabled")
	if _, err := net.Dial("tcp", ownEtcd); err == nil {
		t.Error("an etcd listens although the store is disabled")
	}
	addVeth(t, "ws0", "ws1", true)
	a.state("linux/interface/host-name/ws0", "OBTAINED")
	must(t, lab.Delete("ws0"))
	a.gone("linux/interface/host-name/ws0")
	a.stop()
}

// TestEtcdLater starts the agent before its etcd.
func TestEtcdLater(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "etcd.conf", "endpoints: ["+ownEtcd+"]\n")
	a := launchAgent(t, dir)
	a.eventually("alive without etcd", func() bool {
		code, _, err := a.GetRaw(t.Context(), "/liveness")
		return err == nil && code == 200
	})
	if a.Ready(t.Context()) {
		t.Error("ready before any configuration could be read")
	}
	data := t.TempDir()
	etcd := startEtcd(t, data)
	s := openStore(t, "vpp1")
	s.put(uplinkKey, uplinkJSON("none0"))
	a.state(uplinkKey, "PENDING")
	a.waitReady()

	// What changes while the agent cannot see the store is applied after.
	etcd.Kill()
	etcd = startEtcd(t, data)
	s.put(routeKey, routeJSON)
	a.state(routeKey, "PENDING")
	s.del(uplinkKey)
	a.gone(uplinkKey)
	etcd.Kill()
	a.stop()
}

// TestTermination ends the agent while its etcd hangs.
func TestTermination(t *testing.T) {
	dir := t.TempDir()
	etcd := startEtcd(t, t.TempDir())
	writeFile(t, dir, "etcd.conf", "endpoints: ["+ownEtcd+"]\n")
	a := startAgent(t, dir)
	must(t, etcd.Signal(syscall.SIGSTOP))
	defer func() { _ = etcd.Signal(syscall.SIGCONT) }()
	a.stop()
}

// TestRefusedStarts wants an exit status and one clear line.
func TestRefusedStarts(t *testing.T) {
	listen := func(t *testing.T, address string) {
		l, err := net.Listen("tcp", address)
		must(t, err)
		t.Cleanup(func() { l.Close() })
	}
	for _, tc := range []struct {
		name  string
		setup func(t *testing.T, dir string)
		env   []string
		want  []string
	}{
		{name: "REST port taken", setup: func(t *testing.T, _ string) { listen(t, "127.0.0.1:9191") }, want: []string{"127.0.0.1:9191", "in use"}},
		{name: "gRPC port taken", setup: func(t *testing.T, _ string) { listen(t, "127.0.0.1:9111") }, want: []string{"127.0.0.1:9111", "in use"}},
		{name: "etcd port taken", setup: func(t *testing.T, _ string) { listen(t, ownEtcd) }, want: []string{ownEtcd, "in use", "etcd.conf"}},
		{name: "etcd.conf named and missing", env: []string{"ETCD_CONFIG=/nonexistent/etcd.conf"}, want: []string{"/nonexistent/etcd.conf"}},
		{name: "etcd.conf broken", setup: func(t *testing.T, dir string) { writeFile(t, dir, "etcd.conf", "endpoints: [a\n") }, want: []string{"etcd.conf"}},
		{name: "unknown key", setup: func(t *testing.T, dir string) { writeFile(t, dir, "ifwatcher.conf", "notification-dealy: 1s\n") }, want: []string{"ifwatcher.conf", "notification-dealy"}},
		{name: "unknown key of http.conf", setup: func(t *testing.T, dir string) { writeFile(t, dir, "http.conf", "endpont: 127.0.0.1:9292\n") }, want: []string{"http.conf", "endpont"}},
		{name: "unknown key of grpc.conf", setup: func(t *testing.T, dir string) { writeFile(t, dir, "grpc.conf", "endpont: 127.0.0.1:9292\n") }, want: []string{"grpc.conf", "endpont"}},
		{name: "unknown key of logs.conf", setup: func(t *testing.T, dir string) { writeFile(t, dir, "logs.conf", "loggers: [{name: a, lvl: debug}]\n") }, want: []string{"logs.conf", "loggers[0].lvl"}},
		{name: "unknown key of etcd.conf", setup: func(t *testing.T, dir string) {
			writeFile(t, dir, "etcd.conf", "endpoints: ["+ownEtcd+"]\ndail-timeout: 1s\n")
		}, want: []string{"etcd.conf", "dail-timeout"}},
		{name: "bad value", setup: func(t *testing.T, dir string) { writeFile(t, dir, "ifwatcher.conf", "enabled-when: sometimes\n") }, want: []string{"ifwatcher.conf", "enabled-when", "sometimes"}},
		{name: "bad label", env: []string{"MICROSERVICE_LABEL=a/b"}, want: []string{"a/b"}},
		{name: "bad timeout", env: []string{"START_TIMEOUT=soon"}, want: []string{"START_TIMEOUT", "soon"}},
		{name: "embedded etcd for all", setup: func(t *testing.T, dir string) { writeFile(t, dir, "embedded-etcd.conf", "endpoint: 0.0.0.0:2379\n") }, want: []string{"0.0.0.0:2379", "loopback"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			if tc.setup != nil {
				tc.setup(t, dir)
			}
			a := launchAgent(t, dir, tc.env...)
			status, err := a.p.Wait(patience)
			must(t, err)
			if status == 0 {
				t.Error("exit status 0")
			}
			lines := strings.Split(strings.TrimSpace(a.p.Output()), "\n")
			last := lines[len(lines)-1]
			if !strings.HasPrefix(last, "ifwatcher-agent: ") {
				t.Errorf("the last line does not say what is wrong: %q", last)
			}
			for _, want := range tc.want {
				if !strings.Contains(last, want) {
					t.Errorf("the last line has no %q: %q", want, last)
				}
			}
			if t.Failed() {
				t.Log(a.p.Output())
			}
		})
	}
}

// TestCommandLine runs the agent without starting it.
func TestCommandLine(t *testing.T) {
	out, err := exec.Command(*agentBinary, "--version").CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "ifwatcher-agent ") || strings.Count(string(out), "\n") != 1 {
		t.Errorf("--version: %q, %v", out, err)
	}
	cmd := exec.Command(*agentBinary, "-nonsense")
	out, _ = cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != 2 || !strings.Contains(string(out), "nonsense") || !strings.Contains(string(out), "etcd-config") {
		t.Errorf("-nonsense: exit status %d, output %q", code, out)
	}
}

// TestConfigDir finds a file by -config-dir and by name.
func TestConfigDir(t *testing.T) {
	conf := t.TempDir()
	writeFile(t, conf, "ifwatcher.conf", "exclude: [cd0]\nnotification-delay: 0s\n")
	addVeth(t, "cd0", "cd1", true)
	for _, env := range [][]string{{"CONFIG_DIR=" + conf}, {"IFWATCHER_CONFIG=" + filepath.Join(conf, "ifwatcher.conf")}} {
		a := startAgent(t, t.TempDir(), env...)
		a.state("linux/interface/host-name/cd1", "OBTAINED")
		a.gone("linux/interface/host-name/cd0")
		a.stop()
	}
}
