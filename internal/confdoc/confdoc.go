// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package confdoc writes and reads a whole configuration as one document in
// YAML or JSON, and puts the values of a configuration into messages that have a
// field for each model. It does no I/O.
//
// The shape of the document is that of the vpp-agent's dynamic configuration:
// groups by the first part of a model's module, in them a field for each model.
//
//	linuxConfig:
//	  interfaces:
//	  - name: uplink
//	    type: EXISTING
package confdoc

import (
	"fmt"
	"slices"
	"strings"

	"go.ligato.io/vpp-agent/v3/client"
	"go.ligato.io/vpp-agent/v3/pkg/models"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/ifwatcher/ifwatcher/internal/orderedyaml"
)

// classConfig is the class of the models that configuration is made of.
const classConfig = "config"

// Form is the form of the document for the models of a registry. It does not
// change when models are added.
type Form struct {
	registry models.Registry
	message  protoreflect.MessageDescriptor
}

// New returns the form for the models of configuration in a registry. It fails
// if two of them would be the same field.
func New(registry models.Registry) (*Form, error) {
	var infos []*client.ModelInfo
	for _, model := range registry.RegisteredModels() {
		if model.Spec().Class == classConfig {
			infos = append(infos, &client.ModelInfo{
				ModelDetail:       model.ModelDetail(),
				MessageDescriptor: model.NewInstance().ProtoReflect().Descriptor(),
			})
		}
	}
	// The order of models is the order of groups and fields.
	slices.SortFunc(infos, func(a, b *client.ModelInfo) int {
		return strings.Compare(models.ToSpec(a.GetSpec()).ModelName(), models.ToSpec(b.GetSpec()).ModelName())
	})
	config, err := client.NewDynamicConfig(infos)
	if err != nil {
		return nil, err
	}
	return &Form{registry: registry, message: config.Descriptor()}, nil
}

// Descriptor describes the document as a message.
func (f *Form) Descriptor() protoreflect.MessageDescriptor { return f.message }

// JSON returns a document with the given values. Each group of models is in it,
// also without values. It fails if a value has no place.
func (f *Form) JSON(values []proto.Message) ([]byte, error) {
	config := dynamicpb.NewMessage(f.message)
	left, err := Place(config, values)
	if err != nil {
		return nil, err
	}
	if len(left) > 0 {
		return nil, fmt.Errorf("no place for %s in the configuration", nameOf(left[0]))
	}
	text, err := protojson.Marshal(config)
	if err != nil {
		return nil, fmt.Errorf("write the configuration: %w", err)
	}
	return text, nil
}

// YAML is JSON as YAML, with fields in the order of their definition.
func (f *Form) YAML(values []proto.Message) ([]byte, error) {
	text, err := f.JSON(values)
	if err != nil {
		return nil, err
	}
	return orderedyaml.FromJSON(text)
}
