// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package localregistry

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/datasync/resync"

	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	_ "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// fixedConfig is the configuration of the plugin in place of a file.
type fixedConfig Config

func (c fixedConfig) LoadValue(config any) (bool, error) {
	*config.(*Config) = Config(c)
	return true, nil
}

func (c fixedConfig) GetConfigName() string { return "" }

func plugin(t *testing.T, yaml string) *InitFileRegistry {
	t.Helper()
	path := filepath.Join(t.TempDir(), "initial.yaml")
	if err := os.WriteFile(path, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	r := NewInitFileRegistryPlugin()
	r.Cfg = fixedConfig{InitialConfigurationFilePath: path}
	return r
}

const good = `
linuxConfig:
  interfaces:
  - {name: if1, type: EXISTING, hostIfName: eth0, enabled: true}
  - name: if2
  routes:
  - outgoing_interface: if1
    dst_network: 10.0.0.0/8
`

func TestDelivers(t *testing.T) {
	r := plugin(t, good)
	if err := r.Init(); err != nil {
		t.Fatal(err)
	}
	if r.Empty() {
		t.Error("empty")
	}
	resyncs := make(chan datasync.ResyncEvent)
	const interfaces, routes = "config/linux/interfaces/v2/interface/", "config/linux/l3/v2/route/"
	reg, err := r.Watch("x", nil, resyncs, interfaces, routes, "config/other/")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Watch("y", nil, resyncs, interfaces); err == nil {
		t.Error("watched twice")
	}
	defer func() {
		if err := resync.DefaultPlugin.Close(); err != nil {
			t.Error(err)
		}
	}()
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		for range 3 {
			resync.DefaultPlugin.DoResync()
		}
	}()
	event := <-resyncs
	if event.GetContext() == nil {
		t.Error("no context")
	}
	values := event.GetValues()
	if len(values) != 3 {
		t.Errorf("prefixes %v", values)
	}
	kv, _ := values[interfaces].GetNext()
	var got linux_interfaces.Interface
	if err := kv.GetValue(&got); err != nil {
		t.Fatal(err)
	}
	want := &linux_interfaces.Interface{Name: "if1", Type: linux_interfaces.Interface_EXISTING, HostIfName: "eth0", Enabled: true}
	if kv.GetKey() != interfaces+"if1" || !proto.Equal(&got, want) {
		t.Errorf("%s is %v", kv.GetKey(), &got)
	}
	if kv, _ := values[routes].GetNext(); kv == nil || kv.GetKey() != routes+"10.0.0.0/8/if1" {
		t.Errorf("route %v", kv)
	}
	event.Done(nil)
	// Later resyncs are answered, but nothing is delivered again.
	select {
	case <-finished:
	case event := <-resyncs:
		t.Fatalf("delivered again: %v", event)
	case <-time.After(30 * time.Second):
		t.Fatal("resyncs are not answered")
	}
	if err := reg.Close(); err != nil {
		t.Error(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestNothingToDeliver(t *testing.T) {
	missing := NewInitFileRegistryPlugin()
	missing.Cfg = fixedConfig{InitialConfigurationFilePath: filepath.Join(t.TempDir(), "missing.yaml")}
	disabled := plugin(t, good)
	disabled.Cfg = fixedConfig{DisableInitialConfiguration: true, InitialConfigurationFilePath: "/"}
	for name, r := range map[string]*InitFileRegistry{"missing": missing, "disabled": disabled, "empty": plugin(t, "# nothing\n")} {
		if err := r.Init(); err != nil || !r.Empty() {
			t.Errorf("%s: %v, empty %v", name, err, r.Empty())
		}
		reg, err := r.Watch("x", nil, nil, "config/")
		if err != nil {
			t.Fatal(err)
		}
		if err := reg.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A file that cannot be used is an error that names the file and, where it can
// be told, the line.
func TestBrokenFile(t *testing.T) {
	for name, tc := range map[string]struct{ yaml, want string }{
		"syntax":        {"linuxConfig:\n  interfaces: [\n", `initial\.yaml: \[\d+:\d+\]`},
		"unknown field": {"linuxConfig:\n  interfaces:\n  - name: a\n    colour: red\n", `initial\.yaml: proto:.\(line 4:\d+\): unknown field "colour"`},
		"unknown group": {"\nfancyConfig: {}\n", `initial\.yaml: proto:.\(line 2:\d+\): unknown field "fancyConfig"`},
		"wrong type":    {"linuxConfig:\n  interfaces:\n  - name: a\n    mtu: many\n", `initial\.yaml: proto:.\(line 4:\d+\): invalid value`},
		"no name":       {"linuxConfig:\n  interfaces:\n  - enabled: true\n", `initial\.yaml: a value of linux\.interfaces\.interface has no name`},
		"twice":         {"linuxConfig:\n  interfaces:\n  - name: a\n  - name: a\n", `initial\.yaml: linux\.interfaces\.interface "a" is there twice`},
	} {
		t.Run(name, func(t *testing.T) {
			r := plugin(t, tc.yaml)
			want := regexp.MustCompile(`^cannot preload initial NB configuration from file due to: .*` + tc.want)
			if err := r.Init(); err == nil || !want.MatchString(err.Error()) {
				t.Errorf("error %v", err)
			}
			if _, err := r.Watch("x", nil, nil, "config/"); err == nil {
				t.Error("can be watched")
			}
			if !r.Empty() {
				t.Error("not empty")
			}
		})
	}
}

// Closing must not wait for a receiver that takes nothing.
func TestCloseWhileNobodyReceives(t *testing.T) {
	r := plugin(t, good)
	if _, err := r.Watch("x", nil, make(chan datasync.ResyncEvent), "config/"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- resync.DefaultPlugin.Resync(ctx) }()
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-done; err == nil {
		t.Log("the resync was over before it was cancelled")
	}
	if err := resync.DefaultPlugin.Close(); err != nil {
		t.Error(err)
	}
}
