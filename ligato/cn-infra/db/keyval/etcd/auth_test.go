// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.etcd.io/etcd/server/v3/embed"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/internal/etcdtest"
)

func TestCredentials(t *testing.T) {
	s := etcdtest.Start(t, func(cfg *embed.Config) {
		cfg.AuthToken = "simple"
		cfg.BcryptCost = 4 // the least: a busy machine with the race detector takes seconds for more
	})
	ctx := context.Background()
	admin := s.Client()
	steps := []func() error{
		func() error { _, err := admin.RoleAdd(ctx, "root"); return err },
		func() error { _, err := admin.UserAdd(ctx, "root", "root"); return err },
		func() error { _, err := admin.UserGrantRole(ctx, "root", "root"); return err },
		func() error { _, err := admin.UserAdd(ctx, "agent", "secret"); return err },
		func() error { _, err := admin.RoleAdd(ctx, "agent"); return err },
		func() error {
			_, err := admin.RoleGrantPermission(ctx, "agent", "/vnf-agent/", "/vnf-agent0", 2)
			return err
		},
		func() error { _, err := admin.UserGrantRole(ctx, "agent", "agent"); return err },
		func() error { _, err := admin.AuthEnable(ctx); return err },
	}
	for i, step := range steps {
		if err := step(); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
	}
	connectAs := func(endpoint, user, password string) (*BytesConnectionEtcd, error) {
		client, err := ConfigToClient(&Config{
			Endpoints: []string{endpoint}, Username: user, Password: password, DialTimeout: 20 * time.Second, OpTimeout: 20 * time.Second,
		})
		if err != nil {
			t.Fatal(err)
		}
		return NewEtcdConnectionWithBytes(*client, testLogger(t))
	}

	c, err := connectAs(s.Endpoint(), "agent", "secret")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	b := c.NewBroker("/vnf-agent/vpp1/")
	if err := b.Put("k", []byte("v")); err != nil {
		t.Error(err)
	}
	if err := b.Put("status", []byte("v"), datasync.WithClientLifetimeTTL()); err != nil {
		t.Error(err)
	}
	var r recorder
	if err := c.NewWatcher("/vnf-agent/vpp1/").Watch(r.add, nil, "config/"); err != nil {
		t.Fatal(err)
	}
	if err := b.Put("config/k", []byte("v")); err != nil {
		t.Error(err)
	}
	r.expect(t, "Put config/k v<-")
	if err := c.Put("/elsewhere", nil); err == nil || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("Put without permission: %v", err)
	}

	for name, tt := range map[string]struct{ endpoint, user, password, reason string }{
		"wrong password": {s.Endpoint(), "agent", "wrong", "username or password is wrong"},
		"unknown user":   {s.Endpoint(), "nobody", "secret", "username or password is wrong"},
		"none":           {s.Endpoint(), "", "", "asks for a username and password"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := connectAs(tt.endpoint, tt.user, tt.password)
			if err == nil {
				c.Close()
			}
			if err == nil || !strings.Contains(err.Error(), tt.reason) {
				t.Errorf("error %v, want %q", err, tt.reason)
			}
		})
	}
}

// The library would only say that the time is over.
func TestRefusedConnectionWithCredentialsSaysWhy(t *testing.T) {
	client, err := ConfigToClient(&Config{
		Endpoints: []string{etcdtest.FreeAddress(t)}, Username: "agent", Password: "secret", DialTimeout: 3 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewEtcdConnectionWithBytes(*client, testLogger(t))
	if err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("error %v, want the reason", err)
	}
}
