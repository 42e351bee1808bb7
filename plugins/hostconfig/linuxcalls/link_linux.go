// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linuxcalls

import (
	"fmt"
	"net"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// LinkByName implements NetlinkAPIRead.
func (h *Handler) LinkByName(name string) (Link, error) {
	if len(name) >= unix.IFNAMSIZ {
		return Link{}, newOpError("get link", name, unix.ENODEV)
	}
	return h.link(name, 0, nl.NewRtAttr(unix.IFLA_IFNAME, nl.ZeroTerminated(name)))
}

// LinkByIndex implements NetlinkAPIRead.
func (h *Handler) LinkByIndex(index int) (Link, error) {
	return h.link(fmt.Sprintf("with index %d", index), index)
}

func (h *Handler) link(object string, index int, data ...nl.NetlinkRequestData) (Link, error) {
	msg, err := h.linkMessage(index, data...)
	if err != nil {
		return Link{}, newOpError("get link", object, err)
	}
	link, err := parseLink(msg)
	return link, newOpError("get link", object, err)
}

func (h *Handler) linkMessage(index int, data ...nl.NetlinkRequestData) ([]byte, error) {
	req := h.request(unix.RTM_GETLINK, 0)
	req.AddData(ifInfo(index))
	req.AddData(skipStats())
	for _, d := range data {
		req.AddData(d)
	}
	msgs, err := req.Execute(unix.NETLINK_ROUTE, unix.RTM_NEWLINK)
	if err != nil {
		return nil, err
	}
	if len(msgs) == 0 {
		return nil, unix.ENODEV
	}
	return msgs[0], nil
}

// LinkList implements NetlinkAPIRead.
func (h *Handler) LinkList() ([]Link, error) {
	const op = "list links"
	msgs, err := h.dump(unix.RTM_GETLINK, unix.RTM_NEWLINK, ifInfo(0), skipStats())
	if err != nil {
		return nil, newOpError(op, "", err)
	}
	links := make([]Link, 0, len(msgs))
	for _, msg := range msgs {
		link, err := parseLink(msg)
		if err != nil {
			return nil, newOpError(op, "", err)
		}
		links = append(links, link)
	}
	return links, nil
}

func parseLink(msg []byte) (Link, error) {
	var link Link
	err := attributes(msg, unix.SizeofIfInfomsg, func(attrType uint16, value []byte) {
		switch attrType {
		case unix.IFLA_IFNAME:
			link.Name = unix.ByteSliceToString(value)
		case unix.IFLA_MTU:
			link.MTU = int(uint32Of(value))
		case unix.IFLA_ADDRESS:
			link.MAC = append(net.HardwareAddr(nil), value...)
		}
	})
	if err != nil {
		return Link{}, err
	}
	head := nl.DeserializeIfInfomsg(msg)
	link.Index = int(head.Index)
	link.Up = head.Flags&unix.IFF_UP != 0
	return link, nil
}

// SetLinkUp implements NetlinkAPIWrite.
func (h *Handler) SetLinkUp(index int, up bool) error {
	op := "set link down"
	msg := ifInfo(index)
	msg.Change = unix.IFF_UP
	if up {
		op = "set link up"
		msg.Flags = unix.IFF_UP
	}
	return newOpError(op, linkObject(index), h.change(unix.RTM_SETLINK, 0, msg))
}

// SetLinkMTU implements NetlinkAPIWrite.
func (h *Handler) SetLinkMTU(index, mtu int) error {
	attr := nl.NewRtAttr(unix.IFLA_MTU, nl.Uint32Attr(uint32(mtu)))
	return newOpError(fmt.Sprintf("set MTU %d", mtu), "of "+linkObject(index),
		h.change(unix.RTM_SETLINK, 0, ifInfo(index), attr))
}

// SetLinkMAC implements NetlinkAPIWrite.
func (h *Handler) SetLinkMAC(index int, mac net.HardwareAddr) error {
	attr := nl.NewRtAttr(unix.IFLA_ADDRESS, mac)
	return newOpError(fmt.Sprintf("set MAC address %v", mac), "of "+linkObject(index),
		h.change(unix.RTM_SETLINK, 0, ifInfo(index), attr))
}

func ifInfo(index int) *nl.IfInfomsg {
	msg := nl.NewIfInfomsg(unix.AF_UNSPEC)
	msg.Index = int32(index32(index))
	return msg
}

// skipStats leaves the counters out of a reply, a third of its size.
func skipStats() nl.NetlinkRequestData {
	const skip = 1 << 3 // RTEXT_FILTER_SKIP_STATS of linux/rtnetlink.h
	return nl.NewRtAttr(unix.IFLA_EXT_MASK, nl.Uint32Attr(skip))
}

func linkObject(index int) string { return fmt.Sprintf("link %d", index) }
