// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"context"
	"errors"
	"fmt"
	"io"

	"go.ligato.io/vpp-agent/v3/proto/ligato/configurator"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	ifwatcherv1 "github.com/ifwatcher/ifwatcher/proto/ifwatcher/v1"
)

// ErrNotOffered is what a stream fails with that the agent does not have.
var ErrNotOffered = errors.New("the agent does not offer this over gRPC")

// Notify calls visit with each notification of the agent that has all that is set
// in any of the filters: first those of the past that the agent remembers, then
// those to come, until the context ends or visit fails.
func (c *Client) Notify(ctx context.Context, filters []*configurator.Notification, visit func(*configurator.NotifyResponse) error) error {
	return follow(ctx, c, "Notify", visit, func(ctx context.Context) (receiver[configurator.NotifyResponse], error) {
		return configurator.NewConfiguratorServiceClient(c.grpc).Notify(ctx, &configurator.NotifyRequest{Filters: filters})
	})
}

// WatchHostInterfaces calls visit with the interfaces of the agent's host and their
// changes, from where the token is of on, until the context ends or visit fails.
func (c *Client) WatchHostInterfaces(ctx context.Context, token string, visit func(*ifwatcherv1.WatchResponse) error) error {
	return follow(ctx, c, "Watch", visit, func(ctx context.Context) (receiver[ifwatcherv1.WatchResponse], error) {
		return ifwatcherv1.NewHostInterfacesClient(c.grpc).Watch(ctx, &ifwatcherv1.WatchRequest{ResumeToken: token})
	})
}

// receiver is the client's side of a stream.
type receiver[R any] interface{ Recv() (*R, error) }

// follow reads a stream to its end, which is always an error.
func follow[R any](ctx context.Context, c *Client, name string, visit func(*R) error, open func(context.Context) (receiver[R], error)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := open(ctx)
	c.log.Debug("gRPC "+name, "error", err)
	for err == nil {
		var response *R
		if response, err = stream.Recv(); err != nil {
			break
		}
		if err := visit(response); err != nil {
			return err
		}
	}
	c.log.Debug("gRPC "+name+" has ended", "error", err)
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%w any more: it has ended the stream", ErrUnreachable)
	}
	if status.Code(err) == codes.Unimplemented {
		return fmt.Errorf("%w: %s at %s", ErrNotOffered, name, c.grpcAddress())
	}
	return rpcError(c.grpcAddress(), err)
}
