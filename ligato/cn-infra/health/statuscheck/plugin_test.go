// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package statuscheck

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/agent"
	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/health/statuscheck/model/status"
	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/cn-infra/v2/logging/logrus"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

var (
	_ PluginStatusWriter = (*Plugin)(nil)
	_ StatusReader       = (*Plugin)(nil)
)

// start returns a plugin that runs, with the given store if it is not nil.
func start(t *testing.T, store datasync.KeyProtoValWriter, before func(*Plugin)) *Plugin {
	t.Helper()
	p := NewPlugin(UseDeps(func(d *Deps) { d.Transport = store }))
	if err := p.Init(); err != nil {
		t.Fatal(err)
	}
	if before != nil {
		before(p)
	}
	if err := p.AfterInit(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	return p
}

// period sets one of the periods of the package for a test.
func period(t *testing.T, variable *time.Duration, value time.Duration) {
	old := *variable
	*variable = value
	t.Cleanup(func() { *variable = old })
}

// eventually waits until ok holds.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not reached: %s", what)
		}
	}
}

func (p *Plugin) overallIs(state status.OperationalState) func() bool {
	return func() bool {
		agentStatus := p.GetAgentStatus()
		return agentStatus.State == state
	}
}

func TestLifeOfAnAgent(t *testing.T) {
	agent.BuildVersion, agent.CommitHash = "v1", "abc"
	now := time.Unix(1000, 0)
	p := NewPlugin()
	p.now = func() time.Time { return now }

	p.Register("before-init", nil)
	if err := p.Init(); err != nil {
		t.Fatal(err)
	}
	if err := p.AfterInit(); err != nil {
		t.Fatal(err)
	}
	defer p.Close()

	p.Register("a", nil)
	p.Register("silent", nil)
	p.ReportStateChange("a", OK, nil)
	p.ReportStateChange("unknown", Error, errors.New("ignored"))

	agentStatus := p.GetAgentStatus()
	if agentStatus.BuildVersion != "v1" || agentStatus.CommitHash != "abc" || agentStatus.StartTime != 1000 ||
		agentStatus.State != stOK || agentStatus.InterfaceStats != nil {
		t.Errorf("status is %v", &agentStatus)
	}
	if len(agentStatus.Plugins) != 1 || agentStatus.Plugins[0].Name != "a" || agentStatus.Plugins[0].LastChange != 1000 {
		t.Errorf("plugins are %v", agentStatus.Plugins)
	}
	all := p.GetAllPluginStatus()
	if len(all) != 3 || all["a"].GetState() != stOK || all["silent"] == nil || all["before-init"] == nil {
		t.Errorf("plugins are %v", all)
	}

	p.ReportStateChangeWithMeta("a", Error, errors.New("broken"),
		&status.InterfaceStats_Interface{InternalName: "eth0", Status: "up"})
	agentStatus = p.GetAgentStatus()
	if agentStatus.State != stError || agentStatus.Plugins[0].Error != "broken" {
		t.Errorf("status is %v", &agentStatus)
	}
	stats := p.GetInterfaceStats()
	if len(stats.Interfaces) != 1 || stats.Interfaces[0].Status != "up" {
		t.Errorf("interfaces are %v", stats.Interfaces)
	}
	p.ReportStateChange("a", "nonsense", nil)
	if got := p.GetAllPluginStatus()["a"]; got.State != stError || !strings.Contains(got.Error, "nonsense") {
		t.Errorf("after an unknown state the status is %v", got)
	}
}

func TestStatusIsACopy(t *testing.T) {
	p := start(t, nil, nil)
	p.Register("a", nil)
	p.ReportStateChange("a", OK, nil)

	all := p.GetAllPluginStatus()
	all["a"].State = stError
	delete(all, "a")
	agentStatus := p.GetAgentStatus()
	agentStatus.Plugins[0].State = stError

	agentStatus = p.GetAgentStatus()
	if p.GetAllPluginStatus()["a"].GetState() != stOK || agentStatus.Plugins[0].State != stOK {
		t.Error("who reads the status can change it")
	}
}

// With periods that never end, only an immediate round can have probed.
func TestProbesAreCalledAtOnce(t *testing.T) {
	period(t, &PeriodicProbingTimeout, time.Hour)
	ok := func() (PluginState, error) { return OK, nil }
	p := start(t, nil, func(p *Plugin) { p.Register("early", ok) })
	eventually(t, "the plugin is probed", p.overallIs(stOK))

	p.Register("late", ok)
	eventually(t, "a plugin that registers later is probed", func() bool {
		return p.GetAllPluginStatus()["late"].GetState() == stOK
	})
}

func TestProbesAreRepeated(t *testing.T) {
	period(t, &PeriodicProbingTimeout, time.Millisecond)
	var mu sync.Mutex
	result, resultErr := OK, error(nil)
	set := func(state PluginState, err error) {
		mu.Lock()
		defer mu.Unlock()
		result, resultErr = state, err
	}
	p := start(t, nil, func(p *Plugin) {
		p.Register("a", func() (PluginState, error) {
			mu.Lock()
			defer mu.Unlock()
			return result, resultErr
		})
	})
	eventually(t, "OK", p.overallIs(stOK))
	set(Error, errors.New("store is away"))
	// With so short a period a busy machine may have the probe take too long,
	// which is another error.
	eventually(t, "ERROR, with the reason", func() bool {
		got := p.GetAllPluginStatus()["a"]
		return got.GetState() == stError && got.GetError() == "store is away"
	})
	set(OK, nil)
	eventually(t, "OK again", p.overallIs(stOK))
}

