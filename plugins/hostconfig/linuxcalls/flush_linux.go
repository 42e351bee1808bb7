// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linuxcalls

import (
	"errors"
	"slices"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// withIPv4Routes runs f, which deletes the last IPv4 address of a link, and puts
// back what the kernel then drops of routes that need no address: they may
// belong to somebody else. Those through a gateway go with the network that the
// gateway was in.
func (h *Handler) withIPv4Routes(index int, f func() error) error {
	link, err := h.LinkByIndex(index)
	if err != nil {
		return err
	}
	if !link.Up {
		return f() // the routes have gone with that
	}
	routes, err := h.onLinkRoutes(index)
	if err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	for _, msg := range routes {
		req := h.request(unix.RTM_NEWROUTE, unix.NLM_F_CREATE|unix.NLM_F_EXCL|unix.NLM_F_ACK)
		req.AddRawData(msg)
		// One that is there again, or cannot be any more, is nobody's loss.
		_, _ = req.Execute(unix.NETLINK_ROUTE, 0)
	}
	return nil
}

// onLinkRoutes returns the messages that make again the unicast routes of the
// main table on a link that have no gateway and were not made by the kernel.
func (h *Handler) onLinkRoutes(index int) ([][]byte, error) {
	msgs, err := h.dump(unix.RTM_GETROUTE, unix.RTM_NEWROUTE,
		&nl.RtMsg{RtMsg: unix.RtMsg{Family: unix.AF_INET, Table: unix.RT_TABLE_MAIN, Type: unix.RTN_UNICAST}},
		nl.NewRtAttr(unix.RTA_OIF, nl.Uint32Attr(index32(index))))
	if errors.Is(err, unix.ENOENT) {
		return nil, nil // there is no such table yet
	}
	if err != nil {
		return nil, newOpError("list routes", "of "+linkObject(index), err)
	}
	var kept [][]byte
	for _, msg := range msgs {
		routes, err := parseRoute(msg, unix.AF_INET)
		if err != nil {
			return nil, newOpError("list routes", "of "+linkObject(index), err)
		}
		// A kernel without strict checking ignores the filters.
		if len(routes) != 1 || routes[0].LinkIndex != index || routes[0].Gateway.IsValid() || routes[0].Protocol == unix.RTPROT_KERNEL {
			continue
		}
		msg = slices.Clone(msg)
		// What the kernel tells of the link it does not take.
		nl.DeserializeRtMsg(msg).Flags &= unix.RTNH_F_ONLINK
		kept = append(kept, msg)
	}
	return kept, nil
}
