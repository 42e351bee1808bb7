// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/internal/etcdtest"
)

// leaseOf returns 0 if the key is missing or has no lease.
func leaseOf(client *clientv3.Client, key string) int64 {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	resp, err := client.Get(ctx, key)
	if err != nil || len(resp.Kvs) == 0 {
		return 0
	}
	return resp.Kvs[0].Lease
}

func TestTTL(t *testing.T) {
	s := etcdtest.Start(t)
	client := s.Client()
	c := connectTo(t, s.Endpoint())
	// Less than a second is no reason to fail. A busy machine may take that long
	// to ask.
	etcdtest.Eventually(t, "the key has a lease", func() bool {
		err := c.Put("short", []byte("v"), datasync.WithTTL(time.Millisecond))
		return err == nil && leaseOf(client, "short") != 0
	})
	etcdtest.Eventually(t, "the key expires", func() bool {
		_, found, _, err := c.GetValue("short")
		return err == nil && !found
	})
}

func TestLifetimeKeysComeBackAfterLeaseLoss(t *testing.T) {
	losses := map[string]func(t *testing.T, s *etcdtest.Server, client *clientv3.Client){
		"lease revoked": func(t *testing.T, _ *etcdtest.Server, client *clientv3.Client) {
			leases, err := client.Leases(context.Background())
			if err != nil || len(leases.Leases) != 1 {
				t.Fatalf("leases: %v %v", leases, err)
			}
			if _, err := client.Revoke(context.Background(), leases.Leases[0].ID); err != nil {
				t.Fatal(err)
			}
		},
		"store wiped": func(_ *testing.T, s *etcdtest.Server, _ *clientv3.Client) {
			s.Stop()
			s.Wipe()
			s.Start()
		},
	}
	for name, lose := range losses {
		t.Run(name, func(t *testing.T) {
			s := etcdtest.Start(t)
			client := s.Client()
			cfg := clientConfig(s.Endpoint())
			cfg.SessionTTL = 5 // not to be lost before the test loses it
			c, err := NewEtcdConnectionWithBytes(cfg, testLogger(t))
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			const n = 2*putsPerTxn + 1
			for i := range n {
				if err := c.Put(fmt.Sprint("status/", i), []byte("OK"), datasync.WithClientLifetimeTTL()); err != nil {
					t.Fatal(err)
				}
			}
			if err := c.Put("status/0", []byte("changed"), datasync.WithClientLifetimeTTL()); err != nil {
				t.Fatal(err)
			}
			// These are not the connection's any more.
			if err := c.Put("status/1", []byte("kept")); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Delete("status/2"); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Delete("status/10", datasync.WithPrefix()); err != nil {
				t.Fatal(err)
			}
			if err := c.NewTxn().Delete("status/3").Commit(context.Background()); err != nil {
				t.Fatal(err)
			}
			lease := leaseOf(client, "status/0")
			if lease == 0 {
				t.Fatal("no lease")
			}

			lose(t, s, client)
			etcdtest.Eventually(t, "keys hang on a new lease", func() bool {
				now := leaseOf(client, fmt.Sprint("status/", n-1))
				return now != 0 && now != lease
			})
			if data, _, _, err := c.GetValue("status/0"); err != nil || string(data) != "changed" {
				t.Errorf("status/0 = %q %v, want the last value", data, err)
			}
			if leaseOf(client, "status/1") != 0 {
				t.Error("an ordinary key got a lease")
			}
			for _, key := range []string{"status/2", "status/3", "status/10", "status/100"} {
				if _, found, _, err := c.GetValue(key); err != nil || found {
					t.Errorf("deleted key %s is back: %v", key, err)
				}
			}
			if err := c.Put("status/new", []byte("OK"), datasync.WithClientLifetimeTTL()); err != nil {
				t.Errorf("lifetime put after the loss: %v", err)
			}
		})
	}
}

// An outage longer than the life of the lease.
func TestLeaseExpiresDuringOutage(t *testing.T) {
	s := etcdtest.Start(t)
	client := s.Client()
	proxy := etcdtest.NewProxy(t, s.Endpoint())
	cfg := clientConfig(proxy.Endpoint())
	cfg.SessionTTL = 1
	c, err := NewEtcdConnectionWithBytes(cfg, testLogger(t))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Put("status", []byte("OK"), datasync.WithClientLifetimeTTL()); err != nil {
		t.Fatal(err)
	}
	proxy.Cut()
	etcdtest.Eventually(t, "the key expires", func() bool { return leaseOf(client, "status") == 0 })
	proxy.Heal()
	etcdtest.Eventually(t, "the key is back", func() bool { return leaseOf(client, "status") != 0 })
	if err := c.Put("status", []byte("still OK"), datasync.WithClientLifetimeTTL()); err != nil {
		t.Error(err)
	}
}

func TestElection(t *testing.T) {
	s := etcdtest.Start(t)
	one, two := connectTo(t, s.Endpoint()), connectTo(t, s.Endpoint())
	resign, err := one.CampaignInElection(context.Background(), "/leader")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if _, err := two.CampaignInElection(ctx, "/leader"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("second candidate: %v", err)
	}
	resign(context.Background())
	resign, err = two.CampaignInElection(context.Background(), "/leader")
	if err != nil {
		t.Fatal(err)
	}
	resign(context.Background())
}
