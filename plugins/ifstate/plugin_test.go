// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ifstate

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.ligato.io/cn-infra/v2/servicelabel"
	"go.ligato.io/vpp-agent/v3/pkg/models"
	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	reflection "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/protobuf/encoding/protojson"

	. "github.com/ifwatcher/ifwatcher/plugins/ifstate/internal/statetest"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/feed"
	pb "github.com/ifwatcher/ifwatcher/proto/ifwatcher/v1"
)

const agentPrefix = "/vnf-agent/here/"

// store reads the agent's keys under a prefix.
type store struct {
	*testing.T
	*clientv3.Client
}

func (s store) under(prefix string) map[string]string {
	s.Helper()
	resp, err := s.Get(s.Context(), agentPrefix+prefix, clientv3.WithPrefix())
	if err != nil {
		s.Fatal(err)
	}
	values := map[string]string{}
	for _, kv := range resp.Kvs {
		if kv.Lease == 0 && prefix != "config/" {
			s.Errorf("%s has no lease", kv.Key)
		}
		values[strings.TrimPrefix(string(kv.Key), agentPrefix+prefix)] = string(kv.Value)
	}
	return values
}

// interfaces returns what is published, as in "eth0 announced".
func (s store) interfaces() (lines []string) {
	s.Helper()
	for name, value := range s.under(pb.HostInterfaceKeyPrefix) {
		i := &pb.HostInterface{}
		if err := protojson.Unmarshal([]byte(value), i); err != nil {
			s.Fatalf("%s: %v", value, err)
		}
		lines = append(lines, name+" "+i.GetState())
	}
	slices.Sort(lines)
	return lines
}

func (s store) expect(want ...string) {
	s.Helper()
	Eventually(s, strings.Join(want, "; "), func() bool { return slices.Equal(s.interfaces(), want) })
}

func (s store) put(key, value string) {
	s.Helper()
	if _, err := s.Put(s.Context(), agentPrefix+key, value); err != nil {
		s.Fatal(err)
	}
}

func (s store) del(key string) {
	s.Helper()
	if _, err := s.Delete(s.Context(), agentPrefix+key); err != nil {
		s.Fatal(err)
	}
}

// TestAgent has everything together: scheduler, orchestrator, etcd and gRPC.
func TestAgent(t *testing.T) {
	defer Goroutines(t)()
	t.Run("agent", func(t *testing.T) {
		endpoint, client := startEtcd(t)
		etcd := store{t, client}
		a := start(t, endpoint, Interface(1, "lo"), Interface(2, "eth0"), Interface(3, "\xff", Down))
		etcd.expect("%FF down", "eth0 announced", "lo announced")
		agent := &pb.Agent{}
		if err := protojson.Unmarshal([]byte(etcd.under(pb.AgentKey)[""]), agent); err != nil || agent.GetLabel() != "here" ||
			agent.GetHostName() == "" || time.Since(agent.GetStartTime().AsTime()) > time.Hour {
			t.Errorf("%v, %v", agent, err)
		}

		manager := generic.NewManagerServiceClient(a.conn)
		dump := func() (names []string) {
			t.Helper()
			resp, err := manager.DumpState(t.Context(), &generic.DumpStateRequest{})
			if err != nil {
				t.Fatal(err)
			}
			for _, item := range resp.GetItems() {
				if m, err := models.UnmarshalItem(item.GetItem()); err != nil {
					t.Errorf("%v: %v", item, err)
				} else if i, ok := m.(*ifmodel.InterfaceState); ok && item.GetItem().GetId().GetModel() == "ifwatcher.host-interface" {
					names = append(names, i.GetName())
				}
			}
			return names
		}
		Eventually(t, "the first dump", func() bool { return slices.Equal(dump(), []string{"%FF", "eth0", "lo"}) })

		a.set(Interface(2, "wan", In("a/b")), Interface(2, "wan"))
		a.Put("", nil, []uint64{3})
		etcd.expect("a%2Fb/wan announced", "lo announced", "wan announced")
		Eventually(t, "the dump", func() bool { return slices.Equal(dump(), []string{"a%2Fb/wan", "lo", "wan"}) })

		configured(t, etcd, a)

		// The lease is lost, and all comes back.
		leases, err := client.Leases(t.Context())
		if err != nil || len(leases.Leases) == 0 {
			t.Fatal(leases, err)
		}
		for _, lease := range leases.Leases {
			if _, err := client.Revoke(t.Context(), lease.ID); err != nil {
				t.Fatal(err)
			}
		}
		etcd.expect("a%2Fb/wan announced", "lo announced", "wan announced")

		a.stop()
		// At once, or with the end of the lease if the store was too busy to revoke it.
		Eventually(t, "nothing is left behind", func() bool { return len(etcd.under("status/")) == 0 })
	})
}

