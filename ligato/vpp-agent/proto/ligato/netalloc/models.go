// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package netalloc has the messages and keys of allocated network addresses,
// which other configuration refers to by name instead of by value.
package netalloc

import (
	"net"

	"go.ligato.io/vpp-agent/v3/pkg/models"
)

// ModuleName is the module of the models in this package.
const ModuleName = "netalloc"

const (
	// AllocRefPrefix begins a reference to an allocated address in place of an
	// address: "alloc:<network>" or "alloc:<network>/<interface>".
	AllocRefPrefix = "alloc:"

	// AllocRefGWSuffix ends a reference to the gateway of an allocated address.
	AllocRefGWSuffix = "/GW"

	neighGwKeyPrefix = "netalloc/neigh-gw/"
)

// ModelIPAllocation is the model of allocated addresses.
var ModelIPAllocation = models.Register(&IPAllocation{}, models.Spec{
	Module:  ModuleName,
	Version: "v1",
	Type:    "ip",
}, models.WithNameTemplate("network/{{.NetworkName}}/interface/{{.InterfaceName}}"))

// IPAllocMetadata is what an allocation parses to.
type IPAllocMetadata struct {
	// IfaceAddr is the address of the interface with its network's mask.
	IfaceAddr *net.IPNet
	// GwAddr is the address of the gateway with its network's mask, nil if the
	// allocation has none.
	GwAddr *net.IPNet
}

// NeighGwKey returns the key of the value that exists while the gateway of an
// allocation is a neighbour, that is, in the network of the allocated address.
func NeighGwKey(network, iface string) string {
	return neighGwKeyPrefix + "network/" + network + "/interface/" + iface
}
