// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ifwatcher/ifwatcher/plugins/ifstate/internal/state"
)

// metadata is what the message of the model has no field for, as dumps show it. The
// fields are those of ifwatcher.v1.HostInterface.
type metadata struct {
	Index          uint32     `json:"index"`
	Kind           string     `json:"kind,omitempty"`
	OperState      string     `json:"oper_state"`
	Running        bool       `json:"running"`
	Addresses      []string   `json:"addresses,omitempty"`
	Master         string     `json:"master,omitempty"`
	VRF            string     `json:"vrf,omitempty"`
	Namespace      string     `json:"namespace,omitempty"`
	AltNames       []string   `json:"altnames,omitempty"`
	Announced      bool       `json:"announced"`
	AnnouncedSince *time.Time `json:"announced_since,omitempty"`
	State          string     `json:"state"`
	Reason         string     `json:"reason,omitempty"`
	StateSince     *time.Time `json:"state_since,omitempty"`
}

// GetIndex returns the index of the interface. The scheduler's own metadata of
// interfaces have the same method.
func (m *metadata) GetIndex() uint32 { return m.Index }

func newMetadata(e *state.Entry) *metadata {
	m := e.Message
	return &metadata{
		Index: uint32(m.GetIndex()), //nolint:gosec // not negative
		Kind:  m.GetKind(), OperState: m.GetOperState(), Running: m.GetRunning(), Addresses: m.GetAddresses(),
		Master: m.GetMaster(), VRF: m.GetVrf(), Namespace: m.GetNamespace(), AltNames: m.GetAltnames(),
		Announced: m.GetAnnounced(), AnnouncedSince: asTime(m.GetAnnouncedSince()),
		State: m.GetState(), Reason: m.GetReason(), StateSince: asTime(m.GetStateSince()),
	}
}

func asTime(t *timestamppb.Timestamp) *time.Time {
	if t == nil {
		return nil
	}
	at := t.AsTime()
	return &at
}
