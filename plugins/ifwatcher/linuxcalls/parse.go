// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linuxcalls

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// message is one netlink message without its header.
type message struct {
	kind    uint16 // nlmsg_type
	seq     uint32
	payload []byte
}

// nextMessage cuts the first message off a datagram (struct nlmsghdr, netlink(7)).
func nextMessage(b []byte) (m message, rest []byte, err error) {
	if len(b) < unix.NLMSG_HDRLEN {
		return m, nil, fmt.Errorf("%w: %d bytes where a header is due", ErrMalformed, len(b))
	}
	n := int(binary.NativeEndian.Uint32(b))
	if n < unix.NLMSG_HDRLEN || n > len(b) {
		return m, nil, fmt.Errorf("%w: length %d of %d bytes", ErrMalformed, n, len(b))
	}
	m.kind = binary.NativeEndian.Uint16(b[4:])
	m.seq = binary.NativeEndian.Uint32(b[8:])
	m.payload = b[unix.NLMSG_HDRLEN:n]
	return m, b[min(align(n), len(b)):], nil
}

// parseEvent reads a message of the groups subscribed to. ok is false for one that
// says nothing of a link or an IP address.
func parseEvent(m message) (e tracker.Event, ok bool, err error) {
	switch m.kind {
	case unix.RTM_NEWLINK:
		e.Type = tracker.LinkSet
		e.Link, ok, err = parseLink(m.payload)
	case unix.RTM_DELLINK:
		e.Type = tracker.LinkDel
		e.Link, ok, err = parseLink(m.payload)
	case unix.RTM_NEWADDR:
		e.Type = tracker.AddrSet
		e.Addr, ok, err = parseAddress(m.payload)
	case unix.RTM_DELADDR:
		e.Type = tracker.AddrDel
		e.Addr, ok, err = parseAddress(m.payload)
	}
	return e, ok, err
}

// parseLink reads a struct ifinfomsg with its attributes. ok is false for the
// partial messages of wireless events, which lack the state of the link.
func parseLink(b []byte) (l tracker.Link, ok bool, err error) {
	if len(b) < unix.SizeofIfInfomsg {
		return l, false, fmt.Errorf("%w: link of %d bytes", ErrMalformed, len(b))
	}
	l.Family = b[0]
	l.Index = int(int32(binary.NativeEndian.Uint32(b[4:])))
	flags := binary.NativeEndian.Uint32(b[8:])
	l.AdminUp = flags&unix.IFF_UP != 0
	l.Running = flags&unix.IFF_RUNNING != 0
	if l.Index <= 0 {
		return l, false, fmt.Errorf("%w: link with index %d", ErrMalformed, l.Index)
	}
	ok = true
	err = eachAttr(b[unix.SizeofIfInfomsg:], func(kind uint16, v []byte) error {
		switch kind {
		case unix.IFLA_IFNAME:
			l.Name = cString(v)
		case unix.IFLA_ADDRESS:
			l.MAC = net.HardwareAddr(v).String()
		case unix.IFLA_MTU:
			mtu, err := attrUint32(v)
			l.MTU = int(mtu)
			return err
		case unix.IFLA_PROP_LIST:
			return eachAttr(v, func(kind uint16, v []byte) error {
				if kind == unix.IFLA_ALT_IFNAME {
					l.AltNames = append(l.AltNames, cString(v))
				}
				return nil
			})
		case unix.IFLA_MASTER:
			master, err := attrUint32(v)
			l.Master = int(master)
			return err
		case unix.IFLA_OPERSTATE:
			if len(v) != 1 {
				return fmt.Errorf("%w: operational state of %d bytes", ErrMalformed, len(v))
			}
			l.OperState = tracker.OperState(v[0])
		case unix.IFLA_LINKINFO:
			return eachAttr(v, func(kind uint16, v []byte) error {
				if kind == unix.IFLA_INFO_KIND {
					l.Kind = cString(v)
				}
				return nil
			})
		case unix.IFLA_WIRELESS:
			ok = false
		}
		return nil
	})
	if err == nil && ok && l.Name == "" && l.Family == unix.AF_UNSPEC {
		err = fmt.Errorf("%w: link %d without name", ErrMalformed, l.Index)
	}
	return l, ok && err == nil, err
}

