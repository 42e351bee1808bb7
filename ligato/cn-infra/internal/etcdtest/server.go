// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcdtest

import (
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"

	"go.ligato.io/cn-infra/v2/internal/freeaddr"
)

// Server is an etcd with one member. Its endpoint stays the same over restarts.
type Server struct {
	t      testing.TB
	dir    string
	addr   string
	token  string
	change func(*embed.Config)
	etcd   *embed.Etcd
}

// Start runs a server until the end of the test. Options change its
// configuration at each start.
func Start(t testing.TB, options ...func(*embed.Config)) *Server {
	t.Helper()
	s := New(t, options...)
	s.Start()
	return s
}

// New returns a server that is not started yet.
func New(t testing.TB, options ...func(*embed.Config)) *Server {
	t.Helper()
	s := &Server{t: t, dir: filepath.Join(t.TempDir(), "etcd"), addr: FreeAddress(t), token: "test"}
	s.change = func(cfg *embed.Config) {
		for _, o := range options {
			o(cfg)
		}
	}
	t.Cleanup(s.Stop)
	return s
}

// FreeAddress returns an address on loopback where nobody listens, reserved until
// the end of the test.
func FreeAddress(t testing.TB) string {
	t.Helper()
	return freeaddr.Reserve(t)
}

// Endpoint returns host and port.
func (s *Server) Endpoint() string { return s.addr }

// Start runs the server, with the data it had before.
func (s *Server) Start() {
	s.t.Helper()
	cfg := embed.NewConfig()
	cfg.Name = "test"
	cfg.Dir = s.dir
	cfg.InitialClusterToken = s.token
	peer := url.URL{Scheme: "http", Host: "127.0.0.1:0"}
	cfg.ListenPeerUrls, cfg.AdvertisePeerUrls = []url.URL{peer}, []url.URL{peer}
	cfg.InitialCluster = cfg.InitialClusterFromName(cfg.Name)
	cfg.TickMs, cfg.ElectionMs = 20, 200
	cfg.UnsafeNoFsync = true
	cfg.ZapLoggerBuilder = embed.NewZapLoggerBuilder(zap.NewNop())
	s.change(cfg)
	client := url.URL{Scheme: "http", Host: s.addr}
	if !cfg.ClientTLSInfo.Empty() {
		client.Scheme = "https"
	}
	cfg.ListenClientUrls, cfg.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
	etcd, err := embed.StartEtcd(cfg)
	if err != nil {
		s.t.Fatalf("starting etcd: %v", err)
	}
	select {
	case <-etcd.Server.ReadyNotify():
	case <-time.After(30 * time.Second):
		s.t.Fatal("etcd does not get ready")
	}
	s.etcd = etcd
}

// Stop ends the server and closes its connections.
func (s *Server) Stop() {
	if s.etcd != nil {
		s.etcd.Server.HardStop() // or Close would wait for watches to end
		s.etcd.Close()
		s.etcd = nil
	}
}

// Wipe removes the data of a stopped server. It then begins at revision 1, with
// the same identity.
func (s *Server) Wipe() {
	s.t.Helper()
	if err := os.RemoveAll(s.dir); err != nil {
		s.t.Fatal(err)
	}
}

// Replace removes the data of a stopped server. It then is another cluster.
func (s *Server) Replace() {
	s.Wipe()
	s.token += "x"
}

// Client returns a client that is closed at the end of the test.
func (s *Server) Client(options ...func(*clientv3.Config)) *clientv3.Client {
	s.t.Helper()
	cfg := clientv3.Config{Endpoints: []string{s.addr}, DialTimeout: 10 * time.Second, Logger: zap.NewNop()}
	soon := backoff.Config{BaseDelay: 50 * time.Millisecond, Multiplier: 1, MaxDelay: 50 * time.Millisecond}
	cfg.DialOptions = []grpc.DialOption{grpc.WithConnectParams(grpc.ConnectParams{Backoff: soon, MinConnectTimeout: time.Second})}
	for _, o := range options {
		o(&cfg)
	}
	c, err := clientv3.New(cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	return c
}
