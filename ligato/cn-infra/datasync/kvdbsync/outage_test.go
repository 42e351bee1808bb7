// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvdbsync

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"go.ligato.io/cn-infra/v2/health/statuscheck"
	"go.ligato.io/cn-infra/v2/internal/etcdtest"
	"go.ligato.io/cn-infra/v2/internal/follow"
)

func TestStoreComesLater(t *testing.T) {
	s := etcdtest.New(t)
	a := newAgent(t, nil, s.Endpoint())
	r := watch(t, a.sync, "r", "config/")
	a.start()
	a.resync.DoResync() // that of the agent's start; there is no source yet
	s.Start()
	a.client = s.Client()
	r.expect(t, "resync")
	a.put("config/a", `"1"`)
	r.expect(t, "put config/a=1")
}

func TestOutage(t *testing.T) {
	outages := map[string]struct {
		during func(a *agent, s *etcdtest.Server)
		want   []string
	}{
		"nothing": {func(*agent, *etcdtest.Server) {}, nil},
		"changes": {func(a *agent, _ *etcdtest.Server) {
			a.put("config/b", `"old"`)
			a.put("config/b", `"2"`)
			a.del("config/a")
		}, []string{"delete config/a", "put config/b=2"}},
		"changes and compaction": {func(a *agent, _ *etcdtest.Server) {
			a.put("config/b", `"2"`)
			a.del("config/a")
			resp, err := a.client.Put(context.Background(), "other", "")
			if err != nil {
				a.t.Fatal(err)
			}
			if _, err := a.client.Compact(context.Background(), resp.Header.Revision); err != nil {
				a.t.Fatal(err)
			}
		}, []string{"delete config/a", "put config/b=2"}},
		"restart": {func(a *agent, s *etcdtest.Server) {
			s.Stop()
			s.Start()
			a.put("config/b", `"2"`)
		}, []string{"put config/b=2"}},
		"wiped and refilled": {func(a *agent, s *etcdtest.Server) {
			s.Stop()
			s.Wipe()
			s.Start()
			a.put("config/b", `"2"`)
		}, []string{"resync config/b=2"}},
		"wiped and refilled up to a higher revision": {func(a *agent, s *etcdtest.Server) {
			s.Stop()
			s.Wipe()
			s.Start()
			a.put("config/a", `"2"`)
			for i := range 20 {
				a.put("other", fmt.Sprint(i))
			}
			a.put("config/b", `"2"`)
		}, []string{"resync config/a=2 config/b=2"}},
		"wiped and refilled alike with other values": {func(a *agent, s *etcdtest.Server) {
			s.Stop()
			s.Wipe()
			s.Start()
			for i := range 5 {
				a.put("other", fmt.Sprint(i))
			}
			a.put("config/a", `"2"`)
		}, []string{"resync config/a=2 config/z=end"}},
		"another cluster": {func(a *agent, s *etcdtest.Server) {
			s.Stop()
			s.Replace()
			s.Start()
			for i := range 20 {
				a.put("other", fmt.Sprint(i))
			}
			a.put("config/b", `"2"`)
		}, []string{"resync config/b=2"}},
	}
	for name, outage := range outages {
		t.Run(name, func(t *testing.T) {
			s := etcdtest.Start(t)
			proxy := etcdtest.NewProxy(t, s.Endpoint())
			a := newAgent(t, s, proxy.Endpoint())
			for i := range 5 {
				a.put("other", fmt.Sprint(i))
			}
			a.put("config/a", `"1"`)
			r := watch(t, a.sync, "r", "config/")
			a.start()
			a.resync.DoResync()
			r.expect(t, "resync config/a=1")

			proxy.Cut()
			outage.during(a, s)
			proxy.Heal()
			a.put("config/z", `"end"`)
			want := outage.want
			if len(want) > 0 && want[0][0] == 'r' {
				// The last key may be part of the listing.
				etcdtest.Eventually(t, "a resync", func() bool {
					r.mu.Lock()
					defer r.mu.Unlock()
					return r.nsync == 2
				})
				r.inStep(t, a, "config/")
				return
			}
			r.expect(t, append(want, "put config/z=end")...)
			if r.nsync != 1 {
				t.Errorf("%d resyncs", r.nsync)
			}
		})
	}
}

