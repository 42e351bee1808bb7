// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeagent

import (
	"context"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.ligato.io/vpp-agent/v3/pkg/models"
	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
	_ "go.ligato.io/vpp-agent/v3/proto/ligato/linux" // its models
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	linux_l3 "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"
	_ "go.ligato.io/vpp-agent/v3/proto/ligato/netalloc" // its models
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// GRPC is a gRPC server.
type GRPC struct {
	generic.UnimplementedManagerServiceServer
	generic.UnimplementedMetaServiceServer

	// Streams are what clients can follow.
	Streams

	Address string
	// Models are what the agent knows beside those that are linked in.
	Models []*generic.ModelDetail

	mu    sync.Mutex
	items map[string]*generic.ConfigItem // by key
	// Requests are the changes asked for so far.
	requests []*generic.SetConfigRequest
}

// StartGRPC starts a server. Pending has the configuration that was recorded.
func StartGRPC(t *testing.T, phase string) *GRPC {
	t.Helper()
	g := &GRPC{items: map[string]*generic.ConfigItem{}, Streams: newStreams()}
	if phase == Pending {
		for _, m := range []proto.Message{
			&linux_interfaces.Interface{Name: "uplink", Type: linux_interfaces.Interface_EXISTING, Enabled: true, HostIfName: "hostA", IpAddresses: []string{"10.11.1.1/24"}},
			&linux_interfaces.Interface{Name: "mgmt", Type: linux_interfaces.Interface_EXISTING, Enabled: true, HostIfName: "hostB", IpAddresses: []string{"10.12.1.1/24"}, LinkOnly: true},
			&linux_l3.Route{OutgoingInterface: "uplink", Scope: linux_l3.Route_GLOBAL, DstNetwork: "10.99.0.0/24", GwAddr: "10.11.1.254"},
		} {
			item, err := models.MarshalItem(m)
			if err != nil {
				t.Fatal(err)
			}
			g.items[models.Key(m)] = &generic.ConfigItem{Item: item, Status: &generic.ItemStatus{Status: "PENDING"}}
		}
	}
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g.Address = lis.Addr().String()
	server := grpc.NewServer()
	generic.RegisterManagerServiceServer(server, g)
	generic.RegisterMetaServiceServer(server, g)
	g.register(server)
	go func() { _ = server.Serve(lis) }()
	t.Cleanup(server.Stop)
	return g
}

// Requests returns the changes asked for so far.
func (g *GRPC) Requests() []*generic.SetConfigRequest {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.requests)
}

// KnownModels implements generic.MetaServiceServer.
func (g *GRPC) KnownModels(_ context.Context, req *generic.KnownModelsRequest) (*generic.KnownModelsResponse, error) {
	resp := &generic.KnownModelsResponse{KnownModels: slices.Clone(g.Models)}
	for _, m := range models.RegisteredModels() {
		if req.GetClass() == "" || m.Spec().Class == req.GetClass() {
			resp.KnownModels = append(resp.KnownModels, m.ModelDetail())
		}
	}
	return resp, nil
}

// ProtoFileDescriptor implements generic.MetaServiceServer.
func (g *GRPC) ProtoFileDescriptor(_ context.Context, req *generic.ProtoFileDescriptorRequest) (*generic.ProtoFileDescriptorResponse, error) {
	file, err := protoregistry.GlobalFiles.FindFileByPath(req.GetFullProtoFileName())
	if err != nil {
		return nil, status.Error(codes.NotFound, err.Error())
	}
	imports := &descriptorpb.FileDescriptorSet{}
	addImports(imports, file)
	return &generic.ProtoFileDescriptorResponse{FileDescriptor: protodesc.ToFileDescriptorProto(file), FileImportDescriptors: imports}, nil
}

func addImports(set *descriptorpb.FileDescriptorSet, file protoreflect.FileDescriptor) {
	for i := range file.Imports().Len() {
		imported := file.Imports().Get(i).FileDescriptor
		set.File = append(set.File, protodesc.ToFileDescriptorProto(imported))
		addImports(set, imported)
	}
}

// GetConfig implements generic.ManagerServiceServer.
func (g *GRPC) GetConfig(_ context.Context, req *generic.GetConfigRequest) (*generic.GetConfigResponse, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	resp := &generic.GetConfigResponse{}
	for _, key := range g.keys() {
		item := g.items[key]
		matches := true
		for name, want := range req.GetLabels() {
			have, ok := item.GetLabels()[name]
			matches = matches && ok && (want == "" || want == have)
		}
		if matches {
			resp.Items = append(resp.Items, item)
		}
	}
	return resp, nil
}

// DumpState implements generic.ManagerServiceServer. Nothing is applied.
func (g *GRPC) DumpState(context.Context, *generic.DumpStateRequest) (*generic.DumpStateResponse, error) {
	return &generic.DumpStateResponse{}, nil
}

// SetConfig implements generic.ManagerServiceServer. Everything gets PENDING,
// and a value with "refuse" in its name fails.
func (g *GRPC) SetConfig(_ context.Context, req *generic.SetConfigRequest) (*generic.SetConfigResponse, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.requests = append(g.requests, req)
	if req.GetOverwriteAll() {
		clear(g.items)
	}
	resp := &generic.SetConfigResponse{Results: []*generic.UpdateResult{{
		Key: "seqnum", Status: &generic.ItemStatus{Status: "NONEXISTENT", Message: "7"},
	}}}
	for _, update := range req.GetUpdates() {
		key, err := models.GetKeyForItem(update.GetItem())
		if err != nil {
			return nil, status.Error(codes.InvalidArgument, err.Error())
		}
		if strings.Contains(key, "refuse") {
			return nil, status.Errorf(codes.FailedPrecondition, "KeyErrors: [%s (CREATE): refused]", key)
		}
		result := &generic.ItemStatus{Status: "PENDING", Message: "host-interface-exists"}
		if update.GetItem().GetData() == nil {
			delete(g.items, key)
			result = &generic.ItemStatus{Status: "REMOVED"}
		} else {
			g.items[key] = &generic.ConfigItem{Item: update.GetItem(), Status: result, Labels: update.GetLabels()}
		}
		resp.Results = append(resp.Results, &generic.UpdateResult{Key: key, Status: result})
	}
	return resp, nil
}

func (g *GRPC) keys() []string {
	keys := make([]string, 0, len(g.items))
	for key := range g.items {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
