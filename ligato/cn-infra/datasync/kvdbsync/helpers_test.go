// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvdbsync

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/datasync/resync"
	"go.ligato.io/cn-infra/v2/db/keyval"
	"go.ligato.io/cn-infra/v2/db/keyval/etcd"
	"go.ligato.io/cn-infra/v2/health/statuscheck"
	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/internal/etcdtest"
	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/cn-infra/v2/logging/logrus"
	"go.ligato.io/cn-infra/v2/servicelabel"
)

// TestMain gives everybody time: what is bounded in an agent is not what the
// tests are about, unless they set it themselves.
func TestMain(m *testing.M) {
	resync.SingleResyncAcceptTimeout, resync.SingleResyncAckTimeout = time.Minute, 5*time.Minute
	ResyncAcceptTimeout, ResyncDoneTimeout, listTimeout = time.Minute, time.Minute, time.Minute
	os.Exit(m.Run())
}

const agentPrefix = "/vnf-agent/test/"

type pluginLogger struct{ logging.Logger }

func (l pluginLogger) NewLogger(string) logging.Logger { return l.Logger }

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func testLogger(t *testing.T) logging.PluginLogger {
	log := logrus.NewLogger(strings.NewReplacer("/", ".", ",", "").Replace(t.Name()))
	log.SetOutput(discard{})
	return pluginLogger{log}
}

type fixedConfig func(*etcd.Config)

func (f fixedConfig) LoadValue(data any) (bool, error) {
	f(data.(*etcd.Config))
	return true, nil
}

func (f fixedConfig) GetConfigName() string { return "etcd.conf" }

// probed keeps the probe of the store for the test to ask.
type probed struct {
	statuscheck.PluginStatusWriter
	probe statuscheck.PluginStateProbe
}

func (p *probed) Register(_ infra.PluginName, probe statuscheck.PluginStateProbe) { p.probe = probe }

func (p *probed) ReportStateChange(infra.PluginName, statuscheck.PluginState, error) {}

// agent is what an agent has of a store.
type agent struct {
	t      *testing.T
	kv     *etcd.Plugin
	status *probed
	resync *resync.Plugin
	sync   *Plugin
	client *clientv3.Client
	closed bool
}

// newAgent returns an agent whose plugins are initialised up to AfterInit of the
// data source, which the caller runs by start.
func newAgent(t *testing.T, s *etcdtest.Server, endpoint string) *agent {
	t.Helper()
	a := &agent{t: t, status: new(probed)}
	log := testLogger(t)
	a.resync = resync.NewPlugin(func(p *resync.Plugin) { p.Log = log })
	a.kv = etcd.NewPlugin(etcd.UseDeps(func(d *etcd.Deps) {
		d.Log = log
		d.StatusCheck = a.status
		d.Resync = a.resync
		d.Cfg = fixedConfig(func(c *etcd.Config) {
			c.Endpoints = []string{endpoint}
			c.DialTimeout = 10 * time.Second
			c.ReconnectInterval = 50 * time.Millisecond
			c.AllowDelayedStart = true
		})
	}))
	a.sync = newTestPlugin(t, a.kv, a.resync)
	if err := a.kv.Init(); err != nil {
		t.Fatal(err)
	}
	if err := a.sync.Init(); err != nil {
		t.Fatal(err)
	}
	if s != nil {
		a.client = s.Client()
	}
	t.Cleanup(a.close)
	return a
}

func newTestPlugin(t *testing.T, kv keyval.KvProtoPlugin, orch resync.Subscriber) *Plugin {
	return NewPlugin(UseKV(kv), UseDeps(func(d *Deps) {
		d.Log = testLogger(t)
		d.ResyncOrch = orch
		label := servicelabel.NewPlugin(servicelabel.UseLabel("test"))
		if err := label.Init(); err != nil {
			t.Fatal(err)
		}
		d.ServiceLabel = label
	}))
}

func (a *agent) start() {
	a.t.Helper()
	if err := a.sync.AfterInit(); err != nil {
		a.t.Fatal(err)
	}
}

func (a *agent) close() {
	if a.closed {
		return
	}
	a.closed = true
	if err := errors.Join(a.sync.Close(), a.kv.Close(), a.resync.Close()); err != nil {
		a.t.Error(err)
	}
}

func (a *agent) put(key, json string) {
	a.t.Helper()
	if _, err := a.client.Put(context.Background(), agentPrefix+key, json); err != nil {
		a.t.Fatal(err)
	}
}

func (a *agent) del(key string) {
	a.t.Helper()
	if _, err := a.client.Delete(context.Background(), agentPrefix+key); err != nil {
		a.t.Fatal(err)
	}
}

