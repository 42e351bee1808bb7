// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package models

import (
	"fmt"
	"regexp"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
)

const (
	defaultClass   = "config"
	defaultVersion = "v0"
)

var (
	validModule  = regexp.MustCompile(`^[-a-z0-9_]+(?:\.[-a-z0-9_]+)?$`)
	validVersion = regexp.MustCompile(`^v[0-9]+(?:[-a-z0-9]+)?$`)
	validType    = regexp.MustCompile(`^[-a-z0-9_]+(?:\.[-a-z0-9_]+)?$`)
	validClass   = regexp.MustCompile(`^[-a-z0-9_]+$`)
)

// Spec says where a model stands among all models.
type Spec struct {
	// Module groups models of one area, for example "linux.interfaces".
	Module string
	// Version of the model, for example "v2". Empty means "v0".
	Version string
	// Type names the model within its module, for example "interface".
	Type string
	// Class is the purpose of the instances: "config", "metrics". Empty means
	// "config".
	Class string
}

// ToSpec converts the wire form of a specification. A nil s gives the empty
// specification, which is not valid.
func ToSpec(s *generic.ModelSpec) Spec {
	return Spec{
		Module:  s.GetModule(),
		Version: s.GetVersion(),
		Type:    s.GetType(),
		Class:   s.GetClass(),
	}
}

// SpecFromProtoDesc reads the specification from the message option
// ligato.generic.model and fills in its defaults. It is an error if the message
// has no such option.
func SpecFromProtoDesc(desc protoreflect.MessageDescriptor) (Spec, error) {
	if !proto.HasExtension(desc.Options(), generic.E_Model) {
		return Spec{}, fmt.Errorf("message %s has no model option", desc.FullName())
	}
	spec, ok := proto.GetExtension(desc.Options(), generic.E_Model).(*generic.ModelSpec)
	if !ok {
		return Spec{}, fmt.Errorf("model option of message %s is not a model specification", desc.FullName())
	}
	return ToSpec(spec).Normalize(), nil
}

// Proto converts the specification to its wire form.
func (spec Spec) Proto() *generic.ModelSpec {
	return &generic.ModelSpec{
		Module:  spec.Module,
		Version: spec.Version,
		Type:    spec.Type,
		Class:   spec.Class,
	}
}

// KeyPrefix returns "<class>/<module>/<version>/<type>/", with dots of module
// and type turned into slashes.
func (spec Spec) KeyPrefix() string {
	return strings.Join([]string{
		spec.Class, strings.ReplaceAll(spec.Module, ".", "/"),
		spec.Version, strings.ReplaceAll(spec.Type, ".", "/"), "",
	}, "/")
}

// ModelName returns "<module>.<type>". It is unique in a registry: class and
// version do not tell models apart.
func (spec Spec) ModelName() string {
	return spec.Module + "." + spec.Type
}

// Validate checks the form of every part. Defaults must have been filled in,
// see [Spec.Normalize].
func (spec Spec) Validate() error {
	for _, part := range []struct {
		name, value string
		form        *regexp.Regexp
	}{
		{"module", spec.Module, validModule},
		{"version", spec.Version, validVersion},
		{"type", spec.Type, validType},
		{"class", spec.Class, validClass},
	} {
		if !part.form.MatchString(part.value) {
			return fmt.Errorf("invalid %s: %q", part.name, part.value)
		}
	}
	return nil
}

// Normalize returns the specification with its defaults filled in.
func (spec Spec) Normalize() Spec {
	if spec.Class == "" {
		spec.Class = defaultClass
	}
	if spec.Version == "" {
		spec.Version = defaultVersion
	}
	return spec
}
