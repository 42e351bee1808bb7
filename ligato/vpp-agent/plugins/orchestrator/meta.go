// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package orchestrator

import (
	"context"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"go.ligato.io/vpp-agent/v3/pkg/models"
	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
)

// metaService implements generic.MetaService.
type metaService struct {
	generic.UnimplementedMetaServiceServer
	registry models.Registry
	// files are the replies for the files that were asked for. Clients ask for
	// all of them at the begin of each command, and files do not change.
	files sync.Map
}

// KnownModels returns the models of one class, or all.
func (s *metaService) KnownModels(_ context.Context, req *generic.KnownModelsRequest) (*generic.KnownModelsResponse, error) {
	response := &generic.KnownModelsResponse{}
	for _, model := range s.registry.RegisteredModels() {
		if req.GetClass() == "" || req.GetClass() == model.Spec().Class {
			response.KnownModels = append(response.KnownModels, model.ModelDetail())
		}
	}
	return response, nil
}

// ProtoFileDescriptor returns the file with the message of a model, and all
// files that it needs.
func (s *metaService) ProtoFileDescriptor(_ context.Context, req *generic.ProtoFileDescriptorRequest) (*generic.ProtoFileDescriptorResponse, error) {
	path := req.GetFullProtoFileName()
	if cached, ok := s.files.Load(path); ok {
		return cached.(*generic.ProtoFileDescriptorResponse), nil
	}
	for _, model := range s.registry.RegisteredModels() {
		if model.ProtoFile() != path {
			continue
		}
		file := model.NewInstance().ProtoReflect().Descriptor().ParentFile()
		response := &generic.ProtoFileDescriptorResponse{
			FileDescriptor:        protodesc.ToFileDescriptorProto(file),
			FileImportDescriptors: &descriptorpb.FileDescriptorSet{File: imports(file)},
		}
		s.files.Store(path, response)
		return response, nil
	}
	return nil, status.Errorf(codes.NotFound, "no model is defined in proto file %q", path)
}

// imports returns everything that a file imports, directly or not, each once
// and after what it needs itself.
func imports(file protoreflect.FileDescriptor) []*descriptorpb.FileDescriptorProto {
	var all []*descriptorpb.FileDescriptorProto
	seen := make(map[string]bool)
	var visit func(protoreflect.FileDescriptor)
	visit = func(file protoreflect.FileDescriptor) {
		for i := range file.Imports().Len() {
			imported := file.Imports().Get(i).FileDescriptor
			if seen[imported.Path()] || imported.IsPlaceholder() {
				continue
			}
			seen[imported.Path()] = true
			visit(imported)
			all = append(all, protodesc.ToFileDescriptorProto(imported))
		}
	}
	visit(file)
	return all
}