// configured puts values of the model into the store, of an interface that is
// there and of one that is not, and takes them out again.
func configured(t *testing.T, etcd store, a *stack) {
	t.Helper()
	if got := etcd.under("config-status/ifwatcher/"); len(got) != 0 {
		t.Errorf("the status of what nobody has configured: %q", got)
	}
	status := func(name string) *kvscheduler.ValueStatus {
		return a.scheduler.GetValueStatus(ModelHostInterface.KeyPrefix() + name).GetValue()
	}
	for _, name := range []string{"wan", "none"} {
		key := ModelHostInterface.KeyPrefix() + name
		etcd.put(key, `{"name":"`+name+`","mtu":1}`)
		Eventually(t, "the status of "+name, func() bool {
			published := etcd.under("config-status/ifwatcher/v1/host-interface/")[name]
			return status(name).GetState() == kvscheduler.ValueState_INVALID && strings.Contains(published, "INVALID") && strings.Contains(published, "read-only")
		})
		etcd.del(key)
		Eventually(t, "no status of "+name, func() bool {
			state := status(name).GetState()
			return (state == kvscheduler.ValueState_OBTAINED) == (name == "wan") && state != kvscheduler.ValueState_INVALID &&
				len(etcd.under("config-status/ifwatcher/")) == 0
		})
	}
	etcd.expect("a%2Fb/wan announced", "lo announced", "wan announced")
}

// TestReflection asks as grpcurl does.
func TestReflection(t *testing.T) {
	endpoint, _ := startEtcd(t)
	a := start(t, endpoint)
	stream, err := reflection.NewServerReflectionClient(a.conn).ServerReflectionInfo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ask := func(req *reflection.ServerReflectionRequest) *reflection.ServerReflectionResponse {
		t.Helper()
		if err := stream.Send(req); err != nil {
			t.Fatal(err)
		}
		resp, err := stream.Recv()
		if err != nil {
			t.Fatal(err)
		}
		return resp
	}
	list := ask(&reflection.ServerReflectionRequest{MessageRequest: &reflection.ServerReflectionRequest_ListServices{}})
	if !slices.ContainsFunc(list.GetListServicesResponse().GetService(), func(s *reflection.ServiceResponse) bool {
		return s.GetName() == pb.HostInterfaces_ServiceDesc.ServiceName
	}) {
		t.Errorf("%v", list)
	}
	file := ask(&reflection.ServerReflectionRequest{MessageRequest: &reflection.ServerReflectionRequest_FileContainingSymbol{
		FileContainingSymbol: pb.HostInterfaces_ServiceDesc.ServiceName,
	}})
	if len(file.GetFileDescriptorResponse().GetFileDescriptorProto()) == 0 {
		t.Errorf("%v", file)
	}
	var resp pb.ListResponse
	if err := a.conn.Invoke(t.Context(), "/ifwatcher.v1.HostInterfaces/List", &pb.ListRequest{}, &resp); err != nil {
		t.Error(err)
	}
}