func TestStoreThatLostItsData(t *testing.T) {
	begin := func(t *testing.T, lose func(*etcdtest.Server)) (*agent, *receiver) {
		s := etcdtest.Start(t)
		proxy := etcdtest.NewProxy(t, s.Endpoint())
		a := newAgent(t, s, proxy.Endpoint())
		a.put("config/a", `"1"`)
		r := watch(t, a.sync, "r", "config/")
		a.start()
		a.resync.DoResync()
		r.expect(t, "resync config/a=1")
		proxy.Cut() // a server that stops would wait for its streams
		s.Stop()
		lose(s)
		s.Start()
		proxy.Heal()
		etcdtest.Eventually(t, "the status says so", func() bool {
			state, err := a.status.probe()
			return state == statuscheck.Error && errors.Is(err, follow.ErrEmptied)
		})
		r.expect(t) // the configuration is kept
		return a, r
	}
	healthy := func(t *testing.T, a *agent) {
		t.Helper()
		etcdtest.Eventually(t, "the status is OK", func() bool {
			state, _ := a.status.probe()
			return state == statuscheck.OK
		})
	}
	t.Run("refilled", func(t *testing.T) {
		a, r := begin(t, (*etcdtest.Server).Wipe)
		a.put("config/b", `"2"`)
		r.expect(t, "resync config/b=2")
		healthy(t, a)
	})
	t.Run("another cluster, refilled", func(t *testing.T) {
		a, r := begin(t, (*etcdtest.Server).Replace)
		a.put("config/b", `"2"`)
		r.expect(t, "resync config/b=2")
		healthy(t, a)
	})
	t.Run("confirmed", func(t *testing.T) {
		a, r := begin(t, (*etcdtest.Server).Wipe)
		txn := a.client.Txn(context.Background())
		if _, err := txn.Then(clientv3.OpPut(agentPrefix+"config/x", "")).Commit(); err != nil {
			t.Fatal(err)
		}
		a.del("config/x")
		r.inStep(t, a, "config/")
		healthy(t, a)
	})
	t.Run("a resync does not drop what is kept", func(t *testing.T) {
		a, r := begin(t, (*etcdtest.Server).Wipe)
		a.resync.DoResync()
		r.expect(t, "resync config/a=1")
	})
	t.Run("a start takes an empty store as it is", func(t *testing.T) {
		a, _ := begin(t, (*etcdtest.Server).Wipe)
		second := newAgent(t, nil, a.client.Endpoints()[0])
		r := watch(t, second.sync, "r", "config/")
		second.start()
		second.resync.DoResync()
		r.expect(t, "resync")
	})
}

func TestNoUpdateIsLostUnderLoad(t *testing.T) {
	s := etcdtest.Start(t)
	proxy := etcdtest.NewProxy(t, s.Endpoint())
	a := newAgent(t, s, proxy.Endpoint())
	r := watch(t, a.sync, "r", "config/", "config/x/")
	a.start()

	var writers sync.WaitGroup
	done := make(chan struct{})
	for w := range 4 {
		writers.Go(func() {
			for i := range 200 {
				key := fmt.Sprintf("config/%d", (i*7+w)%30)
				if i%5 == 4 {
					a.del(key)
				} else {
					a.put(key, fmt.Sprintf(`"%d-%d"`, w, i))
				}
			}
		})
	}
	go func() { writers.Wait(); close(done) }()
	for n, running := 0, true; running; n++ {
		select {
		case <-done:
			running = false
		default:
			if n%2 == 0 {
				proxy.Cut()
				proxy.Heal()
			}
			a.resync.DoResync()
		}
	}
	r.inStep(t, a, "config/")
}

func TestResyncDuringOutage(t *testing.T) {
	setTimeouts(t, time.Minute, time.Minute, 100*time.Millisecond)
	s := etcdtest.Start(t)
	proxy := etcdtest.NewProxy(t, s.Endpoint())
	a := newAgent(t, s, proxy.Endpoint())
	a.put("config/a", `"1"`)
	r := watch(t, a.sync, "r", "config/")
	a.start()
	etcdtest.Eventually(t, "a resync succeeds", func() bool { return a.resync.Resync(t.Context()) == nil })
	proxy.Cut()
	r.mu.Lock()
	r.lines = nil
	r.mu.Unlock()
	if err := a.resync.Resync(t.Context()); !errors.Is(err, errStale) {
		t.Errorf("resync: %v", err)
	}
	r.expect(t, "resync config/a=1")
	a.put("config/a", `"2"`)
	proxy.Heal()
	r.expect(t, "put config/a=2")
}