func TestPanicOfProbe(t *testing.T) {
	p := start(t, nil, func(p *Plugin) {
		p.Register("a", func() (PluginState, error) { panic("no connection") })
	})
	eventually(t, "the plugin is in error", p.overallIs(stError))
	if got := p.GetAllPluginStatus()["a"].GetError(); !strings.Contains(got, "no connection") {
		t.Errorf("error is %q", got)
	}
}

// A probe that does not return is an error of its plugin, and of no other; it
// is not called again meanwhile, and Close does not wait for it for ever.
func TestHangingProbe(t *testing.T) {
	period(t, &PeriodicProbingTimeout, 10*time.Millisecond)
	release := make(chan struct{})
	calls := make(chan struct{}, 100)
	p := start(t, nil, func(p *Plugin) {
		p.Register("hangs", func() (PluginState, error) {
			calls <- struct{}{}
			<-release
			return OK, nil
		})
		p.Register("works", func() (PluginState, error) { return OK, nil })
	})
	eventually(t, "the plugin is in error", p.overallIs(stError))
	eventually(t, "the other one is probed", func() bool {
		return p.GetAllPluginStatus()["works"].GetState() == stOK
	})
	if err := p.Close(); err != nil {
		t.Errorf("Close() = %v", err)
	}
	if len(calls) != 1 {
		t.Errorf("the probe was called %d times", len(calls))
	}
	close(release)
}

func TestHangingProbeRecovers(t *testing.T) {
	period(t, &PeriodicProbingTimeout, 10*time.Millisecond)
	release := make(chan struct{})
	p := start(t, nil, func(p *Plugin) {
		p.Register("hangs", func() (PluginState, error) {
			<-release
			return OK, nil
		})
	})
	eventually(t, "the plugin is in error", p.overallIs(stError))
	close(release)
	eventually(t, "the plugin is well", p.overallIs(stOK))
}

// What a probe says that was registered before does not count any more.
func TestResultOfReplacedProbe(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	p := start(t, nil, func(p *Plugin) {
		p.Register("a", func() (PluginState, error) {
			close(entered)
			<-release
			return Error, errors.New("outdated")
		})
	})
	<-entered
	p.Register("a", nil)
	p.ReportStateChange("a", OK, nil)
	close(release)
	if err := p.Close(); err != nil { // waits for the probe
		t.Error(err)
	}
	if got := p.GetAllPluginStatus()["a"]; got.State != stOK {
		t.Errorf("status is %v", got)
	}
}

func TestConcurrentUse(t *testing.T) {
	period(t, &PeriodicProbingTimeout, time.Millisecond)
	period(t, &PeriodicWriteTimeout, time.Millisecond)
	p := start(t, &store{}, nil)
	var group sync.WaitGroup
	for i := range 4 {
		name := infra.PluginName(fmt.Sprintf("plugin-%d", i))
		group.Go(func() {
			for j := range 50 {
				p.Register(name, func() (PluginState, error) { return OK, nil })
				p.ReportStateChangeWithMeta(name, Error, fmt.Errorf("error %d", j),
					&status.InterfaceStats_Interface{InternalName: string(name), Index: uint32(j)})
			}
		})
		group.Go(func() {
			for range 50 {
				for _, one := range p.GetAllPluginStatus() {
					_ = proto.Size(one)
				}
				agentStatus, stats := p.GetAgentStatus(), p.GetInterfaceStats()
				_, _ = proto.Size(&agentStatus), proto.Size(&stats)
			}
		})
	}
	group.Wait()
	eventually(t, "all is well", p.overallIs(stOK))
	if stats := p.GetInterfaceStats(); len(stats.Interfaces) != 4 {
		t.Errorf("interfaces are %v", stats.Interfaces)
	}
}

// captureLog has the plugin log to the returned buffer.
func captureLog(p *Plugin) *bytes.Buffer {
	var out bytes.Buffer
	log := logrus.NewLogger("test")
	log.SetOutput(&out)
	p.Log = &logging.ParentLogger{Logger: log, Prefix: "test"}
	return &out
}

func TestReportOfUnknownPluginIsLogged(t *testing.T) {
	p := NewPlugin()
	logged := captureLog(p)
	p.ReportStateChange("unknown", OK, nil)
	if !strings.Contains(logged.String(), "level=error") || !strings.Contains(logged.String(), "unknown") {
		t.Errorf("log is %q", logged)
	}
	if len(p.GetAllPluginStatus()) != 0 {
		t.Error("the report counts")
	}
}

func TestCloseWithoutStart(t *testing.T) {
	p := NewPlugin()
	for range 2 {
		if err := p.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	}
}
