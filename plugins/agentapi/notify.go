// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"slices"
	"strings"
	"time"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/proto/ligato/configurator"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
	"go.ligato.io/vpp-agent/v3/proto/ligato/linux"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

const (
	// notificationsKept is how many notifications a client finds that asks for
	// those of the past.
	notificationsKept = 10_000
	// notificationBatch bounds what is taken at a time for a stream, so that a
	// slow client gets what is true when it reads on.
	notificationBatch = 64
)

type notification = configurator.Notification

// Notify sends the notifications that pass the filters, those of the past first.
// Of an interface that changes faster than the client reads, it sends the last
// change, not each.
func (s *configuratorService) Notify(req *configurator.NotifyRequest, stream configurator.ConfiguratorService_NotifyServer) error {
	next := uint64(req.GetIdx())
	for {
		events, more, ok := s.plugin.notifications.Read(next, notificationBatch)
		if !ok {
			return status.Error(codes.Unavailable, "the agent is stopping")
		}
		for _, event := range events {
			next = event.Number + 1
			if !passes(event.Value, req.GetFilters()) {
				continue
			}
			err := stream.Send(&configurator.NotifyResponse{NextIdx: uint32(next), Notification: event.Value})
			if err != nil {
				return err
			}
		}
		if len(events) > 0 {
			continue
		}
		select {
		case <-more:
		case <-stream.Context().Done():
			return status.FromContextError(stream.Context().Err()).Err()
		}
	}
}

// passes reports whether a notification has all that is set in any filter.
func passes(n *notification, filters []*notification) bool {
	return len(filters) == 0 || slices.ContainsFunc(filters, func(filter *notification) bool {
		merged := proto.Clone(n)
		proto.Merge(merged, filter)
		return proto.Equal(merged, n)
	})
}

// watcherDescriptor is the descriptor of host interfaces, in this agent and in any
// vpp-agent.
const watcherDescriptor = "linux-interface-watcher"

// followInterfaces notifies of host interfaces that are announced to the
// scheduler, or no longer.
func (p *Plugin) followInterfaces() {
	statuses := make(chan *kvscheduler.BaseValueStatus, 100)
	p.KVScheduler.WatchValueStatus(statuses, isHostInterface)
	p.loops.Go(func() {
		up := make(map[string]bool)
		// Some may have been announced before anybody followed.
		there, err := p.KVScheduler.DumpValuesByDescriptor(watcherDescriptor, kvs.CachedView)
		if err != nil {
			p.Log.Debugf("interfaces announced before: %v", err) // nobody watches them
		}
		for _, kv := range there {
			if isHostInterface(kv.Key) {
				p.noteInterface(up, &kvscheduler.ValueStatus{Key: kv.Key, State: kvscheduler.ValueState_OBTAINED}, time.Now())
			}
		}
		for {
			select {
			case st := <-statuses:
				p.noteInterface(up, st.GetValue(), time.Now())
			case <-p.ctx.Done():
				return
			}
		}
	})
}

// isHostInterface tells the key of an interface from those of its addresses and
// its VRF, which have more parts.
func isHostInterface(key string) bool {
	name, ok := strings.CutPrefix(key, linux_interfaces.InterfaceHostNameKeyPrefix)
	return ok && name != "" && !strings.Contains(name, "/")
}

// noteInterface notifies of a status that is not the one before. up has the
// interfaces that are announced.
func (p *Plugin) noteInterface(up map[string]bool, st *kvscheduler.ValueStatus, now time.Time) {
	name := strings.TrimPrefix(st.GetKey(), linux_interfaces.InterfaceHostNameKeyPrefix)
	state := &linux_interfaces.InterfaceState{
		Name:         name,
		InternalName: name,
		OperStatus:   linux_interfaces.InterfaceState_DOWN,
		LastChange:   now.Unix(),
	}
	announced := st.GetState() == kvscheduler.ValueState_OBTAINED
	if announced {
		// Only an interface that is enabled is announced.
		state.AdminStatus = linux_interfaces.InterfaceState_UP
		state.OperStatus = linux_interfaces.InterfaceState_UP
	}
	if up[name] == announced {
		return
	}
	if announced {
		up[name] = true
	} else {
		delete(up, name)
	}
	p.notifications.Append(name, !announced, &notification{
		Notification: &configurator.Notification_LinuxNotification{
			LinuxNotification: &linux.Notification{
				Interface: &linux_interfaces.InterfaceNotification{
					Type:  linux_interfaces.InterfaceNotification_UPDOWN,
					State: state,
				},
			},
		},
	})
}
