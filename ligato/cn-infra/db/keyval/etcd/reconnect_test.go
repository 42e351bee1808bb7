// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"errors"
	"testing"
	"time"

	"go.ligato.io/cn-infra/v2/health/statuscheck"
	"go.ligato.io/cn-infra/v2/internal/etcdtest"
)

func TestResyncAfterReconnect(t *testing.T) {
	for name, enabled := range map[string]bool{"enabled": true, "disabled": false} {
		t.Run(name, func(t *testing.T) {
			s := etcdtest.Start(t)
			proxy := etcdtest.NewProxy(t, s.Endpoint())
			u := newPlugin(t, func(c *Config) {
				c.Endpoints = []string{proxy.Endpoint()}
				c.ReconnectResync = enabled
				c.OpTimeout = 500 * time.Millisecond
			})
			resyncs := u.countResyncs(t)
			if err := errors.Join(u.Init(), u.AfterInit()); err != nil {
				t.Fatal(err)
			}
			for outage := 1; outage <= 2; outage++ {
				proxy.Cut()
				etcdtest.Eventually(t, "status ERROR", func() bool {
					state, _ := u.statuses.ask()
					return state == statuscheck.Error
				})
				proxy.Heal()
				etcdtest.Eventually(t, "status OK", func() bool {
					state, _ := u.statuses.ask()
					return state == statuscheck.OK
				})
				want := 0
				if enabled {
					want = outage
				}
				etcdtest.Eventually(t, "the resyncs of this outage", func() bool { return resyncs() >= want })
				if got := resyncs(); got > want {
					t.Errorf("%d resyncs after %d outages", got, outage)
				}
			}
		})
	}
}

// A server that hangs, or a proxy in front of it, takes connections, but that does
// not mean that etcd is back.
func TestConnectionIsBackWhenEtcdAnswers(t *testing.T) {
	s := etcdtest.Start(t)
	proxy := etcdtest.NewProxy(t, s.Endpoint())
	u := newPlugin(t, func(c *Config) { c.Endpoints = []string{proxy.Endpoint()} })
	if err := errors.Join(u.Init(), u.AfterInit()); err != nil {
		t.Fatal(err)
	}
	for outage := 1; outage <= 2; outage++ {
		before := proxy.TurnedAway()
		proxy.Cut()
		etcdtest.Eventually(t, "three attempts to come back", func() bool { return proxy.TurnedAway() >= before+3 })
		if lost, back := u.log.count("connection to etcd lost"), u.log.count("connection to etcd is back"); lost != outage || back != outage-1 {
			t.Errorf("outage %d: lost %d times, back %d times", outage, lost, back)
		}
		proxy.Heal()
		etcdtest.Eventually(t, "the connection is back", func() bool { return u.log.count("connection to etcd is back") == outage })
	}
}

// Zero is the default, not an attempt after the other without a pause.
func TestReconnectIntervalZero(t *testing.T) {
	u := newPlugin(t, func(c *Config) {
		c.Endpoints = []string{etcdtest.FreeAddress(t)}
		c.AllowDelayedStart = true
		c.ReconnectInterval = 0
	})
	if err := u.Init(); err != nil {
		t.Fatal(err)
	}
	if u.config.ReconnectInterval != defaultReconnectInterval {
		t.Errorf("interval %v", u.config.ReconnectInterval)
	}
}
