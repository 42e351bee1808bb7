// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ifstate

import (
	"context"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.ligato.io/cn-infra/v2/datasync/kvdbsync"
	"go.ligato.io/cn-infra/v2/db/keyval/etcd"
	_ "go.ligato.io/cn-infra/v2/logging/logrus" // the registry of loggers
	"go.ligato.io/cn-infra/v2/servicelabel"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler"
	"go.ligato.io/vpp-agent/v3/plugins/orchestrator"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/feed"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// host is a Source that tests fill.
type host struct{ *feed.Subscription }

func (h host) Subscribe() *feed.Subscription { return h.Subscription }

func newHost(interfaces ...*tracker.Interface) host {
	h := host{feed.New(nil)}
	h.set(interfaces...)
	h.Complete()
	return h
}

func (h host) set(interfaces ...*tracker.Interface) {
	for _, i := range interfaces {
		h.Put(i.Namespace, []*tracker.Interface{i}, nil)
	}
}

// stack is an agent with the plugins that have to do with this one.
type stack struct {
	host
	plugin    *Plugin
	scheduler *kvscheduler.Scheduler
	conn      *grpc.ClientConn
	closers   []func()
}

// start starts an agent on the etcd at the endpoint.
func start(t *testing.T, endpoint string, interfaces ...*tracker.Interface) *stack {
	t.Helper()
	s := &stack{host: newHost(interfaces...)}
	t.Cleanup(s.stop)
	step := func(err error, closer func() error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if closer != nil {
			s.closers = append(s.closers, func() { _ = closer() })
		}
	}
	label := servicelabel.NewPlugin(servicelabel.UseLabel("here"))
	step(label.Init(), nil)
	server := grpcServer{grpc.NewServer()}
	s.scheduler = kvscheduler.NewPlugin(kvscheduler.UseDeps(func(d *kvscheduler.Deps) { d.HTTPHandlers, d.Cfg = nil, noConfig{} }))
	step(s.scheduler.Init(), s.scheduler.Close)
	store := etcd.NewPlugin(etcd.UseDeps(func(d *etcd.Deps) { d.Cfg, d.StatusCheck, d.Resync = etcdConfig(endpoint), nil, nil }))
	datasync := kvdbsync.NewPlugin(kvdbsync.UseKV(store), kvdbsync.UseDeps(func(d *kvdbsync.Deps) { d.ServiceLabel, d.ResyncOrch = label, nil }))
	s.plugin = NewPlugin(UseConf(Config{Publish: true}), UseDeps(func(d *Deps) {
		d.Interfaces, d.KVScheduler, d.GRPC, d.ServiceLabel, d.StatePublisher = s.host, s.scheduler, server, label, datasync
	}))
	orchestrator.EnableStatusPublishing = true
	orch := orchestrator.NewPlugin(orchestrator.UseReflection(true), func(p *orchestrator.Plugin) {
		p.GRPC, p.KVScheduler, p.Watcher, p.StatusPublisher = server, s.scheduler, datasync, StatusPublisher(datasync)
	})
	step(s.plugin.Init(), s.plugin.Close)
	step(orch.Init(), orch.Close)
	step(store.Init(), store.Close)
	step(datasync.Init(), datasync.Close)
	listener := bufconn.Listen(1 << 16)
	var wg sync.WaitGroup
	wg.Go(func() { _ = server.Serve(listener) })
	s.closers = append(s.closers, func() {
		server.Stop()
		wg.Wait()
	})
	conn, err := grpc.NewClient("passthrough:agent", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	step(err, conn.Close)
	s.conn = conn
	step(s.plugin.AfterInit(), nil)
	step(orch.AfterInit(), nil)
	step(store.AfterInit(), nil)
	step(datasync.AfterInit(), nil)
	step(orch.InitialSync(), nil)
	return s
}

// stop ends the agent, in the order in which an agent does it.
func (s *stack) stop() {
	for len(s.closers) > 0 {
		last := len(s.closers) - 1
		s.closers[last]()
		s.closers = s.closers[:last]
	}
}

type grpcServer struct{ *grpc.Server }

func (s grpcServer) GetServer() *grpc.Server { return s.Server }
func (s grpcServer) IsDisabled() bool        { return s.Server == nil }

type noConfig struct{}

func (noConfig) GetConfigName() string       { return "" }
func (noConfig) LoadValue(any) (bool, error) { return false, nil }

type etcdConfig string

func (etcdConfig) GetConfigName() string { return "etcd.conf" }
func (endpoint etcdConfig) LoadValue(into any) (bool, error) {
	c := into.(*etcd.Config)
	c.Endpoints, c.InsecureTransport, c.DialTimeout, c.OpTimeout = []string{string(endpoint)}, true, 10*time.Second, 10*time.Second
	return true, nil
}

// startEtcd runs a server until the end of the test.
func startEtcd(t *testing.T) (endpoint string, client *clientv3.Client) {
	t.Helper()
	cfg := embed.NewConfig()
	cfg.Dir = t.TempDir()
	any := url.URL{Scheme: "http", Host: "127.0.0.1:0"}
	cfg.ListenPeerUrls, cfg.AdvertisePeerUrls = []url.URL{any}, []url.URL{any}
	cfg.ListenClientUrls, cfg.AdvertiseClientUrls = []url.URL{any}, []url.URL{any}
	cfg.InitialCluster = cfg.InitialClusterFromName(cfg.Name)
	cfg.TickMs, cfg.ElectionMs, cfg.UnsafeNoFsync = 20, 200, true
	cfg.ZapLoggerBuilder = embed.NewZapLoggerBuilder(zap.NewNop())
	server, err := embed.StartEtcd(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	<-server.Server.ReadyNotify()
	endpoint = server.Clients[0].Addr().String()
	client, err = clientv3.New(clientv3.Config{Endpoints: []string{endpoint}, Logger: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return endpoint, client
}
