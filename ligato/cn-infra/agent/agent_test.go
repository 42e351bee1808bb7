// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestStartAndStop(t *testing.T) {
	var j journal
	a := newTestAgent(t, newPlugins(&j, "a", "b"))
	for range 2 {
		if err := a.Start(); err != nil {
			t.Fatal(err)
		}
	}
	j.expect(t, "init a", "init b", "after a", "after b")
	if isClosed(a.After()) {
		t.Error("After is closed while the agent runs")
	}
	for _, stop := range []func() error{a.Stop, a.Stop, a.Error, a.Wait, a.Start, a.Run} {
		if err := stop(); err != nil {
			t.Error(err)
		}
	}
	within(t, "After", a.After())
	j.expect(t, "init a", "init b", "after a", "after b", "close b", "close a")
}

func TestStopReasons(t *testing.T) {
	quit := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	fed := make(chan struct{})
	kill := func(sig os.Signal) func(*testAgent) {
		return func(a *testAgent) {
			if err := syscall.Kill(os.Getpid(), sig.(syscall.Signal)); err != nil {
				t.Error(err)
			}
		}
	}
	for _, tt := range []struct {
		name string
		opts []Option
		stop func(*testAgent)
	}{
		{"Stop", nil, func(a *testAgent) { _ = a.Stop() }},
		{"channel closed", []Option{QuitOnClose(quit)}, func(*testAgent) { close(quit) }},
		{"channel received", []Option{QuitOnClose(fed)}, func(*testAgent) { fed <- struct{}{} }},
		{"context", []Option{Context(ctx)}, func(*testAgent) { cancel() }},
		{"SIGTERM", nil, kill(syscall.SIGTERM)},
		{"interrupt", nil, kill(os.Interrupt)},
		{"signal of choice", []Option{QuitSignals(syscall.SIGUSR1)}, kill(syscall.SIGUSR1)},
		{"no start timeout", []Option{StartTimeout(0), StopTimeout(0)}, kill(syscall.SIGTERM)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var j journal
			a := newTestAgent(t, newPlugins(&j, "a", "b"), tt.opts...)
			started := make(chan struct{})
			a.opts.Plugins[1].(*plugin).afterInit = func() error { close(started); return nil }
			ran := async(func() {
				if err := a.Run(); err != nil {
					t.Error(err)
				}
			})
			within(t, "start", started)
			if err := a.Start(); err != nil { // the start may not have ended yet
				t.Fatal(err)
			}
			tt.stop(a)
			within(t, "Run", ran)
			within(t, "After", a.After())
			if err := a.Wait(); err != nil {
				t.Error(err)
			}
			j.expect(t, "init a", "init b", "after a", "after b", "close b", "close a")
		})
	}
}

func TestFailedStart(t *testing.T) {
	tests := []struct {
		name string
		fail func(p []*plugin)
		text string
		want []string
	}{
		{
			name: "first Init",
			fail: func(p []*plugin) { p[0].init = returns(errTest) },
			text: "plugin a: Init: test error",
			want: []string{"init a"},
		},
		{
			name: "last Init",
			fail: func(p []*plugin) { p[2].init = returns(errTest) },
			text: "plugin c: Init: test error",
			want: []string{"init a", "init b", "init c", "close b", "close a"},
		},
		{
			name: "AfterInit",
			fail: func(p []*plugin) { p[1].afterInit = returns(errTest) },
			text: "plugin b: AfterInit: test error",
			want: []string{"init a", "init b", "init c", "after a", "after b", "close c", "close b", "close a"},
		},
		{
			name: "Close fails too",
			fail: func(p []*plugin) {
				p[2].init = returns(errTest)
				p[1].close = returns(errors.New("second error"))
			},
			text: "plugin c: Init: test error",
			want: []string{"init a", "init b", "init c", "close b", "close a"},
		},
		{
			name: "Close panics",
			fail: func(p []*plugin) {
				p[2].init = returns(errTest)
				p[1].close = func() error { panic("not ready") }
			},
			text: "plugin c: Init: test error",
			want: []string{"init a", "init b", "init c", "close b", "close a"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var j journal
			plugins := newPlugins(&j, "a", "b", "c")
			tt.fail(plugins)
			a := newTestAgent(t, plugins, StartTimeout(long))
			for range 2 {
				err := a.Start()
				if !errors.Is(err, errTest) || err.Error() != tt.text {
					t.Errorf("error %q, want %q", err, tt.text)
				}
			}
			if err := a.Run(); !errors.Is(err, errTest) {
				t.Errorf("Run: error %v", err)
			}
			for name, f := range map[string]func() error{"Stop": a.Stop, "Wait": a.Wait, "Error": a.Error} {
				if f() == nil {
					t.Errorf("%s gives no error after a failed start", name)
				}
			}
			if !isClosed(a.After()) {
				t.Error("After is not closed after a failed start")
			}
			j.expect(t, tt.want...)
		})
	}
}

