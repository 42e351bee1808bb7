// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"errors"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/vpp-agent/v3/pkg/models"
	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
)

// ModelInfo is a model together with the definition of its message.
type ModelInfo = models.ModelInfo

// StateItem is a value that is applied.
type StateItem = generic.StateItem

// ConfigItem is a value that is wanted, with its status and labels.
type ConfigItem = generic.ConfigItem

// UpdateItem is a value with labels to select it by.
type UpdateItem struct {
	Message proto.Message
	Labels  map[string]string
}

// UpdateResult is the status of a value after a change.
type UpdateResult struct {
	Key    string
	Status *generic.ItemStatus
}

// Filter selects values: either by identity or by labels. An empty filter
// selects all.
type Filter struct {
	// Ids have model and name.
	Ids []*generic.Item_ID //nolint:revive // existing users have this name
	// Labels have to be there with this value, or with any if it is empty. A
	// label that begins with "!" must not be there.
	Labels map[string]string
}

var errIDsAndLabels = errors.New("filter has both ids and labels")

// ConfigClient is the older name of GenericClient.
type ConfigClient = GenericClient

// GenericClient changes and reads configuration of any model. What it changes
// is what one source wants; other sources are not affected.
type GenericClient interface {
	// KnownModels returns the models of a class, or all if that is empty.
	KnownModels(class string) ([]*ModelInfo, error)

	// ChangeRequest begins a change.
	ChangeRequest() ChangeRequest

	// NewItemChange begins a change of values with labels.
	NewItemChange() ItemChange

	// ResyncConfig makes the values all that the source wants, and waits until
	// they are applied.
	ResyncConfig(items ...proto.Message) error

	// GetConfig fills in the values that are wanted. If all destinations are
	// messages, each value is put where a field, at any depth, is of its type;
	// otherwise into the fields of structs that have its Go type.
	GetConfig(dsts ...interface{}) error

	// GetFilteredConfig is GetConfig with the values that a filter selects.
	GetFilteredConfig(filter Filter, dsts ...interface{}) error

	// GetItems returns the values that are wanted with their status and labels.
	GetItems(ctx context.Context) ([]*ConfigItem, error)

	// UpdateItems applies values and returns the status of each. With resync
	// they become all that the source wants. If some could not be applied,
	// there are both results and an error.
	UpdateItems(ctx context.Context, items []UpdateItem, resync bool) ([]*UpdateResult, error)

	// DeleteItems removes values and returns the status of each, as UpdateItems
	// does.
	DeleteItems(ctx context.Context, items []UpdateItem) ([]*UpdateResult, error)

	// DumpState returns the values that are applied.
	DumpState() ([]*StateItem, error)
}

// ChangeRequest is a change that is made at once. A value without model makes
// Send fail, and nothing is changed.
type ChangeRequest interface {
	// Update has values created or changed.
	Update(items ...proto.Message) ChangeRequest
	// Delete has values removed. Only what makes their names is looked at.
	Delete(items ...proto.Message) ChangeRequest
	// Send makes the change and waits until it is applied.
	Send(ctx context.Context) error
}

// ItemChange is a ChangeRequest of values with labels.
type ItemChange interface {
	// Update has values created or changed, with these labels and no others.
	Update(items ...UpdateItem) ItemChange
	// Delete has values removed.
	Delete(items ...UpdateItem) ItemChange
	// Send makes the change and waits until it is applied.
	Send(ctx context.Context) error
}
