// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package hostconfig

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"

	"github.com/ifwatcher/ifwatcher/internal/statedir"
	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/descriptor"
	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/linuxcalls/fake"
	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/ownership"
)

// fakeScheduler takes descriptors and notifications.
type fakeScheduler struct {
	kvs.KVScheduler // nil: no other method is used

	mu        sync.Mutex
	names     []string
	duplicate string // name of a descriptor that is there already
	refuse    int    // this many notifications
	refusal   error
	told      []string
}

func (s *fakeScheduler) RegisterKVDescriptor(list ...*kvs.KVDescriptor) error {
	for _, d := range list {
		if d.Name == s.duplicate {
			return kvs.ErrDescriptorExists
		}
		s.names = append(s.names, d.Name)
	}
	return nil
}

func (s *fakeScheduler) PushSBNotification(list ...kvs.KVWithMetadata) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse > 0 {
		s.refuse--
		return s.refusal
	}
	for _, kv := range list {
		sign := "+"
		if kv.Value == nil {
			sign = "-"
		}
		s.told = append(s.told, sign+kv.Key)
	}
	return nil
}

func (s *fakeScheduler) heard() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.told)
}

type confFile string

func (f confFile) GetConfigName() string       { return string(f) }
func (f confFile) LoadValue(any) (bool, error) { return false, nil }

func writeConf(t *testing.T, content string) confFile {
	t.Helper()
	name := filepath.Join(t.TempDir(), configFile)
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return confFile(name)
}

type label string

func (l label) GetAgentLabel() string                   { return string(l) }
func (l label) GetAgentPrefix() string                  { return "/vnf-agent/" + string(l) + "/" }
func (l label) GetDifferentAgentPrefix(o string) string { return "/vnf-agent/" + o + "/" }
func (l label) GetAllAgentsPrefix() string              { return "/vnf-agent/" }

func newPlugin(t *testing.T, scheduler kvs.KVScheduler, opts ...Option) *Plugin {
	t.Helper()
	p := NewPlugin(append([]Option{UseDeps(func(d *Deps) {
		d.KVScheduler, d.Kernel, d.Cfg, d.ServiceLabel = scheduler, fake.New(true), confFile(""), label("agent7")
	})}, opts...)...)
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !f(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

func TestInitRegisters(t *testing.T) {
	state := t.TempDir()
	t.Setenv(statedir.EnvVar, state)
	s := &fakeScheduler{}
	p := newPlugin(t, s)
	if err := p.Init(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		descriptor.InterfaceDescriptorName, descriptor.AddressDescriptorName,
		descriptor.RouteDescriptorName, descriptor.ARPDescriptorName, descriptor.ReleasedDescriptorName,
	} {
		if !slices.Contains(s.names, want) {
			t.Errorf("%s is not in %q", want, s.names)
		}
	}
	if _, err := os.Stat(filepath.Join(state, "agent7", "hostconfig.state")); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestDisabled(t *testing.T) {
	s := &fakeScheduler{}
	p := newPlugin(t, s, UseDeps(func(d *Deps) { d.Cfg = writeConf(t, "disabled: true\n") }))
	if err := p.Init(); err != nil || len(s.names) > 0 {
		t.Errorf("Init: %v, registered %q", err, s.names)
	}
}

func TestConfig(t *testing.T) {
	for _, tc := range []struct{ name, content, want string }{
		{"empty", "", ""},
		{"number", "protocol-number: 77\n", ""},
		{"static", "protocol-number: 4\n", "protocol-number: 4"},
		{"too large", "protocol-number: 256\n", "protocol-number: 256"},
		{"negative", "protocol-number: -1\n", "protocol-number: -1"},
		{"text", "protocol-number: mine\n", "protocol-number"},
		{"unknown key", "protocol: 77\n", `"protocol"`},
		{"broken", "disabled: [\n", "line"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			file := writeConf(t, tc.content)
			_, err := loadConfig(file)
			if tc.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), string(file)) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("err = %v, want one with the file and %q", err, tc.want)
			}
		})
	}
}

// TestSampleConfig keeps the file that is shipped at the defaults.
func TestSampleConfig(t *testing.T) {
	sample, err := loadConfig(confFile(configFile))
	if err != nil {
		t.Fatal(err)
	}
	if none, _ := loadConfig(confFile("")); sample != none {
		t.Errorf("the sample has %+v, without a file it is %+v", sample, none)
	}
}

func TestInitFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	used := t.TempDir()
	other, _, err := ownership.Open(used, ownership.Identity{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for _, tc := range []struct {
		name      string
		scheduler *fakeScheduler
		conf      Config
		is        error
		text      []string
	}{
		{"another plugin", &fakeScheduler{duplicate: "linux-route"}, Config{StateDir: t.TempDir()}, kvs.ErrDescriptorExists,
			[]string{"linux-route", "l3plugin", "disabled: true", configFile}},
		{"named folder cannot be", &fakeScheduler{}, Config{StateDir: filepath.Join(file, "x")}, nil, []string{file}},
		{"folder in use", &fakeScheduler{}, Config{StateDir: used}, ownership.ErrInUse, []string{used}},
		{"number", &fakeScheduler{}, Config{ProtocolNumber: 2}, nil, []string{"protocol-number: 2"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := newPlugin(t, tc.scheduler, UseConf(tc.conf))
			err := p.Init()
			if err == nil || tc.is != nil && !errors.Is(err, tc.is) {
				t.Fatalf("err = %v, want %v", err, tc.is)
			}
			for _, text := range tc.text {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%q has no %q in it", err, text)
				}
			}
			if len(p.closers) > 0 {
				t.Error("something was left open")
			}
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	if err := newPlugin(t, nil).Init(); err == nil || !strings.Contains(err.Error(), "KVScheduler") {
		t.Errorf("without scheduler: %v", err)
	}
}

// TestUsualFolderCannotBeWritten is an ordinary user who only watches.
func TestUsualFolderCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(statedir.EnvVar, file)
	if err := newPlugin(t, &fakeScheduler{}).Init(); err != nil {
		t.Error(err)
	}
}

func TestReleasesAreToldInOrderAndNoneIsLost(t *testing.T) {
	s := &fakeScheduler{refuse: 3, refusal: kvs.ErrTxnQueueFull}
	r := startReleases(s)
	defer r.stop()
	var want []string
	for i := range 20 {
		host := fmt.Sprint("eth", i)
		r.tell(host)
		want = append(want, "+hostconfig/released/"+host, "-hostconfig/released/"+host)
	}
	eventually(t, "all are told", func() bool { return len(s.heard()) >= len(want) })
	if got := s.heard(); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

func TestReleasesStopAtAnyMoment(t *testing.T) {
	for _, refusal := range []error{kvs.ErrTxnQueueFull, kvs.ErrClosedScheduler} {
		s := &fakeScheduler{refuse: 1 << 30, refusal: refusal}
		r := startReleases(s)
		r.tell("eth0")
		r.stop()
		if got := s.heard(); len(got) > 0 {
			t.Errorf("told %q", got)
		}
	}
}