// The watch over the start ends with it: the timeout passes while the process
// goes on.
func TestTimeoutAfterFailedStart(t *testing.T) {
	var j journal
	plugins := newPlugins(&j, "a")
	plugins[0].init = returns(errTest)
	a := newTestAgent(t, plugins, StartTimeout(long))
	if err := a.Start(); !errors.Is(err, errTest) {
		t.Fatal(err)
	}
	// Nothing of the agent is left that could end the process.
	goleak.VerifyNone(t)
}

func TestCleanupIsBounded(t *testing.T) {
	var j journal
	release := make(chan struct{})
	plugins := newPlugins(&j, "a", "b")
	plugins[0].close = func() error { <-release; return nil }
	plugins[1].init = returns(errTest)
	a := newTestAgent(t, plugins, StopTimeout(10*time.Millisecond))
	within(t, "Start", async(func() {
		if err := a.Start(); !errors.Is(err, errTest) {
			t.Errorf("error %v", err)
		}
	}))
	close(release)
}

func TestBeforeStart(t *testing.T) {
	var j journal
	a := newTestAgent(t, newPlugins(&j, "a"))
	for name, f := range map[string]func() error{"Stop": a.Stop, "Wait": a.Wait, "Error": a.Error} {
		if f() == nil {
			t.Errorf("%s gives no error before the start", name)
		}
	}
	if !isClosed(a.After()) {
		t.Error("After is not closed before the start")
	}
	j.expect(t)

	// What was too early has no effect on what follows.
	if err := a.Start(); err != nil {
		t.Fatal(err)
	}
	if err := a.Stop(); err != nil {
		t.Fatal(err)
	}
	j.expect(t, "init a", "after a", "close a")
}

func TestCloseErrors(t *testing.T) {
	var j journal
	other := errors.New("other error")
	plugins := newPlugins(&j, "a", "b", "c")
	plugins[0].close = returns(other)
	plugins[1].close = func() error { panic("gone") }
	plugins[2].close = returns(errTest)
	a := newTestAgent(t, plugins)
	if err := a.Start(); err != nil {
		t.Fatal(err)
	}
	err := a.Stop()
	if !errors.Is(err, errTest) || !errors.Is(err, other) {
		t.Errorf("error %v lacks one", err)
	}
	for _, want := range []string{"plugin a: Close: other error", "plugin b: Close: panic: gone", "plugin c: Close: test error"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q lacks %q", err, want)
		}
	}
	if again := a.Wait(); again.Error() != err.Error() {
		t.Errorf("Wait: %v, Stop: %v", again, err)
	}
	j.expect(t, "init a", "init b", "init c", "after a", "after b", "after c", "close c", "close b", "close a")
}

func TestStartTimeout(t *testing.T) {
	var j journal
	begun, release := make(chan struct{}), make(chan struct{})
	plugins := newPlugins(&j, "slow")
	plugins[0].init = func() error { close(begun); <-release; return nil }
	a := newTestAgent(t, plugins, StartTimeout(time.Millisecond))
	started := async(func() { _ = a.Start() })
	a.expectExit(t)
	within(t, "Init", begun) // the timeout may have come before it
	if doing := a.doing(); doing != "plugin slow: Init" {
		t.Errorf("the message names %q", doing)
	}
	close(release)
	within(t, "Start", started)
	_ = a.Stop()
}

