// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/datasync/kvdbsync/local"
	"go.ligato.io/cn-infra/v2/datasync/syncbase"

	"go.ligato.io/vpp-agent/v3/client/internal/fill"
	"go.ligato.io/vpp-agent/v3/pkg/models"
	"go.ligato.io/vpp-agent/v3/plugins/orchestrator"
	"go.ligato.io/vpp-agent/v3/plugins/orchestrator/contextdecorator"
	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
)

// sourceLocal is the name of this source of configuration.
const sourceLocal = "localclient"

// LocalClient is the client of the agent in this process.
var LocalClient = NewClient(local.DefaultRegistry, &orchestrator.DefaultPlugin)

// NewClient returns a client that writes to a registry, which a watcher of the
// orchestrator has to watch, and reads from the dispatcher. Nothing is written
// while nobody watches. The source of what it writes is "localclient", or the
// one that is named by the context of a call.
//
// Deleting a value that was not written through the same registry does nothing.
func NewClient(registry *syncbase.Registry, dispatcher orchestrator.Dispatcher) ConfigClient {
	return &localClient{registry: registry, dispatcher: dispatcher}
}

type localClient struct {
	registry   *syncbase.Registry
	dispatcher orchestrator.Dispatcher
}

func (c *localClient) KnownModels(class string) ([]*ModelInfo, error) {
	var infos []*ModelInfo
	for _, model := range models.RegisteredModels() {
		if class == "" || class == model.Spec().Class {
			infos = append(infos, &ModelInfo{
				ModelDetail:       model.ModelDetail(),
				MessageDescriptor: model.NewInstance().ProtoReflect().Descriptor(),
			})
		}
	}
	return infos, nil
}

func (c *localClient) ChangeRequest() ChangeRequest {
	return &changeRequest{change: c.newChange(c.registry.PropagateChanges)}
}

func (c *localClient) NewItemChange() ItemChange {
	return &itemChange{change: c.newChange(c.registry.PropagateChanges)}
}

func (c *localClient) ResyncConfig(items ...proto.Message) error {
	change := c.newChange(c.registry.PropagateResync)
	change.update(ProtosToUpdateItems(items)...)
	return change.send(context.Background())
}

func (c *localClient) GetConfig(dsts ...interface{}) error {
	return c.GetFilteredConfig(Filter{}, dsts...)
}

func (c *localClient) GetFilteredConfig(filter Filter, dsts ...interface{}) error {
	if len(filter.Ids) > 0 && len(filter.Labels) > 0 {
		return errIDsAndLabels
	}
	values := make(map[string]proto.Message)
	for key, value := range c.dispatcher.ListData() {
		if !orchestrator.HasCorrectLabels(filter.Labels, c.dispatcher.ListLabels(key)) {
			continue
		}
		if len(filter.Ids) > 0 {
			id, err := idOf(value)
			if err != nil || !orchestrator.ContainsItemID(filter.Ids, id) {
				continue
			}
		}
		values[key] = value
	}
	return fill.Destinations(values, dsts)
}

func idOf(value proto.Message) (*generic.Item_ID, error) {
	model, err := models.GetModelFor(value)
	if err != nil {
		return nil, err
	}
	name, err := model.InstanceName(value)
	return &generic.Item_ID{Model: model.Name(), Name: name}, err
}

func (c *localClient) GetItems(context.Context) ([]*ConfigItem, error) {
	data := c.dispatcher.ListData()
	items := make([]*ConfigItem, 0, len(data))
	for _, key := range slices.Sorted(maps.Keys(data)) {
		item, err := models.MarshalItem(data[key])
		if err != nil {
			return nil, fmt.Errorf("value of key %q: %w", key, err)
		}
		status, err := c.dispatcher.GetStatus(key)
		if err != nil {
			return nil, fmt.Errorf("status of key %q: %w", key, err)
		}
		items = append(items, &ConfigItem{
			Item:   item,
			Status: itemStatus(status),
			Labels: c.dispatcher.ListLabels(key),
		})
	}
	return items, nil
}

func (c *localClient) UpdateItems(ctx context.Context, items []UpdateItem, resync bool) ([]*UpdateResult, error) {
	propagate := c.registry.PropagateChanges
	if resync {
		propagate = c.registry.PropagateResync
	}
	change := c.newChange(propagate)
	change.update(items...)
	return change.sendForResults(ctx)
}

