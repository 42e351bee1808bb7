// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package state

import (
	"time"

	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
	pb "github.com/ifwatcher/ifwatcher/proto/ifwatcher/v1"
)

// Entry is one state of an interface. It is never changed.
type Entry struct {
	// Name is that of pb.InstanceName.
	Name string
	// Message is the whole state.
	Message *pb.HostInterface
	// Model is what of it a client knows that has never heard of this project.
	Model *ifmodel.InterfaceState

	source *tracker.Interface
}

// newEntry returns the state of an interface at a time, given the one before, which
// may be nil.
func newEntry(i *tracker.Interface, before *Entry, now time.Time) *Entry {
	stateSince, lastChange := timestamppb.New(now), timestamppb.New(now)
	if before != nil {
		if before.source.State == i.State {
			stateSince = before.Message.GetStateSince()
		}
		if sameOperation(before.source, i) {
			lastChange = before.Message.GetLastChange()
		}
	}
	m := &pb.HostInterface{
		Name:       pb.EscapeName(i.Name),
		Index:      int32(i.Index), //nolint:gosec // the kernel has an int
		Kind:       pb.EscapeName(i.Kind),
		AdminUp:    i.AdminUp,
		Running:    i.Running,
		OperState:  i.OperState.String(),
		Mac:        i.MAC,
		Mtu:        uint32(max(0, i.MTU)), //nolint:gosec // the kernel has 32 bits
		Master:     pb.EscapeName(i.MasterName),
		Vrf:        pb.EscapeName(i.VRF),
		Namespace:  pb.EscapeName(i.Namespace),
		Announced:  i.IsAnnounced(),
		State:      string(i.State),
		Reason:     reason(i),
		StateSince: stateSince,
		LastChange: lastChange,
		Id:         i.ID,
	}
	if i.IsAnnounced() && !i.Since.IsZero() {
		m.AnnouncedSince = timestamppb.New(i.Since)
	}
	for _, a := range i.Addresses {
		m.Addresses = append(m.Addresses, a.String())
	}
	for _, name := range i.AltNames {
		m.Altnames = append(m.Altnames, pb.EscapeName(name))
	}
	name := pb.InstanceName(i.Namespace, i.Name)
	return &Entry{Name: name, Message: m, Model: newModel(name, m, i), source: i}
}

func sameOperation(a, b *tracker.Interface) bool {
	return a.AdminUp == b.AdminUp && a.OperState == b.OperState && a.Running == b.Running
}

// reason is that of the interface but for what changes with every look at it.
func reason(i *tracker.Interface) string {
	switch i.State {
	case tracker.Announced:
		return ""
	case tracker.Waiting:
		return "waiting for the end of the notification delay"
	case tracker.Withdrawing:
		return "withdrawing at the end of the withdrawal delay"
	case tracker.Excluded:
		return "excluded by the configuration"
	case tracker.NameTaken:
		return "name taken by another interface"
	}
	return i.Reason()
}

func newModel(name string, m *pb.HostInterface, i *tracker.Interface) *ifmodel.InterfaceState {
	admin, oper := ifmodel.InterfaceState_DOWN, ifmodel.InterfaceState_DOWN
	if i.AdminUp {
		admin = ifmodel.InterfaceState_UP
	}
	switch i.OperState {
	case tracker.OperUp:
		oper = ifmodel.InterfaceState_UP
	case tracker.OperUnknown:
		oper = ifmodel.InterfaceState_UNKNOWN_STATUS
	}
	return &ifmodel.InterfaceState{
		Name:         name,
		InternalName: m.GetName(),
		Type:         modelType(i),
		IfIndex:      m.GetIndex(),
		AdminStatus:  admin,
		OperStatus:   oper,
		LastChange:   m.GetLastChange().GetSeconds(),
		PhysAddress:  m.GetMac(),
		Mtu:          m.GetMtu(),
	}
}

// loopbackIndex is LOOPBACK_IFINDEX (include/net/flow.h): the loopback device is
// the first of every network namespace.
const loopbackIndex = 1

// modelType returns EXISTING for what the model has no type of its own.
func modelType(i *tracker.Interface) ifmodel.Interface_Type {
	switch {
	case i.Index == loopbackIndex:
		return ifmodel.Interface_LOOPBACK
	case i.Kind == "veth":
		return ifmodel.Interface_VETH
	case i.Kind == "vrf":
		return ifmodel.Interface_VRF_DEVICE
	case i.Kind == "dummy":
		return ifmodel.Interface_DUMMY
	}
	return ifmodel.Interface_EXISTING
}
