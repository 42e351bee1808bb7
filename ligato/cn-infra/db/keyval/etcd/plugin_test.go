// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"go.ligato.io/cn-infra/v2/datasync/resync"
	"go.ligato.io/cn-infra/v2/health/statuscheck"
	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/internal/etcdtest"
	"go.ligato.io/cn-infra/v2/internal/follow"
	"go.ligato.io/cn-infra/v2/logging"
)

// TestMain gives sources of a resync the time that a busy machine may need.
func TestMain(m *testing.M) {
	resync.SingleResyncAcceptTimeout, resync.SingleResyncAckTimeout = time.Minute, time.Minute
	os.Exit(m.Run())
}

// fixedConfig is a configuration file with the given settings.
type fixedConfig func(*Config)

func (f fixedConfig) LoadValue(data any) (bool, error) {
	f(data.(*Config))
	return true, nil
}

func (f fixedConfig) GetConfigName() string { return "etcd.conf" }

// noConfig is a missing configuration file.
type noConfig struct{}

func (noConfig) LoadValue(any) (bool, error) { return false, nil }
func (noConfig) GetConfigName() string       { return "" }

// statuses is a status check that only remembers.
type statuses struct {
	mu    sync.Mutex
	probe statuscheck.PluginStateProbe
}

func (s *statuses) Register(_ infra.PluginName, probe statuscheck.PluginStateProbe) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.probe = probe
}

func (s *statuses) ReportStateChange(infra.PluginName, statuscheck.PluginState, error) {}

func (s *statuses) ReportStateChangeWithMeta(infra.PluginName, statuscheck.PluginState, error, proto.Message) {
}

func (s *statuses) ask() (statuscheck.PluginState, error) {
	s.mu.Lock()
	probe := s.probe
	s.mu.Unlock()
	return probe()
}

// pluginLogger is a plugin logger over the logger of a test.
type pluginLogger struct{ logging.Logger }

func (l pluginLogger) NewLogger(string) logging.Logger { return l.Logger }

// logged collects what is logged.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) count(part string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), part)
}

func (l *logged) has(part string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.text.String(), part)
}

type pluginUnderTest struct {
	*Plugin
	statuses *statuses
	resync   *resync.Plugin
	log      *logged
}

// newPlugin returns a plugin that is not initialised.
func newPlugin(t *testing.T, change func(*Config)) *pluginUnderTest {
	u := &pluginUnderTest{statuses: new(statuses), log: new(logged)}
	log := testLogger(t)
	log.SetOutput(u.log)
	u.resync = resync.NewPlugin(func(p *resync.Plugin) { p.Log = pluginLogger{log} })
	u.Plugin = NewPlugin(UseDeps(func(d *Deps) {
		d.Log = pluginLogger{log}
		d.StatusCheck = u.statuses
		d.Resync = u.resync
		d.Cfg = fixedConfig(func(c *Config) {
			c.DialTimeout = 10 * time.Second
			c.ReconnectInterval = 50 * time.Millisecond
			change(c)
		})
	}))
	t.Cleanup(func() {
		u.Close()
		u.resync.Close()
	})
	return u
}

// countResyncs registers a source that acknowledges.
func (u *pluginUnderTest) countResyncs(t *testing.T) func() int {
	var mu sync.Mutex
	n := 0
	events := u.resync.Register("source").StatusChan()
	var wg sync.WaitGroup
	wg.Go(func() {
		for ev := range events {
			mu.Lock()
			n++
			mu.Unlock()
			ev.Ack()
		}
	})
	t.Cleanup(func() {
		u.resync.Close()
		wg.Wait()
	})
	return func() int {
		mu.Lock()
		defer mu.Unlock()
		return n
	}
}

func TestPluginWithoutConfiguration(t *testing.T) {
	t.Setenv("ETCD_ENDPOINTS", "127.0.0.1:1")
	u := newPlugin(t, nil)
	u.Cfg = noConfig{}
	if err := errors.Join(u.Init(), u.AfterInit()); err != nil {
		t.Fatal(err)
	}
	if !u.Disabled() {
		t.Error("not disabled")
	}
	if err := u.NewBroker("").Put("k", wrapperspb.Bool(true)); !errors.Is(err, errDisabled) {
		t.Errorf("Put: %v", err)
	}
	if err := u.Close(); err != nil {
		t.Error(err)
	}
}

func TestEtcdDownAtStart(t *testing.T) {
	addr := etcdtest.FreeAddress(t)
	u := newPlugin(t, func(c *Config) { c.Endpoints = []string{addr} })
	err := u.Init()
	if err == nil {
		t.Fatal("Init succeeded without etcd")
	}
	for _, part := range []string{addr, "connection refused"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not name %q", err, part)
		}
	}
}

