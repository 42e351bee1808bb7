// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"reflect"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/emptypb"

	"go.ligato.io/vpp-agent/v3/pkg/models"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
)

// testServer is a gRPC server in memory.
type testServer struct{ server *grpc.Server }

func (s testServer) GetServer() *grpc.Server { return s.server }
func (s testServer) IsDisabled() bool        { return s.server == nil }

func startGRPC(t *testing.T) (*grpc.ClientConn, *Plugin, *fakeStore, *fakeScheduler) {
	t.Helper()
	server := grpc.NewServer()
	p, store, scheduler := startPlugin(t, func(deps *Deps) { deps.GRPC = testServer{server} })
	listener := bufconn.Listen(1 << 20)
	go func() { _ = server.Serve(listener) }()
	conn, err := grpc.NewClient("passthrough:memory", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		server.Stop()
	})
	return conn, p, store, scheduler
}

func item(t *testing.T, msg proto.Message) *generic.Item {
	t.Helper()
	item, err := models.MarshalItem(msg)
	if err != nil {
		t.Fatal(err)
	}
	return item
}

func remove(name string) *generic.UpdateItem {
	return &generic.UpdateItem{Item: &generic.Item{Id: &generic.Item_ID{Model: "linux.interfaces.interface", Name: name}}}
}

func resultsOf(response *generic.SetConfigResponse) []string {
	var results []string
	for _, r := range response.GetResults() {
		results = append(results, fmt.Sprint(r.GetKey(), " ", r.GetStatus().GetStatus(), " ", r.GetStatus().GetMessage()))
	}
	return results
}

func TestSetConfig(t *testing.T) {
	conn, p, _, scheduler := startGRPC(t)
	manager := generic.NewManagerServiceClient(conn)
	ctx := context.Background()
	response, err := manager.SetConfig(ctx, &generic.SetConfigRequest{Updates: []*generic.UpdateItem{
		{Item: item(t, iface("a", 1)), Labels: map[string]string{"x": "1"}},
		{Item: item(t, iface("b//c", 1))},
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"seqnum NONEXISTENT 0", prefix + "a CONFIGURED ", prefix + "b/c CONFIGURED "}
	if got := resultsOf(response); !reflect.DeepEqual(got, want) {
		t.Errorf("results %q, want %q", got, want)
	}
	if _, retry := kvs.IsWithRetry(scheduler.lastTxn().ctx); !retry {
		t.Error("no retry")
	}
	if labels := p.ListLabels(prefix + "a"); labels["x"] != "1" {
		t.Errorf("labels %v", labels)
	}
	if len(p.store.List("grpc")) != 2 {
		t.Errorf("grpc has %v", p.store.List("grpc"))
	}
	// An item is deleted under the key that it was set under.
	if _, err := manager.SetConfig(ctx, &generic.SetConfigRequest{Updates: []*generic.UpdateItem{remove("b//c")}}); err != nil {
		t.Fatal(err)
	}
	if keys := scheduler.keys(); keys != prefix+"a" {
		t.Errorf("after delete: %s", keys)
	}
	// Others keep what they have.
	named := metadata.AppendToOutgoingContext(ctx, "datasrc", "mine")
	if _, err := manager.SetConfig(named, &generic.SetConfigRequest{
		Updates: []*generic.UpdateItem{{Item: item(t, iface("m", 1))}}, OverwriteAll: true,
	}); err != nil {
		t.Fatal(err)
	}
	if keys := scheduler.keys(); keys != prefix+"a "+prefix+"m" {
		t.Errorf("after the resync of another source: %s", keys)
	}
	if resync, _ := kvs.IsResync(scheduler.lastTxn().ctx); resync != kvs.FullResync {
		t.Errorf("overwrite_all is %v", resync)
	}
}

func TestSetConfigRefuses(t *testing.T) {
	conn, _, _, scheduler := startGRPC(t)
	manager := generic.NewManagerServiceClient(conn)
	unknown := item(t, iface("a", 1))
	unknown.Id.Model = "x.y"
	broken := item(t, iface("a", 1))
	broken.GetData().GetAny().Value = []byte{0xff}
	for name, tc := range map[string]struct {
		update *generic.UpdateItem
		err    string
	}{
		"nil item":      {&generic.UpdateItem{}, "change item is nil"},
		"neither":       {&generic.UpdateItem{Item: &generic.Item{}}, "ProtoItem has no key or val defined."},
		"unknown model": {&generic.UpdateItem{Item: unknown}, "no model registered for name x.y"},
		"broken data":   {&generic.UpdateItem{Item: broken}, "unmarshal"},
		"empty name":    {&generic.UpdateItem{Item: item(t, iface("", 1))}, "the name is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := manager.SetConfig(context.Background(), &generic.SetConfigRequest{
				Updates: []*generic.UpdateItem{{Item: item(t, iface("good", 1))}, tc.update},
			})
			if status.Code(err) != codes.InvalidArgument || !strings.Contains(err.Error(), tc.err) {
				t.Errorf("error %v, want %s", err, tc.err)
			}
		})
	}
	if scheduler.count() != 0 {
		t.Error("something was applied")
	}
}

