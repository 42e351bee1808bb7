// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package tracker

import (
	"fmt"
	"net/netip"
	"slices"
)

// EventType tells what an Event reports.
type EventType uint8

// The four messages of rtnetlink(7) that a Tracker understands.
const (
	LinkSet EventType = iota + 1 // RTM_NEWLINK: the link exists and looks like this
	LinkDel                      // RTM_DELLINK: the link has left the namespace
	AddrSet                      // RTM_NEWADDR
	AddrDel                      // RTM_DELADDR
)

// Event is one change reported by the kernel.
type Event struct {
	Type EventType
	Link Link    // for LinkSet and LinkDel
	Addr Address // for AddrSet and AddrDel
}

// Link is what the kernel says of one interface (struct ifinfomsg and IFLA_*
// attributes, include/uapi/linux/if_link.h), as far as a Tracker uses it.
type Link struct {
	Index     int       // ifi_index, unique in the namespace at any moment
	Family    uint8     // ifi_family; a Tracker ignores all but AF_UNSPEC (0)
	Name      string    // IFLA_IFNAME: any bytes but '/', ':' and white space
	Kind      string    // IFLA_INFO_KIND, empty for physical devices
	Master    int       // IFLA_MASTER, 0 = none
	AdminUp   bool      // IFF_UP
	Running   bool      // IFF_RUNNING
	OperState OperState // IFLA_OPERSTATE
	MTU       int       // IFLA_MTU, bytes
	MAC       string    // IFLA_ADDRESS as text, empty if there is none
	AltNames  []string  // IFLA_ALT_IFNAME, in the order of the kernel
}

func (l Link) equal(o Link) bool {
	return l.Index == o.Index && l.Family == o.Family && l.Name == o.Name && l.Kind == o.Kind &&
		l.Master == o.Master && l.AdminUp == o.AdminUp && l.Running == o.Running && l.OperState == o.OperState &&
		l.MTU == o.MTU && l.MAC == o.MAC && slices.Equal(l.AltNames, o.AltNames)
}

// Address is one address of an interface (struct ifaddrmsg and IFA_*
// attributes, include/uapi/linux/if_addr.h).
type Address struct {
	Index int // ifa_index
	// Prefix is the local address with its length. An address with a peer has
	// the full length, since the prefix is then the peer's (ip-address(8)).
	Prefix netip.Prefix
	// Peer tells apart IPv4 addresses that share the local part; it is the zero
	// value where there is no peer, and for IPv6, where the kernel allows an
	// address once only and may change its peer.
	Peer netip.Prefix
	// Tentative is true until duplicate address detection has ended, unless the
	// kernel lets the address be used meanwhile (IFA_F_OPTIMISTIC).
	Tentative bool
	// DADFailed is true for an address found to be in use by another host.
	DADFailed bool
	// NoDAD is true for an address that is used without duplicate address detection
	// (IFA_F_NODAD).
	NoDAD bool
}

// usable tells whether an address can be bound to and be a source. Only such an
// address is announced: configuration that waits for an address would fail on a
// tentative one.
func (a Address) usable() bool { return !a.Tentative && !a.DADFailed }

// AddressID is what the kernel takes for one address of a link.
type AddressID struct{ prefix, peer netip.Prefix }

// ID returns what tells the address apart from all others of its link. An IPv6
// address that gets a peer, or loses it, stays the same one.
func (a Address) ID() AddressID {
	if ip := a.Prefix.Addr(); ip.Is6() {
		return AddressID{prefix: netip.PrefixFrom(ip, ip.BitLen())}
	}
	return AddressID{a.Prefix, a.Peer}
}

// withLinkDown returns the address as it is while its link is set down. IPv4
// addresses stay as they are. The kernel removes IPv6 ones and says so, or keeps
// them (sysctl keep_addr_on_down) to detect duplicates anew when the link is set
// up, and says nothing until that has ended.
func (a Address) withLinkDown() Address {
	a.Tentative = a.Tentative || a.Prefix.Addr().Is6() && !a.NoDAD
	return a
}

// OperState is the operational state of RFC 2863 as numbered in
// include/uapi/linux/if.h (IF_OPER_*).
type OperState uint8

// The values of OperState.
const (
	OperUnknown OperState = iota
	OperNotPresent
	OperDown
	OperLowerLayerDown
	OperTesting
	OperDormant
	OperUp
)

var operStateNames = [...]string{"unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"}

// String returns the name that /sys/class/net/<name>/operstate uses.
func (s OperState) String() string {
	if int(s) < len(operStateNames) {
		return operStateNames[s]
	}
	return fmt.Sprintf("operstate(%d)", uint8(s))
}
