// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package remoteclient

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	"go.ligato.io/vpp-agent/v3/client"
	"go.ligato.io/vpp-agent/v3/pkg/models"
	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
)

// Keys of the options in generic.ModelDetail.
const (
	optionNameTemplate = "nameTemplate"
	optionProtoFile    = "protoFile"
)

// KnownModels implements client.GenericClient. It asks for the models and, once
// for each file, for their messages.
func (c *grpcClient) KnownModels(class string) ([]*client.ModelInfo, error) {
	ctx := context.Background()
	known, err := c.meta.KnownModels(ctx, &generic.KnownModelsRequest{Class: class})
	if err != nil {
		return nil, err
	}
	files := make(map[string]*descriptorpb.FileDescriptorProto)
	asked := make(map[string]bool)
	for _, model := range known.GetKnownModels() {
		path, err := models.ModelOptionFor(optionProtoFile, model.GetOptions())
		if err != nil {
			return nil, fmt.Errorf("model of %s: %w", model.GetProtoName(), err)
		}
		if asked[path] {
			continue
		}
		asked[path] = true
		response, err := c.meta.ProtoFileDescriptor(ctx, &generic.ProtoFileDescriptorRequest{FullProtoFileName: path})
		if err != nil {
			return nil, fmt.Errorf("proto file %q: %w", path, err)
		}
		files[path] = response.GetFileDescriptor()
		for _, imported := range response.GetFileImportDescriptors().GetFile() {
			files[imported.GetName()] = imported
		}
	}
	linked, err := link(files)
	if err != nil {
		return nil, err
	}
	infos := make([]*client.ModelInfo, 0, len(known.GetKnownModels()))
	for _, model := range known.GetKnownModels() {
		descriptor, err := linked.FindDescriptorByName(protoreflect.FullName(model.GetProtoName()))
		if err != nil {
			return nil, fmt.Errorf("model of %s: %w", model.GetProtoName(), err)
		}
		message, ok := descriptor.(protoreflect.MessageDescriptor)
		if !ok {
			return nil, fmt.Errorf("model of %s: it is not a message", model.GetProtoName())
		}
		infos = append(infos, &client.ModelInfo{ModelDetail: model, MessageDescriptor: message})
	}
	return infos, nil
}

// link makes descriptors of files, which must import only each other.
func link(files map[string]*descriptorpb.FileDescriptorProto) (*protoregistry.Files, error) {
	set := &descriptorpb.FileDescriptorSet{}
	for _, file := range files {
		set.File = append(set.File, file)
	}
	linked, err := protodesc.NewFiles(set)
	if err != nil {
		return nil, fmt.Errorf("link proto files: %w", err)
	}
	return linked, nil
}

// newRegistry returns a registry of models without Go types.
func newRegistry(infos []*client.ModelInfo) (models.Registry, error) {
	registry := models.NewRegistry()
	for _, info := range infos {
		if err := register(registry, info); err != nil {
			return nil, fmt.Errorf("model of %s: %w", info.GetProtoName(), err)
		}
	}
	return registry, nil
}

func register(registry models.Registry, info *client.ModelInfo) (err error) {
	// A name template that cannot be parsed is a panic, which a remote agent
	// must not be able to cause.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("name template: %v", r)
		}
	}()
	// Without template there is one instance, the name of which is empty, also
	// if the message has a field "name".
	template, err := models.ModelOptionFor(optionNameTemplate, info.GetOptions())
	if err != nil {
		template = ""
	}
	_, err = registry.Register(dynamicpb.NewMessage(info.MessageDescriptor), models.ToSpec(info.GetSpec()),
		models.WithNameTemplate(template))
	return err
}
