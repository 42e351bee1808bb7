// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"net/url"
	"time"

	ifwatcherv1 "github.com/ifwatcher/ifwatcher/proto/ifwatcher/v1"
)

// HostInterface is an interface of the agent's host, as its watcher knows it.
// An agent that does not say whether it is announced says so by its state.
type HostInterface struct {
	Name      string     `json:"name"`
	Index     int        `json:"index"`
	Kind      string     `json:"kind"`
	AdminUp   bool       `json:"admin_up"`
	OperState string     `json:"oper_state"`
	MAC       string     `json:"mac"`
	MTU       int        `json:"mtu"`
	Addresses []string   `json:"addresses"`
	Master    string     `json:"master"`
	VRF       string     `json:"vrf"`
	Namespace string     `json:"namespace"`
	AltNames  []string   `json:"altnames"`
	Announced *bool      `json:"announced"`
	Since     *time.Time `json:"announced_since"`
	State     string     `json:"state"`
	Reason    string     `json:"reason"`
}

// HostInterfaceOf converts the message that agents stream and publish.
func HostInterfaceOf(m *ifwatcherv1.HostInterface) HostInterface {
	announced := m.GetAnnounced()
	i := HostInterface{
		Name: unescape(m.GetName()), Index: int(m.GetIndex()), Kind: m.GetKind(), AdminUp: m.GetAdminUp(),
		OperState: m.GetOperState(), MAC: m.GetMac(), MTU: int(m.GetMtu()), Addresses: m.GetAddresses(),
		Master: unescape(m.GetMaster()), VRF: unescape(m.GetVrf()), Namespace: unescape(m.GetNamespace()),
		Announced: &announced, State: m.GetState(), Reason: m.GetReason(),
	}
	for _, name := range m.GetAltnames() {
		i.AltNames = append(i.AltNames, unescape(name))
	}
	if t := m.GetAnnouncedSince(); t != nil {
		since := t.AsTime()
		i.Since = &since
	}
	return i
}

// unescape undoes what the message does to bytes that are no text. What is not
// escaped as it should be is taken as it is.
func unescape(name string) string {
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}
