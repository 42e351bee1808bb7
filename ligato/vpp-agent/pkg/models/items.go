// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package models

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
)

// itemTypePrefix begins the type URLs of values in items. It is not looked at
// when they are read.
const itemTypePrefix = "models.ligato.io/"

var errItemWithoutData = errors.New("item has no data")

// MarshalItem makes an item of an instance of any model.
func MarshalItem(pb proto.Message) (*generic.Item, error) {
	return MarshalItemUsingModelRegistry(pb, DefaultRegistry)
}

// MarshalItemUsingModelRegistry is [MarshalItem] with models of the given
// registry.
func MarshalItemUsingModelRegistry(pb proto.Message, modelRegistry Registry) (*generic.Item, error) {
	model, err := modelRegistry.GetModelFor(pb)
	if err != nil {
		return nil, err
	}
	name, err := model.InstanceName(pb)
	if err != nil {
		return nil, err
	}
	value, err := proto.Marshal(pb)
	if err != nil {
		return nil, fmt.Errorf("marshal %s %q: %w", model.Name(), name, err)
	}
	return &generic.Item{
		Id: &generic.Item_ID{Model: model.Name(), Name: name},
		Data: &generic.Data{Union: &generic.Data_Any{Any: &anypb.Any{
			TypeUrl: itemTypePrefix + model.ProtoName(),
			Value:   value,
		}}},
	}, nil
}

// UnmarshalItem returns the instance that an item holds. Its model must be
// known and be the one that the item names.
func UnmarshalItem(item *generic.Item) (proto.Message, error) {
	return UnmarshalItemUsingModelRegistry(item, DefaultRegistry)
}

// UnmarshalItemUsingModelRegistry is [UnmarshalItem] with models of the given
// registry.
func UnmarshalItemUsingModelRegistry(item *generic.Item, modelRegistry Registry) (proto.Message, error) {
	model, err := GetModelFromModelRegistryForItem(item, modelRegistry)
	if err != nil {
		return nil, err
	}
	data := item.GetData().GetAny()
	if data == nil {
		return nil, fmt.Errorf("%s %q: %w", model.Name(), item.GetId().GetName(), errItemWithoutData)
	}
	if name := string(data.MessageName()); name != model.ProtoName() {
		return nil, fmt.Errorf("%s %q: data is of type %q, not %s", model.Name(), item.GetId().GetName(), name, model.ProtoName())
	}
	pb := model.NewInstance()
	if err := proto.Unmarshal(data.GetValue(), pb); err != nil {
		return nil, fmt.Errorf("unmarshal %s %q: %w", model.Name(), item.GetId().GetName(), err)
	}
	return pb, nil
}

// GetModelForItem returns the model that an item names.
func GetModelForItem(item *generic.Item) (KnownModel, error) {
	return GetModelFromModelRegistryForItem(item, DefaultRegistry)
}

// GetModelFromModelRegistryForItem is [GetModelForItem] with models of the
// given registry.
func GetModelFromModelRegistryForItem(item *generic.Item, modelRegistry Registry) (KnownModel, error) {
	if item.GetId() == nil {
		return &knownModel{}, errors.New("item has no id")
	}
	return modelRegistry.GetModel(item.GetId().GetModel())
}

// GetKeyForItem returns the key of the instance that an item names. It is the
// key that the instance itself has, see [GetKey].
func GetKeyForItem(item *generic.Item) (string, error) {
	return GetKeyForItemUsingModelRegistry(item, DefaultRegistry)
}

// GetKeyForItemUsingModelRegistry is [GetKeyForItem] with models of the given
// registry.
func GetKeyForItemUsingModelRegistry(item *generic.Item, modelRegistry Registry) (string, error) {
	model, err := GetModelFromModelRegistryForItem(item, modelRegistry)
	if err != nil {
		return "", err
	}
	return instanceKey(model, item.GetId().GetName()), nil
}
