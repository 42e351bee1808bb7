// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package linux_l3 has the messages and keys of routes and of static ARP
// entries of the Linux kernel.
package linux_l3

import (
	"strings"

	"go.ligato.io/vpp-agent/v3/pkg/models"
)

// ModuleName is the module of the models in this package.
const ModuleName = "linux.l3"

// ModelARPEntry is the model of static ARP entries.
var ModelARPEntry = models.Register(&ARPEntry{}, models.Spec{
	Module:  ModuleName,
	Version: "v2",
	Type:    "arp",
}, models.WithNameTemplate("{{.Interface}}/{{.IpAddress}}"))

// ModelRoute is the model of routes. A route is named by its network, without
// host bits, and its outgoing interface. A network that refers to an allocated
// address is taken as it is.
var ModelRoute = models.Register(&Route{}, models.Spec{
	Module:  ModuleName,
	Version: "v2",
	Type:    "route",
}, models.WithNameTemplate(
	`{{with ipnet .DstNetwork}}{{printf "%s/%d" .IP .MaskSize}}{{else}}{{.DstNetwork}}{{end}}/{{.OutgoingInterface}}`,
))

const (
	// LinkLocalRouteKeyPrefix begins the keys of link-local routes.
	LinkLocalRouteKeyPrefix = "linux/link-local-route/"

	linkLocalDestination = "/dest-address/"
)

// ArpKey returns the key of the ARP entry for an address on an interface.
func ArpKey(iface, ipAddr string) string {
	return models.Key(&ARPEntry{Interface: iface, IpAddress: ipAddr})
}

// RouteKey returns the key of the route to a network through an interface.
func RouteKey(dstNetwork, outgoingInterface string) string {
	return models.Key(&Route{DstNetwork: dstNetwork, OutgoingInterface: outgoingInterface})
}

// StaticLinkLocalRoutePrefix begins the keys of the link-local routes of one
// interface.
func StaticLinkLocalRoutePrefix(outgoingInterface string) string {
	return LinkLocalRouteKeyPrefix + outgoingInterface + "/"
}

// StaticLinkLocalRouteKey returns the key of the value that a route of link
// scope derives, so that others can depend on what is reachable through it.
func StaticLinkLocalRouteKey(dstAddr, outgoingInterface string) string {
	return LinkLocalRouteKeyPrefix + outgoingInterface + linkLocalDestination + dstAddr
}

// ParseStaticLinkLocalRouteKey takes apart a key that
// [StaticLinkLocalRouteKey] made. A key without interface or destination is not
// such a key.
func ParseStaticLinkLocalRouteKey(key string) (dstAddr, outgoingInterface string, isRouteKey bool) {
	rest, ok := strings.CutPrefix(key, LinkLocalRouteKeyPrefix)
	if !ok {
		return "", "", false
	}
	outgoingInterface, dstAddr, ok = strings.Cut(rest, linkLocalDestination)
	if !ok || outgoingInterface == "" || dstAddr == "" {
		return "", "", false
	}
	return dstAddr, outgoingInterface, true
}