// parseAddress reads a struct ifaddrmsg with its attributes. ok is false for
// families other than IPv4 and IPv6.
func parseAddress(b []byte) (a tracker.Address, ok bool, err error) {
	if len(b) < unix.SizeofIfAddrmsg {
		return a, false, fmt.Errorf("%w: address of %d bytes", ErrMalformed, len(b))
	}
	family, bits, flags := b[0], int(b[1]), uint32(b[2])
	a.Index = int(int32(binary.NativeEndian.Uint32(b[4:])))
	if family != unix.AF_INET && family != unix.AF_INET6 {
		return a, false, nil
	}
	if a.Index <= 0 {
		return a, false, fmt.Errorf("%w: address of link %d", ErrMalformed, a.Index)
	}
	var address, local netip.Addr
	err = eachAttr(b[unix.SizeofIfAddrmsg:], func(kind uint16, v []byte) (err error) {
		switch kind {
		case unix.IFA_ADDRESS:
			address, err = attrAddr(family, v)
		case unix.IFA_LOCAL:
			local, err = attrAddr(family, v)
		case unix.IFA_FLAGS: // all 32 bits of what the header has 8 of
			flags, err = attrUint32(v)
		}
		return err
	})
	if err != nil {
		return a, false, err
	}
	if !address.IsValid() && family == unix.AF_INET {
		address = netip.IPv4Unspecified() // the kernel leaves out 0.0.0.0
	}
	if !address.IsValid() || bits > address.BitLen() {
		return a, false, fmt.Errorf("%w: address %v/%d of link %d", ErrMalformed, address, bits, a.Index)
	}
	// IFA_ADDRESS is the prefix, and with a peer the prefix is the peer's; IFA_LOCAL
	// is then the local address. IPv6 without a peer has no IFA_LOCAL.
	a.Prefix = netip.PrefixFrom(address, bits)
	if local.IsValid() && local != address {
		if family == unix.AF_INET {
			a.Peer = a.Prefix
		}
		a.Prefix = netip.PrefixFrom(local, local.BitLen())
	}
	a.DADFailed = flags&unix.IFA_F_DADFAILED != 0
	a.Tentative = flags&unix.IFA_F_TENTATIVE != 0 && flags&unix.IFA_F_OPTIMISTIC == 0
	a.NoDAD = flags&unix.IFA_F_NODAD != 0
	return a, true, nil
}

// eachAttr calls f for each attribute (struct rtattr, rtnetlink(7)).
func eachAttr(b []byte, f func(kind uint16, value []byte) error) error {
	for len(b) > 0 {
		if len(b) < unix.SizeofRtAttr {
			return fmt.Errorf("%w: %d bytes where an attribute is due", ErrMalformed, len(b))
		}
		n := int(binary.NativeEndian.Uint16(b))
		if n < unix.SizeofRtAttr || n > len(b) {
			return fmt.Errorf("%w: attribute of length %d in %d bytes", ErrMalformed, n, len(b))
		}
		kind := binary.NativeEndian.Uint16(b[2:]) &^ (unix.NLA_F_NESTED | unix.NLA_F_NET_BYTEORDER)
		if err := f(kind, b[unix.SizeofRtAttr:n]); err != nil {
			return err
		}
		b = b[min(align(n), len(b)):]
	}
	return nil
}

func attrUint32(v []byte) (uint32, error) {
	if len(v) != 4 {
		return 0, fmt.Errorf("%w: number of %d bytes", ErrMalformed, len(v))
	}
	return binary.NativeEndian.Uint32(v), nil
}

func attrAddr(family uint8, v []byte) (netip.Addr, error) {
	switch {
	case family == unix.AF_INET && len(v) == 4:
		return netip.AddrFrom4([4]byte(v)), nil
	case family == unix.AF_INET6 && len(v) == 16:
		return netip.AddrFrom16([16]byte(v)), nil
	}
	return netip.Addr{}, fmt.Errorf("%w: address of %d bytes in family %d", ErrMalformed, len(v), family)
}

func cString(v []byte) string {
	if i := bytes.IndexByte(v, 0); i >= 0 {
		v = v[:i]
	}
	return string(v)
}

// align rounds up as NLMSG_ALIGN and RTA_ALIGN do.
func align(n int) int { return (n + unix.NLMSG_ALIGNTO - 1) &^ (unix.NLMSG_ALIGNTO - 1) }
