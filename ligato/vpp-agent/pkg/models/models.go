// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package models

import (
	"fmt"
	"path"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
)

// ModelInfo is a model together with the definition of its message.
type ModelInfo struct {
	*generic.ModelDetail
	MessageDescriptor protoreflect.MessageDescriptor
}

// Register adds a model to [DefaultRegistry]. It is meant for initialisation
// and panics where [Registry.Register] fails.
func Register(x proto.Message, spec Spec, opts ...ModelOption) KnownModel {
	model, err := DefaultRegistry.Register(x, spec, opts...)
	if err != nil {
		panic(err)
	}
	return model
}

// RegisterModelInfos adds models of messages without Go type to
// [DefaultRegistry] and returns those added. Models that are already known, or
// are not valid, are skipped.
func RegisterModelInfos(modelInfos []*ModelInfo) []KnownModel {
	var added []KnownModel
	for _, info := range modelInfos {
		if info == nil || info.MessageDescriptor == nil {
			continue
		}
		opt, err := nameOptionOf(info)
		if err != nil {
			continue
		}
		model, err := DefaultRegistry.Register(dynamicpb.NewMessage(info.MessageDescriptor), ToSpec(info.GetSpec()), opt)
		if err != nil {
			continue
		}
		added = append(added, model)
	}
	return added
}

// nameOptionOf does not let a name template of another process cause a panic.
func nameOptionOf(info *ModelInfo) (opt ModelOption, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("name template of %s: %v", info.GetProtoName(), r)
		}
	}()
	t, err := ModelOptionFor(optionNameTemplate, info.GetOptions())
	if err != nil {
		return withoutName(), nil
	}
	return WithNameTemplate(t), nil
}

// RegisteredModels returns all models of [DefaultRegistry], sorted by name.
func RegisteredModels() []KnownModel {
	return DefaultRegistry.RegisteredModels()
}

// Key returns the key of an instance. It panics where [GetKey] fails.
func Key(x proto.Message) string {
	key, err := GetKey(x)
	if err != nil {
		panic(err)
	}
	return key
}

// Name returns the name of an instance. It panics where [GetName] fails.
func Name(x proto.Message) string {
	name, err := GetName(x)
	if err != nil {
		panic(err)
	}
	return name
}

// GetKey returns the key of an instance. It fails if there is no model for its
// type, or its name cannot be derived. The key of an instance with an empty
// name is not valid for any model.
func GetKey(x proto.Message) (string, error) {
	return GetKeyUsingModelRegistry(x, DefaultRegistry)
}

// GetKeyUsingModelRegistry is [GetKey] with models of the given registry.
func GetKeyUsingModelRegistry(x proto.Message, modelRegistry Registry) (string, error) {
	model, err := modelRegistry.GetModelFor(x)
	if err != nil {
		return "", fmt.Errorf("cannot find known model for message (while getting key for model) due to: %w", err)
	}
	name, err := model.InstanceName(x)
	if err != nil {
		return "", err
	}
	return instanceKey(model, name), nil
}

// instanceKey is the one place that makes keys, so that an instance has the
// same key however it is referred to.
func instanceKey(model KnownModel, name string) string {
	return path.Join(model.KeyPrefix(), name)
}

// GetName returns the name of an instance. It fails if there is no model for
// its type, or the name cannot be derived.
func GetName(x proto.Message) (string, error) {
	model, err := GetModelFor(x)
	if err != nil {
		return "", err
	}
	return model.InstanceName(x)
}

// GetModel returns the model with the given name.
func GetModel(name string) (KnownModel, error) {
	return GetModelFromRegistry(name, DefaultRegistry)
}

// GetModelFromRegistry is [GetModel] with models of the given registry.
func GetModelFromRegistry(name string, modelRegistry Registry) (KnownModel, error) {
	return modelRegistry.GetModel(name)
}

// GetModelFor returns the model for the type of a message.
func GetModelFor(x proto.Message) (KnownModel, error) {
	return GetModelFromRegistryFor(x, DefaultRegistry)
}

// GetModelFromRegistryFor is [GetModelFor] with models of the given registry.
func GetModelFromRegistryFor(x proto.Message, modelRegistry Registry) (KnownModel, error) {
	return modelRegistry.GetModelFor(x)
}

// GetModelForKey returns the model that the key is valid for.
func GetModelForKey(key string) (KnownModel, error) {
	return DefaultRegistry.GetModelForKey(key)
}

// ModelOptionFor returns the first value of the option with the given key. It
// is an error if the option is missing or its value blank.
func ModelOptionFor(key string, options []*generic.ModelDetail_Option) (string, error) {
	for _, option := range options {
		if option.GetKey() != key {
			continue
		}
		if len(option.GetValues()) == 0 {
			return "", fmt.Errorf("model option %q has no value", key)
		}
		if strings.TrimSpace(option.GetValues()[0]) == "" {
			return "", fmt.Errorf("model option %q is blank", key)
		}
		return option.GetValues()[0], nil
	}
	return "", fmt.Errorf("model has no option %q", key)
}
