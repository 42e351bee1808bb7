// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeagent

import (
	"sync/atomic"

	"go.ligato.io/vpp-agent/v3/proto/ligato/configurator"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	ifwatcherv1 "github.com/ifwatcher/ifwatcher/proto/ifwatcher/v1"
)

// Streams has what a test sends to the one client that follows.
type Streams struct {
	// Notifications are sent by Notify; nil ends the stream.
	Notifications chan *configurator.NotifyResponse
	// Filters gets what a client of Notify asks for.
	Filters chan []*configurator.Notification

	// Watches reports whether Watch is offered.
	Watches atomic.Bool
	// HostInterfaces are sent by Watch; nil ends the stream.
	HostInterfaces chan *ifwatcherv1.WatchResponse
	// Tokens gets what a client of Watch goes on from.
	Tokens chan string
}

func newStreams() Streams {
	return Streams{
		Notifications:  make(chan *configurator.NotifyResponse, 10),
		Filters:        make(chan []*configurator.Notification, 10),
		HostInterfaces: make(chan *ifwatcherv1.WatchResponse, 10),
		Tokens:         make(chan string, 10),
	}
}

func (s *Streams) register(server *grpc.Server) {
	configurator.RegisterConfiguratorServiceServer(server, notifier{streams: s})
	ifwatcherv1.RegisterHostInterfacesServer(server, watcher{streams: s})
}

type notifier struct {
	configurator.UnimplementedConfiguratorServiceServer
	streams *Streams
}

// Notify implements configurator.ConfiguratorServiceServer.
func (n notifier) Notify(req *configurator.NotifyRequest, stream configurator.ConfiguratorService_NotifyServer) error {
	n.streams.Filters <- req.GetFilters()
	for {
		select {
		case notification := <-n.streams.Notifications:
			if notification == nil {
				return nil
			}
			if err := stream.Send(notification); err != nil {
				return err
			}
		case <-stream.Context().Done():
			return stream.Context().Err()
		}
	}
}

type watcher struct {
	ifwatcherv1.UnimplementedHostInterfacesServer
	streams *Streams
}

// Watch implements ifwatcherv1.HostInterfacesServer.
func (w watcher) Watch(req *ifwatcherv1.WatchRequest, stream grpc.ServerStreamingServer[ifwatcherv1.WatchResponse]) error {
	if !w.streams.Watches.Load() {
		return status.Error(codes.Unimplemented, "unknown service ifwatcher.v1.HostInterfaces")
	}
	w.streams.Tokens <- req.GetResumeToken()
	for {
		select {
		case response := <-w.streams.HostInterfaces:
			if response == nil {
				return status.Error(codes.Unavailable, "the agent is stopping")
			}
			if err := stream.Send(response); err != nil {
				return err
			}
		case <-stream.Context().Done():
			return stream.Context().Err()
		}
	}
}