func TestDelayedStart(t *testing.T) {
	before := goleak.IgnoreCurrent()
	s := etcdtest.New(t)
	u := newPlugin(t, func(c *Config) {
		c.Endpoints = []string{s.Endpoint()}
		c.AllowDelayedStart = true
	})
	resyncs := u.countResyncs(t)
	if err := errors.Join(u.Init(), u.AfterInit()); err != nil {
		t.Fatal(err)
	}
	broker, raw := u.NewBroker("/a/"), u.NewBrokerWithAtomic("/a/")
	if err := broker.Put("k", wrapperspb.Bool(true)); !errors.Is(err, follow.ErrNotReady) {
		t.Errorf("Put before the connection: %v", err)
	}
	if _, err := raw.PutIfNotExists("k", nil); !errors.Is(err, follow.ErrNotReady) {
		t.Errorf("PutIfNotExists before the connection: %v", err)
	}
	if err := broker.NewTxn().Delete("k").Commit(context.Background()); !errors.Is(err, follow.ErrNotReady) {
		t.Errorf("transaction before the connection: %v", err)
	}
	if err := u.NewWatcher("/a/").Watch(nil, nil, "k"); !errors.Is(err, follow.ErrNotReady) {
		t.Errorf("Watch before the connection: %v", err)
	}
	if state, err := u.statuses.ask(); state != statuscheck.Init || err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("status before the connection: %v %v", state, err)
	}
	called := make(chan struct{})
	u.OnConnect(func() error {
		u.OnConnect(func() error { close(called); return nil }) // no lock is held
		return errors.New("a callback may fail")
	})
	etcdtest.Eventually(t, "the reason is logged by the retry", func() bool {
		return u.log.has("not connected yet") && u.log.has("connection refused")
	})

	s.Start()
	<-called
	etcdtest.Eventually(t, "one resync", func() bool { return resyncs() == 1 })
	if err := broker.Put("k", wrapperspb.Bool(true)); err != nil {
		t.Errorf("Put with a broker from before: %v", err)
	}
	if state, err := u.statuses.ask(); state != statuscheck.OK || err != nil {
		t.Errorf("status: %v %v", state, err)
	}
	if err := u.Close(); err != nil {
		t.Error(err)
	}
	u.resync.Close()
	s.Stop()
	goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("go.etcd.io/etcd/server/v3/embed.(*Etcd).serveClients"))
}

func TestCloseWhileTryingToConnect(t *testing.T) {
	before := goleak.IgnoreCurrent()
	u := newPlugin(t, func(c *Config) {
		c.Endpoints = []string{etcdtest.FreeAddress(t)}
		c.AllowDelayedStart = true
	})
	if err := u.Init(); err != nil {
		t.Fatal(err)
	}
	if err := u.Close(); err != nil {
		t.Error(err)
	}
	goleak.VerifyNone(t, before)
}

// What is wrong is named together with the file.
func TestWrongConfigurationNamesTheFile(t *testing.T) {
	u := newPlugin(t, func(c *Config) { c.Keyfile = "key.pem" })
	err := u.Init()
	if err == nil || !strings.Contains(err.Error(), "config file etcd.conf: key-file") {
		t.Errorf("Init: %v", err)
	}
}

func TestStatusShowsTroubleOfFollowers(t *testing.T) {
	s := etcdtest.Start(t)
	u := newPlugin(t, func(c *Config) { c.Endpoints = []string{s.Endpoint()} })
	if err := u.Init(); err != nil {
		t.Fatal(err)
	}
	store := u.NewWatcher("/a/").(follow.Followable).FollowStore()
	store.Report("somebody", follow.ErrEmptied)
	if state, err := u.statuses.ask(); state != statuscheck.Error || !errors.Is(err, follow.ErrEmptied) {
		t.Errorf("status: %v %v", state, err)
	}
	// The order must not change from one time to the next: that would be news.
	store.Report("a", errors.New("away"))
	for range 20 {
		if _, err := u.statuses.ask(); err == nil || err.Error() != "a: away\nsomebody: "+follow.ErrEmptied.Error() {
			t.Fatalf("status: %v", err)
		}
	}
	store.Report("a", nil)
	store.Report("somebody", nil)
	if state, err := u.statuses.ask(); state != statuscheck.OK || err != nil {
		t.Errorf("status: %v %v", state, err)
	}
	// An etcd that is away is one reason, not one for each of them.
	store.Report("somebody", errors.New("listing: away"))
	s.Stop()
	etcdtest.Eventually(t, "the reason", func() bool {
		_, err := u.statuses.ask()
		return err != nil && !strings.Contains(err.Error(), "somebody")
	})
}

func TestAutoCompact(t *testing.T) {
	s := etcdtest.Start(t)
	u := newPlugin(t, func(c *Config) {
		c.Endpoints = []string{s.Endpoint()}
		c.AutoCompact = 20 * time.Millisecond
	})
	if err := errors.Join(u.Init(), u.AfterInit()); err != nil {
		t.Fatal(err)
	}
	client := s.Client()
	rev := put(t, client, "k", "old")
	put(t, client, "k", "new")
	conn, err := u.connection()
	if err != nil {
		t.Fatal(err)
	}
	etcdtest.Eventually(t, "history is dropped", func() bool {
		_, _, _, err := conn.GetValueRev("k", rev)
		return err != nil
	})
}

func TestMessages(t *testing.T) {
	s := etcdtest.Start(t)
	u := newPlugin(t, func(c *Config) { c.Endpoints = []string{s.Endpoint()} })
	if err := u.Init(); err != nil {
		t.Fatal(err)
	}
	b := u.NewBroker("/a/")
	if err := b.Put("k", wrapperspb.String("x")); err != nil {
		t.Fatal(err)
	}
	got := new(wrapperspb.StringValue)
	if found, _, err := b.GetValue("k", got); err != nil || !found || got.Value != "x" {
		t.Errorf("GetValue: %v %v %v", got, found, err)
	}
	data, _, _, err := u.RawAccess().NewBroker("/a/").GetValue("k")
	if err != nil || string(data) != `"x"` {
		t.Errorf("stored %s %v, want JSON", data, err)
	}
}
