// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"go.ligato.io/vpp-agent/v3/pkg/models"
	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

// Classes of models. An empty class means all.
const (
	ClassConfig  = "config"
	ClassMetrics = "metrics"
)

// Model describes a kind of value that an agent knows.
type Model struct {
	Name         string
	Class        string
	Module       string
	Type         string
	Version      string
	KeyPrefix    string // without slash at the end if there is only one value
	NameTemplate string `json:",omitempty"`
	ProtoName    string
	ProtoFile    string
}

// InstanceName returns the name of the value with the key, and whether the key
// belongs to the model.
func (m Model) InstanceName(key string) (string, bool) {
	prefix := m.KeyPrefix
	if m.NameTemplate == "" && key == strings.TrimSuffix(prefix, "/") {
		return "", true
	}
	if !strings.HasSuffix(prefix, "/") {
		return "", false
	}
	name, ok := strings.CutPrefix(key, prefix)
	return name, ok && name != ""
}

// Models are the models of an agent, sorted by class, name and version.
type Models []Model

// ForKey returns the model that a key belongs to and the name of the value.
func (ms Models) ForKey(key string) (model Model, name string, ok bool) {
	for _, m := range ms {
		if n, belongs := m.InstanceName(key); belongs && len(m.KeyPrefix) > len(model.KeyPrefix) {
			model, name, ok = m, n, true
		}
	}
	return model, name, ok
}

// KnownModels asks the agent for its models of a class.
func (c *Client) KnownModels(ctx context.Context, class string) (Models, error) {
	resp, err := generic.NewMetaServiceClient(c.grpc).KnownModels(ctx, &generic.KnownModelsRequest{Class: class})
	c.log.Debug("gRPC KnownModels", "class", class, "models", len(resp.GetKnownModels()), "error", err)
	if err != nil {
		return nil, rpcError(c.grpcAddress(), err)
	}
	list := make(Models, 0, len(resp.GetKnownModels()))
	for _, detail := range resp.GetKnownModels() {
		list = append(list, modelOf(detail))
	}
	slices.SortFunc(list, func(a, b Model) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	return list, nil
}

func modelOf(detail *generic.ModelDetail) Model {
	spec := models.ToSpec(detail.GetSpec()).Normalize()
	m := Model{
		Name:      spec.ModelName(),
		Class:     spec.Class,
		Module:    spec.Module,
		Type:      spec.Type,
		Version:   spec.Version,
		KeyPrefix: spec.KeyPrefix(),
		ProtoName: detail.GetProtoName(),
	}
	// Both options are missing or blank for models that do not need them.
	m.NameTemplate, _ = models.ModelOptionFor("nameTemplate", detail.GetOptions())
	m.ProtoFile, _ = models.ModelOptionFor("protoFile", detail.GetOptions())
	if m.NameTemplate == "" {
		m.KeyPrefix = strings.TrimSuffix(m.KeyPrefix, "/")
	}
	return m
}

// Registry has the agent's models of class config with their message types,
// all of them as the agent itself describes them.
type Registry struct {
	models.Registry
	Models Models
}

// Registry asks the agent for its models and their messages.
func (c *Client) Registry(ctx context.Context) (*Registry, error) {
	known, err := c.KnownModels(ctx, ClassConfig)
	if err != nil {
		return nil, err
	}
	files, err := c.protoFiles(ctx, known)
	if err != nil {
		return nil, err
	}
	reg := &Registry{Registry: models.NewRegistry(), Models: known}
	for _, m := range known {
		desc, err := files.FindDescriptorByName(protoreflect.FullName(m.ProtoName))
		message, ok := desc.(protoreflect.MessageDescriptor)
		if err != nil || !ok {
			return nil, fmt.Errorf("the agent names the message %s of model %s but does not describe it", m.ProtoName, m.Name)
		}
		if err := reg.add(m, message); err != nil {
			return nil, fmt.Errorf("model %s of the agent: %w", m.Name, err)
		}
	}
	return reg, nil
}

func (r *Registry) add(m Model, message protoreflect.MessageDescriptor) (err error) {
	// A template that cannot be parsed is a panic, which is for programs that
	// bring their own.
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("name template: %v", cause)
		}
	}()
	var opts []models.ModelOption
	if m.NameTemplate != "" {
		opts = append(opts, models.WithNameTemplate(m.NameTemplate))
	}
	spec := models.Spec{Module: m.Module, Version: m.Version, Type: m.Type, Class: m.Class}
	_, err = r.Register(dynamicpb.NewMessage(message), spec, opts...)
	return err
}

// protoFiles fetches the files that the messages of the models are in, with all
// that they import.
func (c *Client) protoFiles(ctx context.Context, known Models) (*protoregistry.Files, error) {
	meta := generic.NewMetaServiceClient(c.grpc)
	set := &descriptorpb.FileDescriptorSet{}
	have := map[string]bool{}
	add := func(file *descriptorpb.FileDescriptorProto) {
		if file != nil && !have[file.GetName()] {
			have[file.GetName()] = true
			set.File = append(set.File, file)
		}
	}
	asked := map[string]bool{}
	for _, m := range known {
		if asked[m.ProtoFile] {
			continue
		}
		asked[m.ProtoFile] = true
		resp, err := meta.ProtoFileDescriptor(ctx, &generic.ProtoFileDescriptorRequest{FullProtoFileName: m.ProtoFile})
		c.log.Debug("gRPC ProtoFileDescriptor", "file", m.ProtoFile, "error", err)
		if err != nil {
			return nil, rpcError(c.grpcAddress(), err)
		}
		add(resp.GetFileDescriptor())
		for _, file := range resp.GetFileImportDescriptors().GetFile() {
			add(file)
		}
	}
	files, err := protodesc.NewFiles(set)
	if err != nil {
		return nil, fmt.Errorf("messages described by the agent: %w", err)
	}
	return files, nil
}

// item returns the value of an item, without its state.
func (r *Registry) item(item *generic.Item) (Item, error) {
	message, err := models.UnmarshalItemUsingModelRegistry(item, r)
	return Item{Model: item.GetId().GetModel(), Message: message}, err
}

// Marshal makes an item of a message, with the name that its model gives it.
func (r *Registry) Marshal(message proto.Message) (*generic.Item, error) {
	return models.MarshalItemUsingModelRegistry(message, r)
}

// Key returns the key of a message.
func (r *Registry) Key(message proto.Message) (string, error) {
	return models.GetKeyUsingModelRegistry(message, r)
}