func (c *localClient) DeleteItems(ctx context.Context, items []UpdateItem) ([]*UpdateResult, error) {
	change := c.newChange(c.registry.PropagateChanges)
	change.delete(items...)
	return change.sendForResults(ctx)
}

func (c *localClient) DumpState() ([]*StateItem, error) {
	state, err := c.dispatcher.ListState()
	if err != nil {
		return nil, err
	}
	var items []*StateItem
	for _, key := range slices.Sorted(maps.Keys(state)) {
		// What has no model cannot be an item.
		if item, err := models.MarshalItem(state[key]); err == nil {
			items = append(items, &StateItem{Item: item})
		}
	}
	return items, nil
}

func itemStatus(s *orchestrator.Status) *generic.ItemStatus {
	message := s.GetError()
	if message == "" {
		message = strings.Join(s.GetDetails(), ", ")
	}
	return &generic.ItemStatus{Status: s.GetState().String(), Message: message}
}

// change is what both kinds of request do.
type change struct {
	client *localClient
	txn    *LazyValTxn
	keys   []string // each once, in the order of the items
	seen   map[string]bool
	err    error // of the first item that cannot be used
}

func (c *localClient) newChange(propagate func(context.Context, map[string]datasync.ChangeValue) error) *change {
	return &change{client: c, txn: NewLazyValTxn(propagate), seen: make(map[string]bool)}
}

func (c *change) update(items ...UpdateItem) {
	for i := range items {
		if key, ok := c.keyOf(items[i].Message); ok {
			c.txn.Put(key, items[i].clone())
		}
	}
}

func (c *change) delete(items ...UpdateItem) {
	for i := range items {
		if key, ok := c.keyOf(items[i].Message); ok {
			c.txn.Delete(key)
		}
	}
}

func (c *change) keyOf(message proto.Message) (string, bool) {
	if c.err != nil {
		return "", false
	}
	if message == nil {
		c.err = errors.New("item has no message")
		return "", false
	}
	key, err := validKey(message)
	if err != nil {
		c.err = err
		return "", false
	}
	if !c.seen[key] {
		c.seen[key] = true
		c.keys = append(c.keys, key)
	}
	return key, true
}

// validKey returns the key of a value. Nobody watches the keys of values without
// name.
func validKey(message proto.Message) (string, error) {
	model, err := models.GetModelFor(message)
	if err != nil {
		return "", err
	}
	key, err := models.GetKey(message)
	if err == nil && !model.IsKeyValid(key) {
		err = fmt.Errorf("a value of %s has no name", model.Name())
	}
	return key, err
}

func (c *change) send(ctx context.Context) error {
	if c.err != nil {
		return c.err
	}
	if _, named := contextdecorator.DataSrcFromContext(ctx); !named {
		ctx = contextdecorator.DataSrcContext(ctx, sourceLocal)
	}
	return c.txn.Commit(ctx)
}

// sendForResults also returns the status of the keys. An error that is not about
// single keys has no results.
func (c *change) sendForResults(ctx context.Context) ([]*UpdateResult, error) {
	if c.err != nil {
		return nil, c.err
	}
	err := c.send(ctx)
	results := make([]*UpdateResult, 0, len(c.keys))
	for _, key := range c.keys {
		status, statusErr := c.client.dispatcher.GetStatus(key)
		if statusErr != nil {
			return nil, errors.Join(err, fmt.Errorf("status of key %q: %w", key, statusErr))
		}
		results = append(results, &UpdateResult{Key: key, Status: itemStatus(status)})
	}
	return results, err
}

type changeRequest struct{ *change }

func (r *changeRequest) Update(items ...proto.Message) ChangeRequest {
	r.update(ProtosToUpdateItems(items)...)
	return r
}

func (r *changeRequest) Delete(items ...proto.Message) ChangeRequest {
	r.delete(ProtosToUpdateItems(items)...)
	return r
}

func (r *changeRequest) Send(ctx context.Context) error { return r.send(ctx) }

type itemChange struct{ *change }

func (r *itemChange) Update(items ...UpdateItem) ItemChange {
	r.update(items...)
	return r
}

func (r *itemChange) Delete(items ...UpdateItem) ItemChange {
	r.delete(items...)
	return r
}

func (r *itemChange) Send(ctx context.Context) error { return r.send(ctx) }