func TestSignalDuringStart(t *testing.T) {
	var j journal
	begun, release := make(chan struct{}), make(chan struct{})
	plugins := newPlugins(&j, "slow")
	plugins[0].init = func() error { close(begun); <-release; return nil }
	a := newTestAgent(t, plugins, StartTimeout(long))
	started := async(func() { _ = a.Start() })
	within(t, "Init", begun)
	a.signals <- syscall.SIGTERM
	a.expectExit(t)
	close(release)
	within(t, "Start", started)
	_ = a.Stop()
	j.expect(t, "init slow", "after slow", "close slow")
}

func TestDoing(t *testing.T) {
	a := newTestAgent(t, nil)
	if doing := a.doing(); doing != "start" {
		t.Errorf("before the start: %q", doing)
	}
	if err := errors.Join(a.Start(), a.Stop()); err != nil {
		t.Fatal(err)
	}
	if doing := a.doing(); doing != "stop" {
		t.Errorf("after the stop: %q", doing)
	}
}

func TestStopTimeout(t *testing.T) {
	var j journal
	release := make(chan struct{})
	plugins := newPlugins(&j, "slow")
	plugins[0].close = func() error { <-release; return nil }
	a := newTestAgent(t, plugins, StopTimeout(time.Millisecond))
	if err := a.Start(); err != nil {
		t.Fatal(err)
	}
	stopped := async(func() { _ = a.Stop() })
	a.expectExit(t)
	close(release)
	within(t, "Stop", stopped)
}

func TestSecondSignal(t *testing.T) {
	var j journal
	closing, release := make(chan struct{}), make(chan struct{})
	plugins := newPlugins(&j, "slow")
	plugins[0].close = func() error { close(closing); <-release; return nil }
	a := newTestAgent(t, plugins, StopTimeout(0))
	if err := a.Start(); err != nil {
		t.Fatal(err)
	}
	a.signals <- syscall.SIGTERM
	within(t, "Close", closing)
	a.signals <- syscall.SIGTERM
	a.expectExit(t)
	close(release)
	within(t, "stop", a.After())
}

// Everybody may ask for everything at any time.
func TestConcurrentCalls(t *testing.T) {
	var j journal
	a := newTestAgent(t, newPlugins(&j, "a", "b"))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { _ = a.Start() })
		wg.Go(func() { _ = a.Wait() })
		wg.Go(func() { <-a.After() })
		wg.Go(func() {
			for a.Stop() != nil { // until it has been started
				time.Sleep(time.Millisecond)
			}
		})
	}
	within(t, "all calls", async(wg.Wait))
	j.expect(t, "init a", "init b", "after a", "after b", "close b", "close a")
}

func TestOptions(t *testing.T) {
	saved := []string{BuildVersion, BuildDate, CommitHash}
	defer func() { BuildVersion, BuildDate, CommitHash = saved[0], saved[1], saved[2] }()

	var j journal
	quit := make(chan struct{})
	a := newTestAgent(t, newPlugins(&j, "a"), StartTimeout(1), StopTimeout(2), QuitOnClose(quit),
		Context(nil), QuitSignals(syscall.SIGHUP), Version("v1", "today", "abc")) //nolint:staticcheck // nil is what is tested
	o := a.Options()
	if o.StartTimeout != 1 || o.StopTimeout != 2 || o.QuitChan != quit || o.Context == nil ||
		len(o.Plugins) != 1 || !slices.Equal(o.QuitSignals, []os.Signal{syscall.SIGHUP}) {
		t.Errorf("options %+v", o)
	}
	if got := fmt.Sprint(BuildVersion, " ", BuildDate, " ", CommitHash); got != "v1 today abc" {
		t.Errorf("version %s", got)
	}
	d := newOptions(nil)
	if d.StartTimeout != DefaultStartTimeout || d.StopTimeout != DefaultStopTimeout || len(d.QuitSignals) != 2 {
		t.Errorf("defaults %+v", d)
	}
}
