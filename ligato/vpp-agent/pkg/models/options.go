// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package models

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
)

// NameFunc derives the name of an instance from the instance.
type NameFunc func(x any) (string, error)

// ModelOption changes how a model is registered.
type ModelOption func(*modelOptions)

type modelOptions struct {
	nameTemplate string
	nameFunc     NameFunc
	// nameSet tells a name template that was set, also to "", from the default.
	nameSet bool
	// singleton says that the model has one instance without name, although
	// its message may have a name field.
	singleton bool
}

// WithNameTemplate sets the template of instance names, see [NameTemplate]. It
// panics if the template cannot be parsed. With an empty template the model
// counts as one with names, but all of them are empty.
func WithNameTemplate(t string) ModelOption {
	nameFunc := NameTemplate(t)
	return func(o *modelOptions) {
		o.nameTemplate = t
		o.nameFunc = nameFunc
		o.nameSet = true
	}
}

// OptsFromProtoDesc reads the options of a model from the options of its
// message, which is the name template (ligato.generic.model_name_template).
// Without it the result is empty. It panics if the template cannot be parsed.
func OptsFromProtoDesc(desc protoreflect.MessageDescriptor) []ModelOption {
	if !proto.HasExtension(desc.Options(), generic.E_ModelNameTemplate) {
		return nil
	}
	t, ok := proto.GetExtension(desc.Options(), generic.E_ModelNameTemplate).(string)
	if !ok {
		return nil
	}
	return []ModelOption{WithNameTemplate(t)}
}

// withoutName makes a model whose one instance has no name.
func withoutName() ModelOption {
	return func(o *modelOptions) { *o = modelOptions{singleton: true} }
}
