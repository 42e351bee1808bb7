// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ifwatcher

import (
	"errors"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.ligato.io/cn-infra/v2/health/statuscheck"
	"go.ligato.io/cn-infra/v2/infra"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.uber.org/goleak"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/descriptor"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls/fakenetlink"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeScheduler registers descriptors and counts the values told.
type fakeScheduler struct {
	kvs.KVScheduler // nil: no other method is used

	mu          sync.Mutex
	descriptors []*kvs.KVDescriptor
	refuse      error
	refusePush  error
	keys        map[string]bool
}

func (s *fakeScheduler) RegisterKVDescriptor(descriptors ...*kvs.KVDescriptor) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse != nil {
		return s.refuse
	}
	s.descriptors = append(s.descriptors, descriptors...)
	return nil
}

func (s *fakeScheduler) PushSBNotification(notif ...kvs.KVWithMetadata) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refusePush != nil {
		return s.refusePush
	}
	if s.keys == nil {
		s.keys = map[string]bool{}
	}
	for _, kv := range notif {
		s.keys[kv.Key] = kv.Value != nil
	}
	return nil
}

func (s *fakeScheduler) setRefusePush(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusePush = err
}

func (s *fakeScheduler) has(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys[key]
}

// fakeStatus records what was reported last.
type fakeStatus struct {
	statuscheck.PluginStatusWriter

	mu    sync.Mutex
	state statuscheck.PluginState
	err   error
}

func (s *fakeStatus) Register(infra.PluginName, statuscheck.PluginStateProbe) {}

func (s *fakeStatus) ReportStateChange(_ infra.PluginName, state statuscheck.PluginState, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state, s.err = state, err
}

func (s *fakeStatus) last() (statuscheck.PluginState, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state, s.err
}

func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !f(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

type setup struct {
	kernel    *fakenetlink.Kernel
	scheduler *fakeScheduler
	status    *fakeStatus
	plugin    *Plugin
}

func newSetup(opts ...Option) *setup {
	s := &setup{kernel: &fakenetlink.Kernel{}, scheduler: &fakeScheduler{}, status: &fakeStatus{}}
	s.plugin = NewPlugin(append([]Option{UseDeps(func(d *Deps) {
		d.KVScheduler, d.StatusCheck, d.NetlinkHandler = s.scheduler, s.status, s.kernel
		d.HTTPHandlers, d.Prometheus = nil, nil
		d.Cfg = confFile("")
	})}, opts...)...)
	return s
}

func TestPlugin(t *testing.T) {
	s := newSetup()
	s.kernel.AddLink("eth0")
	if err := s.plugin.Init(); err != nil {
		t.Fatal(err)
	}
	defer s.plugin.Close()
	if err := s.plugin.AfterInit(); err != nil {
		t.Fatal(err)
	}
	if d := s.scheduler.descriptors; len(d) != 1 || d[0].Name != descriptor.InterfaceWatcherName {
		t.Errorf("descriptors %v", d)
	}
	eventually(t, "eth0 told", func() bool { return s.scheduler.has("linux/interface/host-name/eth0") })
	eventually(t, "status OK", func() bool { state, _ := s.status.last(); return state == statuscheck.OK })
	if i := s.plugin.Interfaces(); len(i) != 1 || i[0].Name != "eth0" {
		t.Errorf("interfaces %v", i)
	}

	s.kernel.RefuseSubscribe(1<<30, syscall.EPERM)
	s.kernel.Break(linuxcalls.ErrOverflow)
	eventually(t, "status with the reason", func() bool {
		state, err := s.status.last()
		return state == statuscheck.Error && errors.Is(err, syscall.EPERM) && strings.Contains(err.Error(), "out of sync")
	})
	s.kernel.RefuseSubscribe(0, nil)
	eventually(t, "status OK again", func() bool { state, _ := s.status.last(); return state == statuscheck.OK })
}

func TestDisabled(t *testing.T) {
	s := newSetup(UseConf(Config{Disabled: true}))
	if err := s.plugin.Init(); err != nil {
		t.Fatal(err)
	}
	if len(s.scheduler.descriptors) != 0 || s.kernel.Opened() != 0 || len(s.plugin.Interfaces()) != 0 {
		t.Error("something was started")
	}
	if err := s.plugin.Close(); err != nil {
		t.Error(err)
	}
}

// Init that fails leaves nothing behind, and Close is fine with it.
func TestInitFails(t *testing.T) {
	for _, tc := range []struct {
		name    string
		opt     Option
		refuse  error
		wantErr []string
	}{
		{
			name: "another watcher", refuse: kvs.ErrDescriptorExists,
			wantErr: []string{"linux-interface-watcher", "linux ifplugin", "disabled: true", "ifwatcher.conf"},
		},
		{name: "scheduler closed", refuse: kvs.ErrClosedScheduler, wantErr: []string{"linux-interface-watcher", "closed"}},
		{name: "no scheduler", opt: UseDeps(func(d *Deps) { d.KVScheduler = nil }), wantErr: []string{"KVScheduler"}},
		{name: "bad configuration", opt: UseConf(Config{EnabledWhen: "up"}), wantErr: []string{"enabled-when", `"up"`}},
		{
			name: "bad file", opt: UseDeps(func(d *Deps) { d.Cfg = writeConf(t, "interval: 7\n") }),
			wantErr: []string{"ifwatcher.conf", "interval"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newSetup()
			if tc.opt != nil {
				tc.opt(s.plugin)
			}
			s.scheduler.refuse = tc.refuse
			err := s.plugin.Init()
			for _, part := range tc.wantErr {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("error %v does not have %q", err, part)
				}
			}
			if tc.refuse != nil && !errors.Is(err, tc.refuse) {
				t.Errorf("error %v does not wrap %v", err, tc.refuse)
			}
			if s.kernel.Opened() != 0 {
				t.Error("a subscription was opened")
			}
			if err := s.plugin.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// Close at any moment of the start, with events in flight.
func TestCloseAtAnyMoment(t *testing.T) {
	for i := range 30 {
		s := newSetup(UseConf(Config{}))
		if err := s.plugin.Init(); err != nil {
			t.Fatal(err)
		}
		stop := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					s.kernel.DelLink(s.kernel.AddLink("eth0"))
				}
			}
		})
		time.Sleep(time.Duration(i) * 100 * time.Microsecond)
		if err := s.plugin.Close(); err != nil {
			t.Error(err)
		}
		close(stop)
		wg.Wait()
		if n := s.kernel.Open(); n != 0 {
			t.Fatalf("%d subscriptions left open", n)
		}
	}
	if err := NewPlugin(UseDeps(func(d *Deps) { d.Cfg = confFile("") })).Close(); err != nil {
		t.Errorf("Close without Init: %v", err)
	}
}
