// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"context"
	"strconv"

	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
	"google.golang.org/protobuf/proto"
)

// Item is a value of the configuration.
type Item struct {
	Model   string
	Message proto.Message
	State   string
	Details string
	Labels  map[string]string
}

// GetConfig returns the configuration that was asked of the agent. Of labels,
// one with a value must have that value, one without must be there; one that
// begins with an exclamation mark must not.
func (c *Client) GetConfig(ctx context.Context, reg *Registry, labels map[string]string) ([]Item, error) {
	resp, err := generic.NewManagerServiceClient(c.grpc).GetConfig(ctx, &generic.GetConfigRequest{Labels: labels})
	c.log.Debug("gRPC GetConfig", "items", len(resp.GetItems()), "error", err)
	if err != nil {
		return nil, rpcError(c.grpcAddress(), err)
	}
	items := make([]Item, 0, len(resp.GetItems()))
	for _, it := range resp.GetItems() {
		item, err := reg.item(it.GetItem())
		if err != nil {
			return nil, err
		}
		item.State, item.Details = it.GetStatus().GetStatus(), it.GetStatus().GetMessage()
		item.Labels = it.GetLabels()
		items = append(items, item)
	}
	return items, nil
}

// DumpState returns what of the configuration is applied.
func (c *Client) DumpState(ctx context.Context, reg *Registry) ([]Item, error) {
	resp, err := generic.NewManagerServiceClient(c.grpc).DumpState(ctx, &generic.DumpStateRequest{})
	c.log.Debug("gRPC DumpState", "items", len(resp.GetItems()), "error", err)
	if err != nil {
		return nil, rpcError(c.grpcAddress(), err)
	}
	items := make([]Item, 0, len(resp.GetItems()))
	for _, it := range resp.GetItems() {
		item, err := reg.item(it.GetItem())
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

// Result is what became of a change: the transaction and the state of each
// value touched.
type Result struct {
	SeqNum uint64        `json:"seq_num"`
	Values []ValueResult `json:"values,omitempty"`
}

// ValueResult is the state of a value after a change.
type ValueResult struct {
	Key     string `json:"key"`
	State   string `json:"state"`
	Details string `json:"details,omitempty"`
}

// SetConfig changes the configuration and waits until that has been carried
// out. With replace, whatever was set over gRPC and is not in the messages is
// deleted.
func (c *Client) SetConfig(ctx context.Context, reg *Registry, messages []proto.Message, labels map[string]string, replace bool) (Result, error) {
	req := &generic.SetConfigRequest{OverwriteAll: replace}
	for _, m := range messages {
		item, err := reg.Marshal(m)
		if err != nil {
			return Result{}, err
		}
		req.Updates = append(req.Updates, &generic.UpdateItem{Item: item, Labels: labels})
	}
	return c.setConfig(ctx, req)
}

// DeleteConfig deletes the values that have the names of the messages.
func (c *Client) DeleteConfig(ctx context.Context, reg *Registry, messages []proto.Message) (Result, error) {
	req := &generic.SetConfigRequest{}
	for _, m := range messages {
		item, err := reg.Marshal(m)
		if err != nil {
			return Result{}, err
		}
		item.Data = nil
		req.Updates = append(req.Updates, &generic.UpdateItem{Item: item})
	}
	return c.setConfig(ctx, req)
}

func (c *Client) setConfig(ctx context.Context, req *generic.SetConfigRequest) (Result, error) {
	resp, err := generic.NewManagerServiceClient(c.grpc).SetConfig(ctx, req)
	c.log.Debug("gRPC SetConfig", "updates", len(req.GetUpdates()), "error", err)
	if err != nil {
		return Result{}, rpcError(c.grpcAddress(), err)
	}
	var result Result
	for _, r := range resp.GetResults() {
		if r.GetKey() == "seqnum" {
			// The number is there to be shown; none is no failure.
			result.SeqNum, _ = strconv.ParseUint(r.GetStatus().GetMessage(), 10, 64)
			continue
		}
		result.Values = append(result.Values, ValueResult{
			Key: r.GetKey(), State: r.GetStatus().GetStatus(), Details: r.GetStatus().GetMessage(),
		})
	}
	return result, nil
}