// Without store, gRPC and scheduler there is nothing to do, and with a watcher that
// is disabled nothing to show.
func TestAlone(t *testing.T) {
	defer Goroutines(t)()
	disabled := host{feed.New(nil)}
	disabled.Close()
	for _, source := range []host{newHost(), disabled} {
		p := NewPlugin(UseConf(DefaultConfig()), UseDeps(func(d *Deps) {
			d.Interfaces, d.KVScheduler, d.GRPC, d.ServiceLabel = source, nil, grpcServer{}, nil
		}))
		if err := p.Init(); err != nil {
			t.Fatal(err)
		}
		if err := p.AfterInit(); err != nil {
			t.Error(err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		if err := p.Close(); err != nil {
			t.Error("second Close:", err)
		}
	}
	if err := NewPlugin().Close(); err != nil {
		t.Error("Close without Init:", err)
	}
	p := NewPlugin(UseConf(DefaultConfig()), UseDeps(func(d *Deps) { d.Interfaces = nil }))
	if err := p.Init(); err == nil || !strings.Contains(err.Error(), "Interfaces") {
		t.Error(err)
	}
}

// Streams end with the plugin, so that they do not hold up the server.
func TestStreamsEnd(t *testing.T) {
	endpoint, _ := startEtcd(t)
	a := start(t, endpoint)
	stream, err := pb.NewHostInterfacesClient(a.conn).Watch(context.Background(), &pb.WatchRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err != nil {
		t.Fatal(err)
	}
	if err := a.plugin.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err == nil {
		t.Error("the stream goes on")
	}
}

func TestModel(t *testing.T) {
	if got := ModelHostInterface.KeyPrefix(); got != "config/ifwatcher/v1/host-interface/" {
		t.Error(got)
	}
	m, err := models.GetModelForKey("config/ifwatcher/v1/host-interface/blue/eth0")
	if err != nil || m.Name() != "ifwatcher.host-interface" {
		t.Errorf("%v, %v", m, err)
	}
	if key := models.Key(&ifmodel.InterfaceState{Name: "blue/%FF"}); key != "config/ifwatcher/v1/host-interface/blue/%FF" {
		t.Error(key)
	}
}

type configFileAt string

func (c configFileAt) GetConfigName() string     { return string(c) }
func (configFileAt) LoadValue(any) (bool, error) { return false, nil }

func TestConfig(t *testing.T) {
	for _, tc := range []struct {
		content string
		want    Config
		wrong   []string
	}{
		{content: "", want: DefaultConfig()},
		{content: "publish: false\npublish-interval: 0s\n", want: Config{}},
		{content: "publish-interval: 1m30s\n", want: Config{Publish: true, PublishInterval: 90 * time.Second}},
		{content: "publish-interval: 5\n", wrong: []string{"publish-interval"}},
		{content: "publish-interval: soon\n", wrong: []string{"publish-interval", "soon"}},
		{content: "publish-interval: -1s\n", wrong: []string{"publish-interval", "-1s"}},
		{content: "publsh: true\n", wrong: []string{"publsh"}},
	} {
		file := filepath.Join(t.TempDir(), "ifstate.conf")
		if err := os.WriteFile(file, []byte(tc.content), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := loadConfig(configFileAt(file))
		if len(tc.wrong) == 0 && (err != nil || got != tc.want) {
			t.Errorf("%q: %+v, %v", tc.content, got, err)
		}
		for _, word := range tc.wrong {
			if err == nil || !strings.Contains(err.Error(), word) || !strings.Contains(err.Error(), "ifstate.conf") {
				t.Errorf("%q: %v", tc.content, err)
			}
		}
	}
	if got, err := loadConfig(configFileAt("ifstate.conf")); err != nil || got != DefaultConfig() {
		t.Errorf("the sample has %+v, %v", got, err)
	}
	p := NewPlugin(UseConf(Config{PublishInterval: -1}))
	if err := p.Init(); err == nil || !strings.Contains(err.Error(), "publish-interval") {
		t.Error(err)
	}
	p = NewPlugin(UseDeps(func(d *Deps) { d.Cfg = configFileAt("/nonexistent/ifstate.conf") }))
	if err := p.Init(); err == nil {
		t.Error("a file that is not there")
	}
}

func TestLabelAndVersion(t *testing.T) {
	label := servicelabel.NewPlugin(servicelabel.UseLabel("here"))
	if err := label.Init(); err != nil {
		t.Fatal(err)
	}
	p := NewPlugin(UseDeps(func(d *Deps) { d.ServiceLabel = label }))
	if a := p.agent(); a.GetLabel() != "here" || a.GetVersion() == "" {
		t.Errorf("%v", a)
	}
}
