// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package remoteclient

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"go.ligato.io/vpp-agent/v3/client"
	"go.ligato.io/vpp-agent/v3/client/internal/fill"
	"go.ligato.io/vpp-agent/v3/pkg/models"
	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
)

// NewClientOption changes a client under construction. The options here are for
// clients of this package only.
type NewClientOption = func(client.GenericClient) error

// NewClientGRPC returns a client of the agent at the other end of a connection.
// Methods without context wait for the agent without bound; what bounds them is
// the connection.
func NewClientGRPC(conn grpc.ClientConnInterface, options ...NewClientOption) (client.ConfigClient, error) {
	c := &grpcClient{
		manager:  generic.NewManagerServiceClient(conn),
		meta:     generic.NewMetaServiceClient(conn),
		registry: models.DefaultRegistry,
	}
	for _, option := range options {
		if err := option(c); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// UseRemoteRegistry has the client use the models of a class that the agent
// has, or all of them if the class is empty. It asks the agent for them.
func UseRemoteRegistry(modelClass string) NewClientOption {
	return func(c client.GenericClient) error {
		remote, ok := c.(*grpcClient)
		if !ok {
			return fmt.Errorf("client is %T: it cannot use the models of a remote agent", c)
		}
		infos, err := remote.KnownModels(modelClass)
		if err != nil {
			return err
		}
		remote.registry, err = newRegistry(infos)
		return err
	}
}

type grpcClient struct {
	manager  generic.ManagerServiceClient
	meta     generic.MetaServiceClient
	registry models.Registry
}

func (c *grpcClient) ChangeRequest() client.ChangeRequest { return &changeRequest{c.newChange()} }

func (c *grpcClient) NewItemChange() client.ItemChange { return &itemChange{c.newChange()} }

func (c *grpcClient) ResyncConfig(items ...proto.Message) error {
	_, err := c.UpdateItems(context.Background(), client.ProtosToUpdateItems(items), true)
	return err
}

func (c *grpcClient) GetConfig(dsts ...interface{}) error {
	return c.GetFilteredConfig(client.Filter{}, dsts...)
}

func (c *grpcClient) GetFilteredConfig(filter client.Filter, dsts ...interface{}) error {
	if len(filter.Ids) > 0 && len(filter.Labels) > 0 {
		return errors.New("filter has both ids and labels")
	}
	response, err := c.manager.GetConfig(context.Background(),
		&generic.GetConfigRequest{Ids: filter.Ids, Labels: filter.Labels})
	if err != nil {
		return err
	}
	values := make(map[string]proto.Message, len(response.GetItems()))
	for _, item := range response.GetItems() {
		// A value that was refused has no data.
		if item.GetItem().GetData() == nil {
			continue
		}
		value, err := models.UnmarshalItemUsingModelRegistry(item.GetItem(), c.registry)
		if err != nil {
			return err
		}
		values[item.GetItem().GetId().GetModel()+"/"+item.GetItem().GetId().GetName()] = value
	}
	return fill.Destinations(values, dsts)
}

func (c *grpcClient) GetItems(ctx context.Context) ([]*client.ConfigItem, error) {
	response, err := c.manager.GetConfig(ctx, &generic.GetConfigRequest{})
	return response.GetItems(), err
}

// UpdateItems implements client.GenericClient. The first result has the key
// "seqnum", with the number of the transaction as message.
func (c *grpcClient) UpdateItems(ctx context.Context, items []client.UpdateItem, resync bool) ([]*client.UpdateResult, error) {
	change := c.newChange()
	change.update(items)
	change.request.OverwriteAll = resync
	return change.send(ctx)
}

// DeleteItems implements client.GenericClient, with results as UpdateItems.
func (c *grpcClient) DeleteItems(ctx context.Context, items []client.UpdateItem) ([]*client.UpdateResult, error) {
	change := c.newChange()
	change.delete(items)
	return change.send(ctx)
}

func (c *grpcClient) DumpState() ([]*client.StateItem, error) {
	response, err := c.manager.DumpState(context.Background(), &generic.DumpStateRequest{})
	return response.GetItems(), err
}

// change is what both kinds of request do.
type change struct {
	client  *grpcClient
	request *generic.SetConfigRequest
	err     error // of the first item that cannot be sent
}

func (c *grpcClient) newChange() *change {
	return &change{client: c, request: &generic.SetConfigRequest{}}
}

func (c *change) update(items []client.UpdateItem) {
	for _, item := range items {
		c.add(item, func(*generic.Item) {})
	}
}

func (c *change) delete(items []client.UpdateItem) {
	for _, item := range items {
		c.add(item, func(item *generic.Item) { item.Data = nil })
	}
}

func (c *change) add(item client.UpdateItem, finish func(*generic.Item)) {
	if c.err != nil {
		return
	}
	if item.Message == nil {
		c.err = errors.New("item has no message")
		return
	}
	encoded, err := models.MarshalItemUsingModelRegistry(item.Message, c.client.registry)
	if err != nil {
		c.err = err
		return
	}
	finish(encoded)
	c.request.Updates = append(c.request.Updates, &generic.UpdateItem{Item: encoded, Labels: item.Labels})
}

func (c *change) send(ctx context.Context) ([]*client.UpdateResult, error) {
	if c.err != nil {
		return nil, c.err
	}
	response, err := c.client.manager.SetConfig(ctx, c.request)
	if err != nil {
		// An agent that has applied a part tells which in the details.
		response = nil
		for _, detail := range status.Convert(err).Details() {
			if partial, ok := detail.(*generic.SetConfigResponse); ok {
				response = partial
			}
		}
	}
	var results []*client.UpdateResult
	for _, result := range response.GetResults() {
		results = append(results, &client.UpdateResult{Key: result.GetKey(), Status: result.GetStatus()})
	}
	return results, err
}

type changeRequest struct{ *change }

func (r *changeRequest) Update(items ...proto.Message) client.ChangeRequest {
	r.update(client.ProtosToUpdateItems(items))
	return r
}

func (r *changeRequest) Delete(items ...proto.Message) client.ChangeRequest {
	r.delete(client.ProtosToUpdateItems(items))
	return r
}

func (r *changeRequest) Send(ctx context.Context) error {
	_, err := r.send(ctx)
	return err
}

type itemChange struct{ *change }

func (r *itemChange) Update(items ...client.UpdateItem) client.ItemChange {
	r.update(items)
	return r
}

func (r *itemChange) Delete(items ...client.UpdateItem) client.ItemChange {
	r.delete(items)
	return r
}

func (r *itemChange) Send(ctx context.Context) error {
	_, err := r.send(ctx)
	return err
}
