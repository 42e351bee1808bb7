// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package models

import (
	"fmt"
	"reflect"
	"strings"
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
)

// Keys of the options in [generic.ModelDetail].
const (
	optionNameTemplate = "nameTemplate"
	optionProtoFile    = "protoFile"
)

// KnownModel is a registered model.
type KnownModel interface {
	// Spec returns the specification, with defaults filled in.
	Spec() Spec
	// ModelDetail returns the wire form of everything about the model. It has
	// the options "nameTemplate" and "protoFile" with one value each.
	ModelDetail() *generic.ModelDetail
	// NewInstance returns a new empty message of the model's type.
	NewInstance() proto.Message
	// ProtoName returns the full name of the message type.
	ProtoName() string
	// ProtoFile returns the path of the file that defines the message type.
	ProtoFile() string
	// NameTemplate returns the template of instance names, "" if there is none.
	NameTemplate() string
	// LocalGoType returns the generated Go type, nil if the message type is
	// only known by its descriptor.
	LocalGoType() reflect.Type
	// Name returns "<module>.<type>".
	Name() string
	// KeyPrefix returns what all keys of the model begin with. It ends in a
	// slash, except for a model whose one instance has no name: there it is
	// the key.
	KeyPrefix() string
	// ParseKey returns the name of the instance that the key belongs to. It
	// also takes the model's name in place of the key prefix. Names may
	// contain slashes.
	ParseKey(key string) (name string, valid bool)
	// IsKeyValid reports whether the key is one of this model.
	IsKeyValid(key string) bool
	// StripKeyPrefix returns the instance name of a valid key, and the key
	// itself otherwise.
	StripKeyPrefix(key string) string
	// InstanceName derives the name of an instance, which may be empty.
	InstanceName(x any) (string, error)
}

// knownModel is never changed after it was registered. The zero value is the
// model that failed look-ups return.
type knownModel struct {
	spec   Spec
	opts   modelOptions
	goType reflect.Type
	name   string
	prefix string
	// desc returns the descriptor of the message type. It is a function since
	// models are registered while variables are initialised, and generated
	// code has its descriptors only after that.
	desc func() protoreflect.MessageDescriptor
}

func newModel(x proto.Message, spec Spec, opts modelOptions) *knownModel {
	m := &knownModel{
		spec: spec,
		opts: opts,
		name: spec.ModelName(),
	}
	var hasName bool
	if _, dynamic := x.(*dynamicpb.Message); dynamic {
		desc := x.ProtoReflect().Descriptor()
		m.desc = func() protoreflect.MessageDescriptor { return desc }
		field := desc.Fields().ByName("name")
		hasName = field != nil && field.Kind() == protoreflect.StringKind && !field.IsList()
	} else {
		m.goType = reflect.TypeOf(x)
		m.desc = sync.OnceValue(func() protoreflect.MessageDescriptor { return x.ProtoReflect().Descriptor() })
		_, hasName = x.(interface{ GetName() string })
	}
	if hasName && !opts.nameSet && !opts.singleton {
		WithNameTemplate("{{.Name}}")(&m.opts)
	}
	m.prefix = spec.KeyPrefix()
	if !m.opts.nameSet {
		m.prefix = strings.TrimSuffix(m.prefix, "/")
	}
	return m
}

func (m *knownModel) Spec() Spec { return m.spec }

func (m *knownModel) ModelDetail() *generic.ModelDetail {
	return &generic.ModelDetail{
		Spec:      m.spec.Proto(),
		ProtoName: m.ProtoName(),
		Options: []*generic.ModelDetail_Option{
			{Key: optionNameTemplate, Values: []string{m.opts.nameTemplate}},
			{Key: optionProtoFile, Values: []string{m.ProtoFile()}},
		},
	}
}

func (m *knownModel) NewInstance() proto.Message {
	switch {
	case m.goType != nil:
		return reflect.New(m.goType.Elem()).Interface().(proto.Message)
	case m.desc != nil:
		return dynamicpb.NewMessage(m.desc())
	default:
		return nil
	}
}

func (m *knownModel) ProtoName() string {
	if m.desc == nil {
		return ""
	}
	return string(m.desc().FullName())
}

func (m *knownModel) ProtoFile() string {
	if m.desc == nil {
		return ""
	}
	return m.desc().ParentFile().Path()
}

func (m *knownModel) NameTemplate() string { return m.opts.nameTemplate }

func (m *knownModel) LocalGoType() reflect.Type { return m.goType }

func (m *knownModel) Name() string { return m.name }

func (m *knownModel) KeyPrefix() string { return m.prefix }

func (m *knownModel) ParseKey(key string) (name string, valid bool) {
	if m.name == "" {
		return "", false
	}
	if !m.opts.nameSet {
		return "", key == m.prefix || key == m.name
	}
	name, found := strings.CutPrefix(key, m.prefix)
	if !found {
		name, _ = strings.CutPrefix(key, m.name+"/")
		if name == key {
			return "", false
		}
	}
	return name, name != ""
}

func (m *knownModel) IsKeyValid(key string) bool {
	_, valid := m.ParseKey(key)
	return valid
}

func (m *knownModel) StripKeyPrefix(key string) string {
	if name, valid := m.ParseKey(key); valid {
		return name
	}
	return key
}

func (m *knownModel) InstanceName(x any) (string, error) {
	if m.opts.nameFunc == nil {
		return "", nil
	}
	x, err := m.localMessage(x)
	if err != nil {
		return "", err
	}
	name, err := m.opts.nameFunc(x)
	if err != nil {
		return "", fmt.Errorf("name of %s instance: %w", m.name, err)
	}
	return name, nil
}

// localMessage turns a dynamic message into one of the generated Go type, if
// the model has one. Both have the same wire form.
func (m *knownModel) localMessage(x any) (any, error) {
	dynamic, ok := x.(*dynamicpb.Message)
	if !ok || m.goType == nil {
		return x, nil
	}
	data, err := proto.Marshal(dynamic)
	if err != nil {
		return nil, fmt.Errorf("convert dynamic %s: %w", m.ProtoName(), err)
	}
	local := m.NewInstance()
	if err := proto.Unmarshal(data, local); err != nil {
		return nil, fmt.Errorf("convert dynamic %s: %w", m.ProtoName(), err)
	}
	return local, nil
}
