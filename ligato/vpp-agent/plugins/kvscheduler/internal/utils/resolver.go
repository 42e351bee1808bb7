// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package utils

import (
	"errors"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"go.ligato.io/vpp-agent/v3/pkg/models"
)

// resolver finds message types among the registered models, which include
// those that a client learned from an agent, and then in the program.
type resolver struct{}

// registries lists where types are looked for, in order.
func registries() []*protoregistry.Types {
	return []*protoregistry.Types{models.DefaultRegistry.MessageTypeRegistry(), protoregistry.GlobalTypes}
}

func findType(fullName string) (protoreflect.MessageType, error) {
	return resolver{}.FindMessageByName(protoreflect.FullName(fullName))
}

func (resolver) FindMessageByName(name protoreflect.FullName) (protoreflect.MessageType, error) {
	return find(func(types *protoregistry.Types) (protoreflect.MessageType, error) {
		return types.FindMessageByName(name)
	})
}

func (resolver) FindMessageByURL(url string) (protoreflect.MessageType, error) {
	return find(func(types *protoregistry.Types) (protoreflect.MessageType, error) {
		return types.FindMessageByURL(url)
	})
}

func (resolver) FindExtensionByName(name protoreflect.FullName) (protoreflect.ExtensionType, error) {
	return find(func(types *protoregistry.Types) (protoreflect.ExtensionType, error) {
		return types.FindExtensionByName(name)
	})
}

func (resolver) FindExtensionByNumber(message protoreflect.FullName, number protoreflect.FieldNumber) (protoreflect.ExtensionType, error) {
	return find(func(types *protoregistry.Types) (protoreflect.ExtensionType, error) {
		return types.FindExtensionByNumber(message, number)
	})
}

func find[T any](in func(*protoregistry.Types) (T, error)) (found T, err error) {
	for _, types := range registries() {
		found, err = in(types)
		if err == nil || !errors.Is(err, protoregistry.NotFound) {
			return found, err
		}
	}
	return found, protoregistry.NotFound
}
