// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package remoteclient_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/emptypb"

	"go.ligato.io/vpp-agent/v3/client"
	"go.ligato.io/vpp-agent/v3/client/remoteclient"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/orchestrator"
	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
	"go.ligato.io/vpp-agent/v3/proto/ligato/linux"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
)

// patience is only spent when a test fails.
const patience = time.Minute

type server struct{ *grpc.Server }

func (s server) GetServer() *grpc.Server { return s.Server }
func (s server) IsDisabled() bool        { return false }

func dial(t *testing.T, s *grpc.Server) *grpc.ClientConn {
	t.Helper()
	listener := bufconn.Listen(1 << 16)
	go func() { _ = s.Serve(listener) }()
	t.Cleanup(s.Stop)
	conn, err := grpc.NewClient("passthrough:agent",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// newAgent returns a connection to an agent that applies interfaces, but for
// those that are named "refused".
func newAgent(t *testing.T) *grpc.ClientConn {
	t.Helper()
	s := server{grpc.NewServer()}
	scheduler := kvscheduler.NewPlugin(kvscheduler.UseDeps(func(deps *kvscheduler.Deps) { deps.HTTPHandlers = nil }))
	dispatcher := orchestrator.NewPlugin(func(p *orchestrator.Plugin) {
		p.GRPC, p.KVScheduler, p.Watcher = s, scheduler, nil
	})
	prefix := linux_interfaces.ModelInterface.KeyPrefix()
	for _, err := range []error{
		scheduler.Init(),
		scheduler.RegisterKVDescriptor(&kvs.KVDescriptor{
			Name:        "linux-interface",
			NBKeyPrefix: prefix,
			KeySelector: func(key string) bool { return strings.HasPrefix(key, prefix) },
			Create: func(key string, _ proto.Message) (kvs.Metadata, error) {
				if strings.HasSuffix(key, "/refused") {
					return nil, errors.New("refused by the host")
				}
				return nil, nil
			},
			Delete:             func(string, proto.Message, kvs.Metadata) error { return nil },
			IsRetriableFailure: func(error) bool { return false },
		}),
		dispatcher.Init(),
		dispatcher.AfterInit(),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		_ = dispatcher.Close()
		_ = scheduler.Close()
	})
	return dial(t, s.Server)
}

func newClient(t *testing.T, options ...remoteclient.NewClientOption) client.ConfigClient {
	t.Helper()
	c, err := remoteclient.NewClientGRPC(newAgent(t), options...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func testContext(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

func iface(name string) *linux_interfaces.Interface { return &linux_interfaces.Interface{Name: name} }

func names(t *testing.T, get func(dsts ...interface{}) error) string {
	t.Helper()
	var found linux.ConfigData
	if err := get(&found); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, i := range found.Interfaces {
		all = append(all, i.GetName())
	}
	return strings.Join(all, " ")
}

func TestChange(t *testing.T) {
	c := newClient(t)
	if err := c.ChangeRequest().Update(iface("a"), iface("b")).Send(testContext(t)); err != nil {
		t.Fatal(err)
	}
	if got := names(t, c.GetConfig); got != "a b" {
		t.Errorf("interfaces %s", got)
	}
	if err := c.ChangeRequest().Update(iface("c")).Delete(iface("a")).Send(testContext(t)); err != nil {
		t.Fatal(err)
	}
	if got := names(t, c.GetConfig); got != "b c" {
		t.Errorf("interfaces %s", got)
	}
	if err := c.ResyncConfig(iface("d")); err != nil {
		t.Fatal(err)
	}
	if got := names(t, c.GetConfig); got != "d" {
		t.Errorf("interfaces %s", got)
	}
}

func TestItems(t *testing.T) {
	c := newClient(t)
	results, err := c.UpdateItems(testContext(t), []client.UpdateItem{
		{Message: iface("a"), Labels: map[string]string{"team": "red"}},
		{Message: iface("refused")},
	}, false)
	if status.Code(err) != codes.FailedPrecondition {
		t.Errorf("error %v", err)
	}
	// The agent tells what became of each value although some were refused.
	var got []string
	for _, r := range results {
		got = append(got, strings.TrimPrefix(r.Key, linux_interfaces.ModelInterface.KeyPrefix())+" "+r.Status.GetStatus()+" "+r.Status.GetMessage())
	}
	if want := "seqnum NONEXISTENT 0, a CONFIGURED , refused FAILED refused by the host"; strings.Join(got, ", ") != want {
		t.Errorf("results %q", got)
	}
	for _, tc := range []struct {
		filter client.Filter
		want   string
	}{
		{client.Filter{}, "a refused"},
		{client.Filter{Labels: map[string]string{"team": "red"}}, "a"},
		{client.Filter{Ids: []*generic.Item_ID{{Model: "linux.interfaces.interface", Name: "refused"}}}, "refused"},
	} {
		get := func(dsts ...interface{}) error { return c.GetFilteredConfig(tc.filter, dsts...) }
		if got := names(t, get); got != tc.want {
			t.Errorf("filter %v: %s, want %s", tc.filter, got, tc.want)
		}
	}
	if err := c.GetFilteredConfig(client.Filter{Labels: map[string]string{"a": ""}, Ids: []*generic.Item_ID{{}}}); err == nil {
		t.Error("ids and labels are accepted together")
	}
	items, err := c.GetItems(testContext(t))
	if err != nil || len(items) != 2 || items[0].GetLabels()["team"] != "red" {
		t.Errorf("items %v, %v", items, err)
	}
	state, err := c.DumpState()
	if err != nil || len(state) != 1 || state[0].GetItem().GetId().GetName() != "a" {
		t.Errorf("state %v, %v", state, err)
	}
	if results, err = c.DeleteItems(testContext(t), []client.UpdateItem{{Message: iface("a")}}); err != nil || len(results) != 2 {
		t.Errorf("results %v, %v", results, err)
	}
	err = c.NewItemChange().Update(client.UpdateItem{Message: iface("y")}).Delete(client.UpdateItem{Message: iface("refused")}).Send(testContext(t))
	if got := names(t, c.GetConfig); err != nil || got != "y" {
		t.Errorf("interfaces %s, %v", got, err)
	}
}

func TestErrors(t *testing.T) {
	c := newClient(t)
	for name, send := range map[string]func(context.Context) error{
		"no model":   c.ChangeRequest().Update(&emptypb.Empty{}).Send,
		"no message": c.NewItemChange().Delete(client.UpdateItem{}).Send,
		"no name":    c.ChangeRequest().Update(iface("")).Send,
	} {
		if err := send(testContext(t)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if got := names(t, c.GetConfig); got != "" {
		t.Errorf("interfaces %s", got)
	}
}

// TestRemoteRegistry configures by descriptors that came from the agent, as a
// program does that has no models linked in.
func TestRemoteRegistry(t *testing.T) {
	c := newClient(t, remoteclient.UseRemoteRegistry("config"))
	infos, err := c.KnownModels("config")
	if err != nil {
		t.Fatal(err)
	}
	config, err := client.NewDynamicConfig(infos)
	if err != nil {
		t.Fatal(err)
	}
	descriptor := findMessage(t, infos, "ligato.linux.interfaces.Interface")
	if descriptor.MessageDescriptor == iface("").ProtoReflect().Descriptor() {
		t.Error("descriptor is not of the agent")
	}
	message := dynamicpb.NewMessage(descriptor.MessageDescriptor)
	message.Set(descriptor.MessageDescriptor.Fields().ByName("name"), protoreflect.ValueOfString("a"))
	if err := c.ChangeRequest().Update(message).Send(testContext(t)); err != nil {
		t.Fatal(err)
	}
	if err := c.GetConfig(config); err != nil {
		t.Fatal(err)
	}
	values, err := client.DynamicConfigExport(config)
	if err != nil || len(values) != 1 || !proto.Equal(values[0], iface("a")) {
		t.Errorf("values %v, %v", values, err)
	}
	if err := c.ChangeRequest().Delete(message).Send(testContext(t)); err != nil {
		t.Fatal(err)
	}
	if got := names(t, c.GetConfig); got != "" {
		t.Errorf("interfaces %s", got)
	}
}

func findMessage(t *testing.T, infos []*client.ModelInfo, name string) *client.ModelInfo {
	t.Helper()
	for _, info := range infos {
		if info.GetProtoName() == name {
			return info
		}
	}
	t.Fatalf("no model of %s", name)
	return nil
}

// brokenAgent tells of models what a test wants.
type brokenAgent struct {
	generic.UnimplementedMetaServiceServer
	model generic.ModelDetail
	file  *descriptorpb.FileDescriptorProto
}

func (b *brokenAgent) KnownModels(context.Context, *generic.KnownModelsRequest) (*generic.KnownModelsResponse, error) {
	return &generic.KnownModelsResponse{KnownModels: []*generic.ModelDetail{&b.model}}, nil
}

func (b *brokenAgent) ProtoFileDescriptor(context.Context, *generic.ProtoFileDescriptorRequest) (*generic.ProtoFileDescriptorResponse, error) {
	return &generic.ProtoFileDescriptorResponse{FileDescriptor: b.file}, nil
}

// TestRemoteModels has agents tell of models that cannot be used.
func TestRemoteModels(t *testing.T) {
	file := func(change func(*descriptorpb.FileDescriptorProto)) *descriptorpb.FileDescriptorProto {
		f := &descriptorpb.FileDescriptorProto{
			Name: proto.String("m.proto"), Package: proto.String("m"), Syntax: proto.String("proto3"),
			MessageType: []*descriptorpb.DescriptorProto{{
				Name: proto.String("M"),
				Field: []*descriptorpb.FieldDescriptorProto{{
					Name: proto.String("name"), Number: proto.Int32(1),
					Type:  descriptorpb.FieldDescriptorProto_TYPE_STRING.Enum(),
					Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
				}},
			}},
		}
		change(f)
		return f
	}
	same := func(*descriptorpb.FileDescriptorProto) {}
	option := func(key, value string) *generic.ModelDetail_Option {
		return &generic.ModelDetail_Option{Key: key, Values: []string{value}}
	}
	protoFile := option("protoFile", "m.proto")
	for name, tc := range map[string]struct {
		options []*generic.ModelDetail_Option
		file    *descriptorpb.FileDescriptorProto
		want    string
	}{
		"good":         {[]*generic.ModelDetail_Option{protoFile, option("nameTemplate", "{{.Name}}")}, file(same), ""},
		"no template":  {[]*generic.ModelDetail_Option{protoFile}, file(same), ""},
		"no file":      {nil, file(same), "protoFile"},
		"bad template": {[]*generic.ModelDetail_Option{protoFile, option("nameTemplate", "{{")}, file(same), "name template"},
		"no message": {[]*generic.ModelDetail_Option{protoFile}, file(func(f *descriptorpb.FileDescriptorProto) {
			f.MessageType[0].Name = proto.String("N")
		}), "m.M"},
		"missing import": {[]*generic.ModelDetail_Option{protoFile}, file(func(f *descriptorpb.FileDescriptorProto) {
			f.Dependency = []string{"other.proto"}
		}), "other.proto"},
	} {
		s := grpc.NewServer()
		agent := &brokenAgent{file: tc.file}
		agent.model.ProtoName = "m.M"
		agent.model.Spec = &generic.ModelSpec{Module: "m", Version: "v1", Type: "t", Class: "config"}
		agent.model.Options = tc.options
		generic.RegisterMetaServiceServer(s, agent)
		_, err := remoteclient.NewClientGRPC(dial(t, s), remoteclient.UseRemoteRegistry(""))
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := remoteclient.UseRemoteRegistry("")(client.LocalClient); err == nil {
		t.Error("a local client is accepted")
	}
}
