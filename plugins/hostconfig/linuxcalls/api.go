// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linuxcalls

import (
	"net"
	"net/netip"
)

// Link is a network interface.
type Link struct {
	Index int
	Name  string
	MTU   int
	MAC   net.HardwareAddr
	Up    bool // IFF_UP, the administrative state
}

// Address is an IP address of a link.
type Address struct {
	LinkIndex int
	Prefix    netip.Prefix // local address and length of the network
	Peer      netip.Addr   // other end of a point-to-point address, else invalid
	Secondary bool         // IFA_F_SECONDARY: goes with its primary on IPv4
	Protocol  uint8        // IFA_PROTO, 0 if unknown
}

// Route is a unicast route of the main table with one next hop.
type Route struct {
	LinkIndex int
	Dst       netip.Prefix // masked; length 0 is the default route
	Gateway   netip.Addr   // invalid if on link
	Metric    uint32
	Scope     uint8 // RT_SCOPE_*; always 0 when read for IPv6
	Protocol  uint8 // RTPROT_*
}

// Neighbour is an entry of the ARP or neighbour table.
type Neighbour struct {
	LinkIndex int
	IP        netip.Addr
	MAC       net.HardwareAddr
	Permanent bool  // NUD_PERMANENT: somebody configured it
	Protocol  uint8 // NDA_PROTOCOL, 0 if unknown
}

// Features tells what the kernel remembers for us.
type Features struct {
	AddressProtocol   bool // IFA_PROTO is kept
	NeighbourProtocol bool // NDA_PROTOCOL is kept
}

// NetlinkAPI is the kernel as hostconfig sees it. Errors unwrap to the errno
// of the kernel. Implementations are safe for concurrent use.
type NetlinkAPI interface {
	NetlinkAPIRead
	NetlinkAPIWrite
}

// NetlinkAPIRead needs no privilege.
type NetlinkAPIRead interface {
	// Features is constant.
	Features() Features
	// CheckPrivilege returns EPERM if the kernel would refuse any change.
	CheckPrivilege() error
	// LinkByName and LinkByIndex return ENODEV if there is no such link.
	LinkByName(name string) (Link, error)
	LinkByIndex(index int) (Link, error)
	LinkList() ([]Link, error)
	// AddressList returns the addresses of all links for index 0.
	AddressList(linkIndex int) ([]Address, error)
	// RouteList returns the unicast routes of the main table, those of one
	// protocol unless it is 0.
	RouteList(protocol uint8) ([]Route, error)
	// NeighbourList leaves proxy entries out.
	NeighbourList() ([]Neighbour, error)
	// NeighbourGet returns ENOENT if there is no such entry.
	NeighbourGet(linkIndex int, ip netip.Addr) (Neighbour, error)
}

// NetlinkAPIWrite needs CAP_NET_ADMIN; without it the error is EPERM.
type NetlinkAPIWrite interface {
	SetLinkUp(index int, up bool) error
	SetLinkMTU(index, mtu int) error
	SetLinkMAC(index int, mac net.HardwareAddr) error
	// AddressAdd returns EEXIST if the link has the address.
	AddressAdd(addr Address) error
	// AddressDelete deletes this address and no other: secondaries of the
	// same network stay, whatever net.ipv4.conf.*.promote_secondaries says.
	// Nor do routes without gateway go with the last IPv4 address of a link.
	// It returns EADDRNOTAVAIL or ENODEV if there is nothing to delete.
	AddressDelete(addr Address) error
	// RouteAdd returns EEXIST if there is a route with the same destination
	// and metric, whatever its next hop.
	RouteAdd(route Route) error
	// RouteDelete deletes the route only if all fields agree, the protocol
	// included, else it returns ESRCH.
	RouteDelete(route Route) error
	// NeighbourSet adds a permanent entry, or replaces the one for the same
	// address and link.
	NeighbourSet(neigh Neighbour) error
	// NeighbourDelete returns ENOENT if there is no such entry.
	NeighbourDelete(neigh Neighbour) error
}
