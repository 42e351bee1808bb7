// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package models

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"
)

// debugRegister prints every registration, since those happen before any
// logger exists.
var debugRegister = strings.Contains(os.Getenv("DEBUG_MODELS"), "register")

// DefaultRegistry has the models of all packages that are linked in.
var DefaultRegistry Registry = NewRegistry()

// Registry holds models. It is safe for concurrent use.
//
// Look-ups that fail return an error and a model that is empty but not nil.
type Registry interface {
	// GetModel returns the model with the given name ("<module>.<type>").
	GetModel(name string) (KnownModel, error)
	// GetModelFor returns the model of a message, by the full name of its type.
	GetModelFor(x any) (KnownModel, error)
	// GetModelForKey returns the model that the key is valid for. If the keys
	// of one model are below those of another, the more specific one wins.
	GetModelForKey(key string) (KnownModel, error)
	// MessageTypeRegistry returns the message types of all models as dynamic
	// types. It must not be changed.
	MessageTypeRegistry() *protoregistry.Types
	// RegisteredModels returns all models, sorted by name.
	RegisteredModels() []KnownModel
	// Register adds a model of the type of the message x. It fails, and
	// changes nothing, if x is not a message, the specification is not valid,
	// or its type or name are in use.
	Register(x any, spec Spec, opts ...ModelOption) (KnownModel, error)
}

type registry struct {
	mu       sync.RWMutex
	byName   map[string]*knownModel
	byProto  map[protoreflect.FullName]*knownModel
	byGoType map[reflect.Type]*knownModel
	// byPrefix has each model twice: by key prefix without trailing slash and
	// by name, the two things that its keys can begin with.
	byPrefix map[string]*knownModel
	// unresolved are the models that are not yet in byProto, since the names
	// of their messages could not be known when they were registered.
	unresolved []*knownModel
	// dynamic is the number of models without Go type.
	dynamic int
	// types is made on first use after a registration.
	types *protoregistry.Types
}

// NewRegistry returns an empty registry.
func NewRegistry() Registry {
	return &registry{
		byName:   make(map[string]*knownModel),
		byProto:  make(map[protoreflect.FullName]*knownModel),
		byGoType: make(map[reflect.Type]*knownModel),
		byPrefix: make(map[string]*knownModel),
	}
}

func (r *registry) GetModel(name string) (KnownModel, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if m, ok := r.byName[name]; ok {
		return m, nil
	}
	return &knownModel{}, fmt.Errorf("no model registered for name %v", name)
}

func (r *registry) GetModelFor(x any) (KnownModel, error) {
	msg, ok := x.(proto.Message)
	if !ok || msg == nil {
		return &knownModel{}, fmt.Errorf("no model registered for %T: not a proto message", x)
	}
	if m := r.lookUp(msg); m != nil {
		return m, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.resolve()
	name := msg.ProtoReflect().Descriptor().FullName()
	if m, ok := r.byProto[name]; ok {
		return m, nil
	}
	return &knownModel{}, fmt.Errorf("no model registered for proto message %s", name)
}

// lookUp finds the model of a message without changing the registry. A Go type
// is found also while packages are initialised.
func (r *registry) lookUp(msg proto.Message) *knownModel {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if m, ok := r.byGoType[reflect.TypeOf(msg)]; ok {
		return m
	}
	return r.byProto[msg.ProtoReflect().Descriptor().FullName()]
}

// resolve completes byProto. It must not be called before the packages with
// the messages are initialised.
func (r *registry) resolve() {
	for _, m := range r.unresolved {
		r.byProto[m.desc().FullName()] = m
	}
	r.unresolved = nil
}

func (r *registry) GetModelForKey(key string) (KnownModel, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	// Prefixes end where a part of the key ends; the longest is the most
	// specific.
	for end := len(key); end > 0; end = strings.LastIndexByte(key[:end], '/') {
		if m, ok := r.byPrefix[key[:end]]; ok && m.IsKeyValid(key) {
			return m, nil
		}
	}
	return &knownModel{}, fmt.Errorf("no registered model matches for key %v", key)
}

func (r *registry) MessageTypeRegistry() *protoregistry.Types {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.types == nil {
		types := new(protoregistry.Types)
		for _, m := range r.byName {
			// Names of messages are unique here, so this cannot fail.
			_ = types.RegisterMessage(dynamicpb.NewMessageType(m.desc()))
		}
		r.types = types
	}
	return r.types
}

func (r *registry) RegisteredModels() []KnownModel {
	r.mu.RLock()
	defer r.mu.RUnlock()
	all := make([]KnownModel, 0, len(r.byName))
	for _, m := range r.byName {
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b KnownModel) int { return cmp.Compare(a.Name(), b.Name()) })
	return all
}

func (r *registry) Register(x any, spec Spec, opts ...ModelOption) (KnownModel, error) {
	msg, ok := x.(proto.Message)
	if !ok || msg == nil {
		return nil, errors.New("can't register a non-proto message model")
	}
	spec = spec.Normalize()
	if err := spec.Validate(); err != nil {
		return nil, fmt.Errorf("spec validation for %s failed: %w", messageName(msg), err)
	}
	var options modelOptions
	for _, opt := range opts {
		opt(&options)
	}
	model := newModel(msg, spec, options)

	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.conflict(model); err != nil {
		return nil, err
	}
	r.byName[model.name] = model
	r.unresolved = append(r.unresolved, model)
	r.byPrefix[strings.TrimSuffix(model.prefix, "/")] = model
	r.byPrefix[model.name] = model
	if model.goType != nil {
		r.byGoType[model.goType] = model
	} else {
		r.dynamic++
	}
	r.types = nil
	if debugRegister {
		fmt.Fprintf(os.Stderr, "model %s registered: %s, keys %s\n", model.name, messageName(msg), model.prefix)
	}
	return model, nil
}

// conflict tells what of the model is already in use.
func (r *registry) conflict(model *knownModel) error {
	if model.goType != nil {
		if used, ok := r.byGoType[model.goType]; ok {
			return fmt.Errorf("go type %v already registered for model %v", model.goType, used.name)
		}
	}
	// Go types have names of their own. One can only meet a dynamic model,
	// which there is none of while packages are initialised.
	if model.goType == nil || r.dynamic > 0 {
		r.resolve()
		if used, ok := r.byProto[model.desc().FullName()]; ok {
			return fmt.Errorf("proto name %s already used by model %s", model.ProtoName(), used.name)
		}
	}
	if used, ok := r.byName[model.name]; ok {
		return fmt.Errorf("model name %q already used by model %s", model.name, used.name)
	}
	return nil
}

// messageName names the type of a message that may not be initialised yet.
func messageName(msg proto.Message) string {
	if m, ok := msg.(*dynamicpb.Message); ok {
		return string(m.Descriptor().FullName())
	}
	return fmt.Sprintf("%T", msg)
}
