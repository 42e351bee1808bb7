// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/mux"
	"github.com/unrolled/render"
	"go.ligato.io/cn-infra/v2/health/statuscheck/model/status"
	"go.ligato.io/cn-infra/v2/rpc/rest"
	access "go.ligato.io/cn-infra/v2/rpc/rest/security/model/access-security"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/orchestrator"
	_ "go.ligato.io/vpp-agent/v3/proto/ligato/linux"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	linux_l3 "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"
	_ "go.ligato.io/vpp-agent/v3/proto/ligato/netalloc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
)

// patience is how long a test waits for what must come. It is long, since the
// machine may be busy, and only spent when a test fails.
const patience = time.Minute

// testAgent is the plugin with a real scheduler and orchestrator, over a host in
// memory.
type testAgent struct {
	*Plugin
	t      testing.TB
	host   *host
	health *fakeStatus
	router *mux.Router
	conn   *grpc.ClientConn
}

func newAgent(t testing.TB, before ...func(*testAgent)) *testAgent {
	t.Helper()
	a := &testAgent{t: t, host: newHost(), health: &fakeStatus{}, router: mux.NewRouter()}
	server := grpcServer{grpc.NewServer()}
	scheduler := kvscheduler.NewPlugin(kvscheduler.UseDeps(func(deps *kvscheduler.Deps) {
		deps.HTTPHandlers = nil
	}))
	dispatcher := orchestrator.NewPlugin(func(p *orchestrator.Plugin) {
		p.GRPC, p.KVScheduler, p.Watcher = server, scheduler, nil
	})
	a.Plugin = NewPlugin(UseApp("test-agent"), UseNonFatalPlugins("etcd"), UseDeps(func(deps *Deps) {
		deps.HTTPHandlers = a
		deps.GRPC = server
		deps.KVScheduler = scheduler
		deps.Dispatcher = dispatcher
		deps.StatusCheck = a.health
	}))
	start := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	start(scheduler.Init())
	t.Cleanup(func() { _ = scheduler.Close() })
	for _, d := range a.host.descriptors() {
		start(scheduler.RegisterKVDescriptor(d))
	}
	start(dispatcher.Init())
	t.Cleanup(func() { _ = dispatcher.Close() })
	start(a.Init())
	t.Cleanup(func() { _ = a.Close() })
	start(dispatcher.AfterInit())
	for _, do := range before {
		do(a)
	}
	start(a.AfterInit())
	a.dial(server)
	return a
}

func (a *testAgent) dial(server grpcServer) {
	listener := bufconn.Listen(1 << 16)
	go func() { _ = server.Serve(listener) }()
	a.t.Cleanup(server.Stop)
	conn, err := grpc.NewClient("passthrough:agent",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { _ = conn.Close() })
	a.conn = conn
}

// announce tells the scheduler of a host interface, or that it is gone.
func (a *testAgent) announce(name string, there bool) {
	a.t.Helper()
	kv := kvs.KVWithMetadata{Key: linux_interfaces.InterfaceHostNameKey(name)}
	if there {
		kv.Value = &emptypb.Empty{}
	}
	if err := a.KVScheduler.PushSBNotification(kv); err != nil {
		a.t.Fatal(err)
	}
	a.KVScheduler.TransactionBarrier()
}

// do makes a request.
func (a *testAgent) do(method, path, body string) *httptest.ResponseRecorder {
	reply := httptest.NewRecorder()
	a.router.ServeHTTP(reply, httptest.NewRequest(method, path, strings.NewReader(body)))
	return reply
}

// RegisterHTTPHandler implements rest.HTTPHandlers.
func (a *testAgent) RegisterHTTPHandler(path string, provider rest.HandlerProvider, methods ...string) *mux.Route {
	return a.router.HandleFunc(path, provider(render.New(render.Options{IndentJSON: true}))).Methods(methods...)
}

// RegisterPermissionGroup implements rest.HTTPHandlers.
func (a *testAgent) RegisterPermissionGroup(...*access.PermissionGroup) {}

// GetPort implements rest.HTTPHandlers.
func (a *testAgent) GetPort() int { return 0 }

