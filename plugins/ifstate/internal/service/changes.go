// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package service

import (
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/ifwatcher/ifwatcher/plugins/ifstate/internal/state"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/feed"
	pb "github.com/ifwatcher/ifwatcher/proto/ifwatcher/v1"
)

// send sends the changes in as many responses as it takes, at least one.
func send(stream grpc.ServerStreamingServer[pb.WatchResponse], full bool, changes []state.Change, token string) error {
	resp, bytes := &pb.WatchResponse{Full: full}, 0
	for _, c := range changes {
		m := message(c)
		size := proto.Size(m)
		if n := len(resp.Changes); n > 0 && (n == maxInterfaces || bytes+size > maxBytes) {
			resp.More = true
			if err := stream.Send(resp); err != nil {
				return err
			}
			resp, bytes = &pb.WatchResponse{}, 0
		}
		resp.Changes = append(resp.Changes, m)
		bytes += size
	}
	resp.ResumeToken = token
	return stream.Send(resp)
}

func message(c state.Change) *pb.Change {
	m := &pb.Change{Type: pb.Change_TYPE_CHANGED, Interface: c.Entry.Message, Causes: make([]*pb.Cause, len(c.Causes))}
	switch {
	case c.New:
		m.Type = pb.Change_TYPE_APPEARED
	case c.Gone:
		m.Type = pb.Change_TYPE_DISAPPEARED
	}
	for i, cause := range c.Causes {
		m.Causes[i] = &pb.Cause{Kind: kinds[cause.Kind], From: escape(cause, cause.From), Item: escape(cause, cause.Item), Text: text(cause)}
	}
	return m
}

// escape returns what a cause has of the kernel's names as text.
func escape(c feed.Cause, s string) string {
	switch c.Kind {
	case feed.Renamed, feed.Master, feed.AltNameAdded, feed.AltNameRemoved:
		return pb.EscapeName(s)
	}
	return s
}

func text(c feed.Cause) string {
	c.From, c.Item = escape(c, c.From), escape(c, c.Item)
	return c.String()
}

var kinds = map[feed.Kind]pb.Cause_Kind{
	feed.Appeared:           pb.Cause_KIND_APPEARED,
	feed.Disappeared:        pb.Cause_KIND_DISAPPEARED,
	feed.Renamed:            pb.Cause_KIND_RENAMED,
	feed.AdminUp:            pb.Cause_KIND_ADMIN_UP,
	feed.AdminDown:          pb.Cause_KIND_ADMIN_DOWN,
	feed.OperState:          pb.Cause_KIND_OPER_STATE,
	feed.Running:            pb.Cause_KIND_RUNNING,
	feed.Master:             pb.Cause_KIND_MASTER,
	feed.MTU:                pb.Cause_KIND_MTU,
	feed.MAC:                pb.Cause_KIND_MAC,
	feed.AddressAdded:       pb.Cause_KIND_ADDRESS_ADDED,
	feed.AddressRemoved:     pb.Cause_KIND_ADDRESS_REMOVED,
	feed.AltNameAdded:       pb.Cause_KIND_ALTNAME_ADDED,
	feed.AltNameRemoved:     pb.Cause_KIND_ALTNAME_REMOVED,
	feed.Announced:          pb.Cause_KIND_ANNOUNCED,
	feed.Withdrawn:          pb.Cause_KIND_WITHDRAWN,
	feed.AnnouncementStatus: pb.Cause_KIND_STATE,
}
