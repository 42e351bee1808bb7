// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"go.ligato.io/cn-infra/v2/infra"
)

// long is a bound that is reached only when something is broken.
const long = time.Minute

var errTest = errors.New("test error")

// journal is what happened to plugins, in order.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) add(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, line)
}

func (j *journal) expect(t *testing.T, want ...string) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	if !slices.Equal(j.lines, want) {
		t.Errorf("happened %q, want %q", j.lines, want)
	}
}

// plugin writes what happens to it into the journal; hooks decide on the rest.
type plugin struct {
	infra.PluginName
	*journal
	init, afterInit, close func() error
}

func (p *plugin) run(what string, hook func() error) error {
	p.add(what + " " + p.String())
	if hook != nil {
		return hook()
	}
	return nil
}

func (p *plugin) Init() error      { return p.run("init", p.init) }
func (p *plugin) AfterInit() error { return p.run("after", p.afterInit) }
func (p *plugin) Close() error     { return p.run("close", p.close) }

func newPlugins(j *journal, names ...string) []*plugin {
	var plugins []*plugin
	for _, name := range names {
		plugins = append(plugins, &plugin{PluginName: infra.PluginName(name), journal: j})
	}
	return plugins
}

func returns(err error) func() error {
	return func() error { return err }
}

// testAgent is an agent that reports to a channel where a real one would end
// the process.
type testAgent struct {
	*agent
	exited chan int
}

func newTestAgent(t *testing.T, plugins []*plugin, opts ...Option) *testAgent {
	t.Helper()
	for _, p := range plugins {
		opts = append(opts, Plugins(p))
	}
	a := &testAgent{newAgent(opts...), make(chan int, 8)}
	a.exit = func(code int) { a.exited <- code }
	t.Cleanup(func() {
		select {
		case code := <-a.exited:
			t.Errorf("the process would have ended with status %d", code)
		default:
		}
		goleak.VerifyNone(t)
	})
	return a
}

func (a *testAgent) expectExit(t *testing.T) {
	t.Helper()
	select {
	case code := <-a.exited:
		if code != 1 {
			t.Errorf("the process ends with status %d", code)
		}
	case <-time.After(long):
		t.Fatal("the process does not end")
	}
}

func within(t *testing.T, what string, ch <-chan struct{}) {
	t.Helper()
	select {
	case <-ch:
	case <-time.After(long):
		t.Fatalf("%s: still waiting", what)
	}
}

func async(f func()) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	return done
}

func isClosed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}
