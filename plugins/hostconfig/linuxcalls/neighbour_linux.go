// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linuxcalls

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// sizeofNdMsg is the size of struct ndmsg of linux/neighbour.h.
const sizeofNdMsg = 12

// NeighbourList implements NetlinkAPIRead.
func (h *Handler) NeighbourList() ([]Neighbour, error) {
	const op = "list neighbours"
	var neighs []Neighbour
	for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
		msgs, err := h.dump(unix.RTM_GETNEIGH, unix.RTM_NEWNEIGH, &netlink.Ndmsg{Family: family})
		if err != nil {
			return nil, newOpError(op, "", err)
		}
		for _, msg := range msgs {
			neigh, err := parseNeighbour(msg)
			if err != nil {
				return nil, newOpError(op, "", err)
			}
			if neigh.IP.IsValid() {
				neighs = append(neighs, neigh)
			}
		}
	}
	return neighs, nil
}

// NeighbourGet implements NetlinkAPIRead. Kernels before 5.0 have to be asked
// for all.
func (h *Handler) NeighbourGet(linkIndex int, ip netip.Addr) (Neighbour, error) {
	neigh := Neighbour{LinkIndex: linkIndex, IP: ip}
	req := h.request(unix.RTM_GETNEIGH, 0)
	for _, d := range neighbourData(neigh, 0) {
		req.AddData(d)
	}
	msgs, err := req.Execute(unix.NETLINK_ROUTE, unix.RTM_NEWNEIGH)
	if errors.Is(err, unix.EOPNOTSUPP) {
		return h.neighbourFromList(neigh)
	}
	if err == nil && len(msgs) == 0 {
		err = unix.ENOENT
	}
	if err == nil {
		neigh, err = parseNeighbour(msgs[0])
	}
	return neigh, newOpError("get neighbour", neighbourObject(neigh), err)
}

func (h *Handler) neighbourFromList(want Neighbour) (Neighbour, error) {
	list, err := h.NeighbourList()
	if err != nil {
		return Neighbour{}, err
	}
	for _, n := range list {
		if n.LinkIndex == want.LinkIndex && n.IP == want.IP {
			return n, nil
		}
	}
	return Neighbour{}, newOpError("get neighbour", neighbourObject(want), unix.ENOENT)
}

func parseNeighbour(msg []byte) (Neighbour, error) {
	var neigh Neighbour
	err := attributes(msg, sizeofNdMsg, func(attrType uint16, value []byte) {
		switch attrType {
		case netlink.NDA_DST:
			neigh.IP = addrOf(value)
		case netlink.NDA_LLADDR:
			neigh.MAC = append(net.HardwareAddr(nil), value...)
		case netlink.NDA_PROTOCOL:
			neigh.Protocol = uint8Of(value)
		}
	})
	if err != nil {
		return Neighbour{}, err
	}
	native := nl.NativeEndian()
	neigh.LinkIndex = int(native.Uint32(msg[4:]))
	neigh.Permanent = native.Uint16(msg[8:])&netlink.NUD_PERMANENT != 0
	return neigh, nil
}

// NeighbourSet implements NetlinkAPIWrite.
func (h *Handler) NeighbourSet(neigh Neighbour) error {
	data := neighbourData(neigh, netlink.NUD_PERMANENT)
	data = append(data, nl.NewRtAttr(netlink.NDA_LLADDR, neigh.MAC))
	if neigh.Protocol != 0 {
		data = append(data, nl.NewRtAttr(netlink.NDA_PROTOCOL, nl.Uint8Attr(neigh.Protocol)))
	}
	err := h.change(unix.RTM_NEWNEIGH, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, data...)
	return newOpError("set neighbour", neighbourObject(neigh), err)
}

// NeighbourDelete implements NetlinkAPIWrite.
func (h *Handler) NeighbourDelete(neigh Neighbour) error {
	err := h.change(unix.RTM_DELNEIGH, 0, neighbourData(neigh, 0)...)
	return newOpError("delete neighbour", neighbourObject(neigh), err)
}

func neighbourData(neigh Neighbour, state uint16) []nl.NetlinkRequestData {
	return []nl.NetlinkRequestData{
		&netlink.Ndmsg{Family: familyOf(neigh.IP), Index: index32(neigh.LinkIndex), State: state},
		nl.NewRtAttr(netlink.NDA_DST, neigh.IP.AsSlice()),
	}
}

func neighbourObject(neigh Neighbour) string {
	return fmt.Sprintf("%v on %s", neigh.IP, linkObject(neigh.LinkIndex))
}
