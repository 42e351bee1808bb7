// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"go.ligato.io/cn-infra/v2/config"
	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/servicelabel"
)

// The command line belongs to the process, so the tests of it run this program
// again as an agent.
const (
	roleEnv = "AGENT_TEST_ROLE"
	// The race detector sleeps a second before a process ends.
	quickExit = "GORACE=atexit_sleep_ms=0"
)

func TestMain(m *testing.M) {
	if os.Getenv(roleEnv) != "" {
		if err := NewAgent(AllPlugins(newDemo())).Run(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// demo prints its configuration and ends the agent.
type demo struct {
	infra.PluginDeps
	Label servicelabel.ReaderAPI

	file, greeting *string
}

func newDemo() *demo {
	d := &demo{Label: &servicelabel.DefaultPlugin}
	d.SetName("demo")
	d.Cfg = config.ForPlugin("demo", config.WithExtraFlags(func(flags *config.FlagSet) {
		d.file = flags.String("demo-config", "demo.conf", "file of the demo")
		d.greeting = flags.String("greeting", "hello", "what to print")
	}))
	d.Setup()
	return d
}

func (d *demo) Init() error {
	fmt.Printf("label=%s file=%s found=%s greeting=%s\n",
		d.Label.GetAgentLabel(), *d.file, d.Cfg.GetConfigName(), *d.greeting)
	return nil
}

func (d *demo) AfterInit() error {
	return fmt.Errorf("over: %w", errTest)
}

func TestCommandLine(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/demo.conf", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		args   []string
		env    []string
		status int
		stdout string
		stderr []string
	}{
		{
			name: "defaults", status: 1,
			stdout: "label=vpp1 file=demo.conf found= greeting=hello",
			stderr: []string{"plugin demo: AfterInit: over: test error"},
		},
		{
			name: "arguments", status: 1,
			args:   []string{"-microservice-label", "a1", "-config-dir=" + dir, "--greeting=hi", "ignored", "-unknown"},
			stdout: "label=a1 file=demo.conf found=" + dir + "/demo.conf greeting=hi",
		},
		{
			name: "environment", status: 1,
			env:    []string{"MICROSERVICE_LABEL=e1", "CONFIG_DIR=" + dir, "GREETING="},
			stdout: "label=e1 file=demo.conf found=" + dir + "/demo.conf greeting=",
		},
		{
			name: "argument before environment", status: 1,
			args: []string{"-demo-config", "disabled"}, env: []string{"DEMO_CONFIG=" + dir + "/demo.conf"},
			stdout: "label=vpp1 file=disabled found= greeting=hello",
		},
		{
			name: "flags of the test program", status: 1, args: []string{"-greeting=hi", "-test.v", "-unknown"},
			stdout: "label=vpp1 file=demo.conf found= greeting=hi",
		},
		{
			name: "unknown flag", status: 2, args: []string{"-unknown"},
			stderr: []string{"unknown", "-microservice-label", "-demo-config", "-config-dir"},
		},
		{name: "help", status: 2, args: []string{"-h"}, stderr: []string{"Usage", "-greeting", "what to print"}},
		{
			name: "bad label", status: 1, env: []string{"MICROSERVICE_LABEL=a/b"},
			stderr: []string{`plugin service-label: Init: `, `"a/b"`},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], tt.args...)
			cmd.Dir = t.TempDir()
			cmd.Env = append(append(os.Environ(), roleEnv+"=agent", quickExit), tt.env...)
			var stdout, stderr strings.Builder
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Run(); cmd.ProcessState == nil {
				t.Fatal(err)
			}
			if got := cmd.ProcessState.ExitCode(); got != tt.status {
				t.Errorf("status %d, want %d; stderr:\n%s", got, tt.status, &stderr)
			}
			if got := strings.TrimSpace(stdout.String()); got != tt.stdout {
				t.Errorf("stdout %q, want %q", got, tt.stdout)
			}
			for _, want := range tt.stderr {
				if !strings.Contains(stderr.String(), want) {
					t.Errorf("stderr lacks %q:\n%s", want, &stderr)
				}
			}
		})
	}
}