func eventually(t testing.TB, what string, cond func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !cond() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

func testContext(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

type grpcServer struct{ *grpc.Server }

func (s grpcServer) GetServer() *grpc.Server { return s.Server }
func (s grpcServer) IsDisabled() bool        { return false }

var _ http.Handler = (*mux.Router)(nil)

// fakeStatus is a status check that says what a test wants.
type fakeStatus struct {
	mu      sync.Mutex
	state   status.OperationalState
	plugins map[string]*status.PluginStatus
}

func (f *fakeStatus) set(state status.OperationalState, failed ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.state = state
	f.plugins = map[string]*status.PluginStatus{"other": {State: status.OperationalState_OK}}
	for _, name := range failed {
		f.plugins[name] = &status.PluginStatus{State: status.OperationalState_ERROR}
	}
}

func (f *fakeStatus) GetAgentStatus() status.AgentStatus {
	f.mu.Lock()
	defer f.mu.Unlock()
	return status.AgentStatus{State: f.state}
}

func (f *fakeStatus) GetAllPluginStatus() map[string]*status.PluginStatus {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.plugins)
}

func (f *fakeStatus) GetInterfaceStats() status.InterfaceStats { return status.InterfaceStats{} }

// host keeps what descriptors are told to create.
type host struct {
	mu     sync.Mutex
	values map[string]proto.Message
}

func newHost() *host { return &host{values: make(map[string]proto.Message)} }

func (h *host) set(key string, value proto.Message) (kvs.Metadata, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if value == nil {
		delete(h.values, key)
	} else {
		h.values[key] = proto.Clone(value)
	}
	return nil, nil
}

func (h *host) retrieve(prefix string) []kvs.KVWithMetadata {
	h.mu.Lock()
	defer h.mu.Unlock()
	var found []kvs.KVWithMetadata
	for key, value := range h.values {
		if strings.HasPrefix(key, prefix) {
			found = append(found, kvs.KVWithMetadata{Key: key, Value: value, Origin: kvs.FromNB, Metadata: key})
		}
	}
	return found
}

var errTooSmall = errors.New("smaller than 68")

// descriptors are those of interfaces, which wait for the host's, of routes, and
// of ARP entries, which cannot be read back.
func (h *host) descriptors() []*kvs.KVDescriptor {
	hostName := func(m proto.Message) string {
		i := m.(*linux_interfaces.Interface)
		if i.GetHostIfName() != "" {
			return i.GetHostIfName()
		}
		return i.GetName()
	}
	interfaces := h.descriptor("linux-interface", linux_interfaces.ModelInterface.KeyPrefix(), true)
	interfaces.Dependencies = func(_ string, m proto.Message) []kvs.Dependency {
		return []kvs.Dependency{{
			Label: "host-interface-exists",
			Key:   linux_interfaces.InterfaceHostNameKey(hostName(m)),
		}}
	}
	interfaces.Validate = func(_ string, m proto.Message) error {
		if i := m.(*linux_interfaces.Interface); i.GetMtu() > 0 && i.GetMtu() < 68 {
			return kvs.NewInvalidValueError(errTooSmall, "mtu")
		}
		return nil
	}
	interfaces.DerivedValues = func(_ string, m proto.Message) []kvs.KeyValuePair {
		i := m.(*linux_interfaces.Interface)
		return []kvs.KeyValuePair{{Key: "derived/" + i.GetName(), Value: &linux_interfaces.InterfaceState{Name: i.GetName()}}}
	}
	watcher := &kvs.KVDescriptor{
		Name:        "linux-interface-watcher",
		KeySelector: func(key string) bool { return strings.HasPrefix(key, linux_interfaces.InterfaceHostNameKeyPrefix) },
	}
	derived := &kvs.KVDescriptor{
		Name:        "derived",
		KeySelector: func(key string) bool { return strings.HasPrefix(key, "derived/") },
		Validate: func(key string, _ proto.Message) error {
			if key == "derived/bad" {
				return kvs.NewInvalidValueError(errors.New("is bad"), "name")
			}
			return nil
		},
		Create: func(string, proto.Message) (kvs.Metadata, error) { return nil, nil },
		Delete: func(string, proto.Message, kvs.Metadata) error { return nil },
	}
	return []*kvs.KVDescriptor{
		interfaces, watcher, derived,
		h.descriptor("linux-route", linux_l3.ModelRoute.KeyPrefix(), true),
		h.descriptor("linux-arp", linux_l3.ModelARPEntry.KeyPrefix(), false),
	}
}

func (h *host) descriptor(name, prefix string, retrieve bool) *kvs.KVDescriptor {
	d := &kvs.KVDescriptor{
		Name:         name,
		NBKeyPrefix:  prefix,
		KeySelector:  func(key string) bool { return strings.HasPrefix(key, prefix) },
		WithMetadata: true,
		Create: func(key string, value proto.Message) (kvs.Metadata, error) {
			if strings.HasSuffix(key, "/refused") {
				return nil, errors.New("refused by the host")
			}
			return h.set(key, value)
		},
		Update: func(key string, _, value proto.Message, _ kvs.Metadata) (kvs.Metadata, error) {
			return h.set(key, value)
		},
		Delete: func(key string, _ proto.Message, _ kvs.Metadata) error {
			_, err := h.set(key, nil)
			return err
		},
	}
	if retrieve {
		d.Retrieve = func([]kvs.KVWithMetadata) ([]kvs.KVWithMetadata, error) { return h.retrieve(prefix), nil }
	}
	return d
}