// If some values fail the client still learns what became of each.
func TestSetConfigPartialFailure(t *testing.T) {
	conn, _, _, scheduler := startGRPC(t)
	scheduler.fail[prefix+"b"] = errors.New("no such device")
	_, err := generic.NewManagerServiceClient(conn).SetConfig(context.Background(), &generic.SetConfigRequest{
		Updates: []*generic.UpdateItem{{Item: item(t, iface("a", 1))}, {Item: item(t, iface("b", 1))}},
	})
	failure := status.Convert(err)
	if failure.Code() != codes.FailedPrecondition || failure.Message() != "KeyErrors: ["+prefix+"b (CREATE): no such device]" {
		t.Errorf("error %v", err)
	}
	if len(failure.Details()) != 1 {
		t.Fatalf("details %v", failure.Details())
	}
	want := []string{"seqnum NONEXISTENT 0", prefix + "a CONFIGURED ", prefix + "b FAILED no such device"}
	if got := resultsOf(failure.Details()[0].(*generic.SetConfigResponse)); !reflect.DeepEqual(got, want) {
		t.Errorf("results %q, want %q", got, want)
	}
}

func TestGetConfig(t *testing.T) {
	conn, p, store, _ := startGRPC(t)
	manager := generic.NewManagerServiceClient(conn)
	ctx := context.Background()
	if err := store.resync(ctx, prefix+"a", `{"name":"a","mtu":1}`, prefix+"b", `{"name":"b"}`, prefix+"never", "{"); err != nil {
		t.Fatal(err)
	}
	if err := store.change(ctx, prefix+"a", "{"); err != nil {
		t.Fatal(err)
	}
	p.store.AddLabel(prefix+"b", "x", "1")
	get := func(req *generic.GetConfigRequest) map[string]*generic.ConfigItem {
		t.Helper()
		response, err := manager.GetConfig(ctx, req)
		if err != nil {
			t.Fatal(err)
		}
		items := make(map[string]*generic.ConfigItem)
		for _, item := range response.GetItems() {
			items[item.GetItem().GetId().GetName()] = item
		}
		return items
	}

	all := get(&generic.GetConfigRequest{})
	if names := slices.Sorted(maps.Keys(all)); !reflect.DeepEqual(names, []string{"a", "b"}) {
		t.Errorf("items %v", names)
	}
	if st := all["b"]; st.GetStatus().GetStatus() != "CONFIGURED" || st.GetLabels()["x"] != "1" {
		t.Errorf("b is %v", st)
	}
	if st := all["a"].GetStatus(); st.GetStatus() != "INVALID" || !strings.Contains(st.GetMessage(), "unexpected EOF") {
		t.Errorf("status of a is %v", st)
	}
	if kept, err := models.UnmarshalItem(all["a"].GetItem()); err != nil || !proto.Equal(kept, iface("a", 1)) {
		t.Errorf("a is %v, %v", kept, err)
	}

	ids := []*generic.Item_ID{{Model: "linux.interfaces.interface", Name: "never"}, {Model: "linux.interfaces.interface", Name: "b"}}
	asked := get(&generic.GetConfigRequest{Ids: ids})
	if names := slices.Sorted(maps.Keys(asked)); !reflect.DeepEqual(names, []string{"b", "never"}) {
		t.Errorf("items %v", names)
	}
	if never := asked["never"]; never.GetStatus().GetStatus() != "INVALID" || never.GetItem().GetData() != nil {
		t.Errorf("never is %v", never)
	}
	if some := get(&generic.GetConfigRequest{Labels: map[string]string{"x": ""}}); len(some) != 1 || some["b"] == nil {
		t.Errorf("items with label: %v", some)
	}
	_, err := manager.GetConfig(ctx, &generic.GetConfigRequest{Ids: ids, Labels: map[string]string{"x": ""}})
	if status.Code(err) != codes.InvalidArgument || !strings.Contains(err.Error(), "both fields of the request are not nil!") {
		t.Errorf("error %v", err)
	}
}

