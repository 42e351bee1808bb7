// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linuxcalls

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// attrProto is IFA_PROTO of linux/if_addr.h: one byte that says who made an
// address. The kernel keeps it since 5.18 and skips it before.
const attrProto = 11

// AddressList implements NetlinkAPIRead.
func (h *Handler) AddressList(linkIndex int) ([]Address, error) {
	const op = "list addresses"
	// A kernel without strict checking sends the addresses of all links.
	msgs, err := h.dump(unix.RTM_GETADDR, unix.RTM_NEWADDR,
		&nl.IfAddrmsg{IfAddrmsg: unix.IfAddrmsg{Index: index32(linkIndex)}})
	if err != nil {
		return nil, newOpError(op, "", err)
	}
	addrs := make([]Address, 0, len(msgs))
	for _, msg := range msgs {
		addr, err := parseAddress(msg)
		if err != nil {
			return nil, newOpError(op, "", err)
		}
		if addr.Prefix.IsValid() && (linkIndex == 0 || addr.LinkIndex == linkIndex) {
			addrs = append(addrs, addr)
		}
	}
	return addrs, nil
}

func parseAddress(msg []byte) (Address, error) {
	var (
		addr          Address
		local, remote netip.Addr
		flags         uint32
	)
	err := attributes(msg, unix.SizeofIfAddrmsg, func(attrType uint16, value []byte) {
		switch attrType {
		case unix.IFA_LOCAL:
			local = addrOf(value)
		case unix.IFA_ADDRESS:
			remote = addrOf(value)
		case unix.IFA_FLAGS:
			flags = uint32Of(value)
		case attrProto:
			addr.Protocol = uint8Of(value)
		}
	})
	if err != nil {
		return Address{}, err
	}
	// IPv6 gives an ordinary address as IFA_ADDRESS alone, IPv4 as both.
	if !local.IsValid() {
		local = remote
	}
	if remote != local {
		addr.Peer = remote
	}
	head := nl.DeserializeIfAddrmsg(msg)
	addr.LinkIndex = int(head.Index)
	addr.Prefix = netip.PrefixFrom(local, int(head.Prefixlen))
	addr.Secondary = local.Is4() && (flags|uint32(head.Flags))&unix.IFA_F_SECONDARY != 0
	return addr, nil
}

// AddressAdd implements NetlinkAPIWrite. An IPv4 network of more than two
// addresses gets its broadcast address.
func (h *Handler) AddressAdd(addr Address) error {
	data := addressData(addr)
	if broadcast, ok := broadcastOf(addr.Prefix); ok {
		data = append(data, nl.NewRtAttr(unix.IFA_BROADCAST, broadcast.AsSlice()))
	}
	if addr.Protocol != 0 {
		data = append(data, nl.NewRtAttr(attrProto, nl.Uint8Attr(addr.Protocol)))
	}
	err := h.change(unix.RTM_NEWADDR, unix.NLM_F_CREATE|unix.NLM_F_EXCL, data...)
	return newOpError("add address", addressObject(addr), err)
}

// AddressDelete implements NetlinkAPIWrite.
func (h *Handler) AddressDelete(addr Address) error {
	remove := func() error {
		return newOpError("delete address", addressObject(addr),
			h.change(unix.RTM_DELADDR, 0, addressData(addr)...))
	}
	if !addr.Prefix.Addr().Is4() {
		return remove()
	}
	addrs, err := h.AddressList(addr.LinkIndex)
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(addrs, func(a Address) bool { return !a.Prefix.Addr().Is4() || a.Prefix == addr.Prefix })
	switch {
	case len(others) == 0:
		return h.withIPv4Routes(addr.LinkIndex, remove)
	case slices.ContainsFunc(others, func(a Address) bool { return a.Secondary && a.Prefix.Masked() == addr.Prefix.Masked() }):
		return h.withPromoteSecondaries(addr.LinkIndex, remove)
	}
	return remove()
}

func addressData(addr Address) []nl.NetlinkRequestData {
	ip := addr.Prefix.Addr()
	value := ip.AsSlice()
	return []nl.NetlinkRequestData{
		&nl.IfAddrmsg{IfAddrmsg: unix.IfAddrmsg{
			Family:    familyOf(ip),
			Prefixlen: uint8(addr.Prefix.Bits()),
			Scope:     addressScope(ip),
			Index:     index32(addr.LinkIndex),
		}},
		nl.NewRtAttr(unix.IFA_LOCAL, value),
		nl.NewRtAttr(unix.IFA_ADDRESS, value),
	}
}

// addressScope is what ip(8) gives an address; for IPv6 the kernel decides.
func addressScope(ip netip.Addr) uint8 {
	if ip.Is4() && ip.IsLoopback() {
		return unix.RT_SCOPE_HOST
	}
	return unix.RT_SCOPE_UNIVERSE
}

// broadcastOf returns the last address of an IPv4 network. Networks of one or
// two addresses have none (RFC 3021), nor has loopback.
func broadcastOf(prefix netip.Prefix) (netip.Addr, bool) {
	ip := prefix.Addr()
	if !ip.Is4() || prefix.Bits() >= 31 || ip.IsLoopback() {
		return netip.Addr{}, false
	}
	b := ip.As4()
	for i := prefix.Bits(); i < 32; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	return netip.AddrFrom4(b), true
}

func addressObject(addr Address) string {
	return fmt.Sprintf("%v on %s", addr.Prefix, linkObject(addr.LinkIndex))
}