// receiver reads both channels and has what it was told.
type receiver struct {
	changes chan datasync.ChangeEvent
	resyncs chan datasync.ResyncEvent
	reg     datasync.WatchRegistration

	mu     sync.Mutex
	lines  []string
	state  map[string]string
	nsync  int   // number of resyncs
	at     int64 // highest revision of the last resync
	broken []string
}

// watch subscribes a receiver that reads until the end of the test.
func watch(t *testing.T, p *Plugin, name string, prefixes ...string) *receiver {
	t.Helper()
	r := subscribe(t, p, name, prefixes...)
	r.read(t)
	return r
}

// subscribe subscribes a receiver that does not read yet.
func subscribe(t *testing.T, p *Plugin, name string, prefixes ...string) *receiver {
	t.Helper()
	r := &receiver{
		changes: make(chan datasync.ChangeEvent),
		resyncs: make(chan datasync.ResyncEvent),
		state:   make(map[string]string),
	}
	var err error
	if r.reg, err = p.Watch(name, r.changes, r.resyncs, prefixes...); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *receiver) read(t *testing.T) {
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case ev := <-r.changes:
				r.onChange(ev)
				ev.Done(nil)
			case ev := <-r.resyncs:
				r.onResync(ev)
				ev.Done(nil)
			case <-stop:
				return
			}
		}
	})
	t.Cleanup(func() { close(stop); wg.Wait() })
}

func decode(v datasync.LazyValue) string {
	msg := new(wrapperspb.StringValue)
	if err := v.GetValue(msg); err != nil {
		return "undecodable"
	}
	return msg.Value
}

func (r *receiver) onChange(ev datasync.ChangeEvent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(ev.GetChanges()); n != 1 || ev.GetContext() == nil {
		r.broken = append(r.broken, fmt.Sprintf("event with %d changes", n))
		return
	}
	c := ev.GetChanges()[0]
	key := c.GetKey()
	if c.GetRevision() <= r.at {
		r.broken = append(r.broken, fmt.Sprintf("change at %d after a resync with %d", c.GetRevision(), r.at))
	}
	prev := new(wrapperspb.StringValue)
	existed, err := c.GetPrevValue(prev)
	if before, known := r.state[key]; r.nsync > 0 && (known != existed || err == nil && before != prev.Value) {
		r.broken = append(r.broken, fmt.Sprintf("previous value of %s is %q, told was %q", key, prev.Value, before))
	}
	if c.GetChangeType() == datasync.Delete {
		delete(r.state, key)
		r.lines = append(r.lines, "delete "+key)
	} else {
		r.state[key] = decode(c)
		r.lines = append(r.lines, fmt.Sprintf("put %s=%s", key, r.state[key]))
	}
}

func (r *receiver) onResync(ev datasync.ResyncEvent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.nsync++
	r.at = 0
	clear(r.state)
	values := ev.GetValues()
	for _, prefix := range slices.Sorted(maps.Keys(values)) {
		for kv, all := values[prefix].GetNext(); !all; kv, all = values[prefix].GetNext() {
			if !strings.HasPrefix(kv.GetKey(), prefix) {
				r.broken = append(r.broken, fmt.Sprintf("%s under prefix %s", kv.GetKey(), prefix))
			}
			r.state[kv.GetKey()] = decode(kv)
			r.at = max(r.at, kv.GetRevision())
		}
	}
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(r.state)) {
		pairs = append(pairs, key+"="+r.state[key])
	}
	r.lines = append(r.lines, strings.TrimSpace("resync "+strings.Join(pairs, " ")))
}

// expect waits until exactly these lines were told since the last expectation.
func (r *receiver) expect(t *testing.T, lines ...string) {
	t.Helper()
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if t.Failed() {
			t.Logf("told:\n  %s", strings.Join(r.lines, "\n  "))
		}
		for _, b := range r.broken {
			t.Error(b)
		}
		r.lines = nil
	}()
	etcdtest.Eventually(t, strings.Join(lines, "; "), func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return slices.Equal(r.lines, lines)
	})
}

// inStep waits until the receiver has what the store has under the prefix.
func (r *receiver) inStep(t *testing.T, a *agent, prefix string) {
	t.Helper()
	etcdtest.Eventually(t, "in step with the store", func() bool {
		resp, err := a.client.Get(context.Background(), agentPrefix+prefix, clientv3.WithPrefix())
		if err != nil {
			t.Fatal(err)
		}
		want := make(map[string]string)
		for _, kv := range resp.Kvs {
			want[strings.TrimPrefix(string(kv.Key), agentPrefix)] = strings.Trim(string(kv.Value), `"`)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		return maps.Equal(r.state, want)
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, b := range r.broken {
		t.Error(b)
	}
}