func TestDumpState(t *testing.T) {
	conn, _, _, scheduler := startGRPC(t)
	manager := generic.NewManagerServiceClient(conn)
	scheduler.state = []kvs.KVWithMetadata{
		{Key: "linux/interface/host-name/eth0", Value: &emptypb.Empty{}},
		{Key: prefix + "a", Value: iface("a", 1)},
	}
	response, err := manager.DumpState(context.Background(), &generic.DumpStateRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if items := response.GetItems(); len(items) != 1 || items[0].GetItem().GetId().GetName() != "a" {
		t.Errorf("items %v", items)
	}
	stream, err := manager.Subscribe(context.Background(), &generic.SubscribeRequest{})
	if err == nil {
		_, err = stream.Recv()
	}
	if status.Code(err) != codes.Unimplemented {
		t.Errorf("subscribe: %v", err)
	}
}

func TestMeta(t *testing.T) {
	conn, _, _, _ := startGRPC(t)
	meta := generic.NewMetaServiceClient(conn)
	ctx := context.Background()
	known, err := meta.KnownModels(ctx, &generic.KnownModelsRequest{Class: "config"})
	if err != nil {
		t.Fatal(err)
	}
	if len(known.GetKnownModels()) != len(models.RegisteredModels()) {
		t.Errorf("%d models", len(known.GetKnownModels()))
	}
	if none, err := meta.KnownModels(ctx, &generic.KnownModelsRequest{Class: "metrics"}); err != nil || len(none.GetKnownModels()) != 0 {
		t.Errorf("metrics: %v, %v", none, err)
	}
	// Every file can be linked with what comes with it, and twice the same.
	for range 2 {
		for _, model := range known.GetKnownModels() {
			path, err := models.ModelOptionFor("protoFile", model.GetOptions())
			if err != nil {
				t.Fatal(err)
			}
			response, err := meta.ProtoFileDescriptor(ctx, &generic.ProtoFileDescriptorRequest{FullProtoFileName: path})
			if err != nil {
				t.Fatal(err)
			}
			set := &descriptorpb.FileDescriptorSet{File: append(response.GetFileImportDescriptors().GetFile(), response.GetFileDescriptor())}
			files, err := protodesc.NewFiles(set)
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			if _, err := files.FindFileByPath(path); err != nil {
				t.Error(err)
			}
		}
	}
	_, err = meta.ProtoFileDescriptor(ctx, &generic.ProtoFileDescriptorRequest{FullProtoFileName: "nowhere.proto"})
	if status.Code(err) != codes.NotFound {
		t.Errorf("unknown file: %v", err)
	}
}

// A file without imports comes with an empty set of them, not without.
func TestMetaWithoutImports(t *testing.T) {
	reg := models.NewRegistry()
	if _, err := reg.Register(&emptypb.Empty{}, models.Spec{Module: "m", Type: "t"}); err != nil {
		t.Fatal(err)
	}
	response, err := (&metaService{registry: reg}).ProtoFileDescriptor(context.Background(),
		&generic.ProtoFileDescriptorRequest{FullProtoFileName: "google/protobuf/empty.proto"})
	if err != nil || response.GetFileImportDescriptors() == nil {
		t.Errorf("%v, %v", response, err)
	}
}

//nolint:staticcheck // existing clients ask for v1alpha
func TestReflection(t *testing.T) {
	conn, _, _, _ := startGRPC(t)
	stream, err := reflectionpb.NewServerReflectionClient(conn).ServerReflectionInfo(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	err = stream.Send(&reflectionpb.ServerReflectionRequest{
		MessageRequest: &reflectionpb.ServerReflectionRequest_ListServices{},
	})
	if err != nil {
		t.Fatal(err)
	}
	response, err := stream.Recv()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, service := range response.GetListServicesResponse().GetService() {
		names = append(names, service.GetName())
	}
	for _, want := range []string{"ligato.generic.ManagerService", "ligato.generic.MetaService"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is not among %v", want, names)
		}
	}
	if err := stream.CloseSend(); err != nil {
		t.Error(err)
	}
}

func TestHasCorrectLabels(t *testing.T) {
	have := Labels{"x": "1", "y": ""}
	for _, tc := range []struct {
		want    map[string]string
		correct bool
	}{
		{nil, true},
		{map[string]string{"x": "1"}, true},
		{map[string]string{"x": "2"}, false},
		{map[string]string{"x": ""}, true},
		{map[string]string{"y": "", "x": "1"}, true},
		{map[string]string{"z": ""}, false},
		{map[string]string{"!z": ""}, true},
		{map[string]string{"!x": ""}, false},
		{map[string]string{"!x": "1"}, false},
		{map[string]string{"!x": "2"}, true},
		{map[string]string{"x": "1", "!y": ""}, false},
	} {
		if correct := HasCorrectLabels(tc.want, have); correct != tc.correct {
			t.Errorf("%v: %v", tc.want, correct)
		}
	}
}

func TestContainsItemID(t *testing.T) {
	id := func(model, name string) *generic.Item_ID { return &generic.Item_ID{Model: model, Name: name} }
	want := []*generic.Item_ID{id("m", "a"), id("m", "b")}
	for _, tc := range []struct {
		want     []*generic.Item_ID
		have     *generic.Item_ID
		contains bool
	}{
		{nil, id("m", "a"), true},
		{want, id("m", "b"), true},
		{want, id("m", "c"), false},
		{want, id("n", "a"), false},
	} {
		if contains := ContainsItemID(tc.want, tc.have); contains != tc.contains {
			t.Errorf("%v among %v: %v", tc.have, tc.want, contains)
		}
	}
}
