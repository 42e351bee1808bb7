// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linuxcalls

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// RouteList implements NetlinkAPIRead. A route with several next hops is
// returned once for each.
func (h *Handler) RouteList(protocol uint8) ([]Route, error) {
	const op = "list routes"
	var routes []Route
	// One request for each family: with none given, a kernel that checks
	// strictly refuses the filters.
	for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
		// A kernel without strict checking ignores the filters.
		msgs, err := h.dump(unix.RTM_GETROUTE, unix.RTM_NEWROUTE, &nl.RtMsg{RtMsg: unix.RtMsg{
			Family: family, Table: unix.RT_TABLE_MAIN, Protocol: protocol, Type: unix.RTN_UNICAST,
		}})
		if errors.Is(err, unix.ENOENT) {
			continue // a namespace without any address has no IPv4 table yet
		}
		if err != nil {
			return nil, newOpError(op, "", err)
		}
		for _, msg := range msgs {
			parsed, err := parseRoute(msg, family)
			if err != nil {
				return nil, newOpError(op, "", err)
			}
			for _, r := range parsed {
				if protocol == 0 || r.Protocol == protocol {
					routes = append(routes, r)
				}
			}
		}
	}
	return routes, nil
}

// parseRoute returns nothing for what is not a unicast route of the main
// table, as entries of the route cache.
func parseRoute(msg []byte, family uint8) ([]Route, error) {
	var (
		route Route
		dst   netip.Addr
		hops  []Route
		table uint32
	)
	err := attributes(msg, unix.SizeofRtMsg, func(attrType uint16, value []byte) {
		switch attrType {
		case unix.RTA_DST:
			dst = addrOf(value)
		case unix.RTA_GATEWAY:
			route.Gateway = addrOf(value)
		case unix.RTA_VIA:
			route.Gateway = viaOf(value)
		case unix.RTA_OIF:
			route.LinkIndex = int(uint32Of(value))
		case unix.RTA_PRIORITY:
			route.Metric = uint32Of(value)
		case unix.RTA_TABLE:
			table = uint32Of(value)
		case unix.RTA_MULTIPATH:
			hops = nextHops(value)
		}
	})
	if err != nil {
		return nil, err
	}
	head := nl.DeserializeRtMsg(msg)
	if table == 0 {
		table = uint32(head.Table)
	}
	if head.Family != family || head.Type != unix.RTN_UNICAST || table != unix.RT_TABLE_MAIN ||
		head.Flags&unix.RTM_F_CLONED != 0 {
		return nil, nil
	}
	if !dst.IsValid() {
		dst = netip.IPv4Unspecified()
		if family == unix.AF_INET6 {
			dst = netip.IPv6Unspecified()
		}
	}
	route.Dst = netip.PrefixFrom(dst, int(head.Dst_len))
	route.Scope, route.Protocol = head.Scope, head.Protocol
	if len(hops) == 0 {
		return []Route{route}, nil
	}
	for i := range hops {
		index, gateway := hops[i].LinkIndex, hops[i].Gateway
		hops[i] = route
		hops[i].LinkIndex, hops[i].Gateway = index, gateway
	}
	return hops, nil
}

// nextHops reads RTA_MULTIPATH: a row of struct rtnexthop, each followed by
// attributes. It stops at the first that does not fit.
func nextHops(value []byte) []Route {
	var hops []Route
	for len(value) >= unix.SizeofRtNexthop {
		head := nl.DeserializeRtNexthop(value)
		size := int(head.RtNexthop.Len)
		if size < unix.SizeofRtNexthop || size > len(value) {
			return hops
		}
		hop := Route{LinkIndex: int(head.Ifindex)}
		err := attributes(value[:size], unix.SizeofRtNexthop, func(attrType uint16, value []byte) {
			switch attrType {
			case unix.RTA_GATEWAY:
				hop.Gateway = addrOf(value)
			case unix.RTA_VIA:
				hop.Gateway = viaOf(value)
			}
		})
		if err != nil {
			return hops
		}
		hops = append(hops, hop)
		value = value[min(len(value), align(size)):]
	}
	return hops
}

// viaOf reads struct rtvia: a family and an address, for a gateway of another
// family than the destination.
func viaOf(value []byte) netip.Addr {
	const family = 2
	if len(value) < family {
		return netip.Addr{}
	}
	return addrOf(value[family:])
}

// RouteAdd implements NetlinkAPIWrite.
func (h *Handler) RouteAdd(route Route) error {
	err := h.change(unix.RTM_NEWROUTE, unix.NLM_F_CREATE|unix.NLM_F_EXCL, routeData(route)...)
	return newOpError("add route", routeObject(route), err)
}

// RouteDelete implements NetlinkAPIWrite.
func (h *Handler) RouteDelete(route Route) error {
	err := h.change(unix.RTM_DELROUTE, 0, routeData(route)...)
	return newOpError("delete route", routeObject(route), err)
}

func routeData(route Route) []nl.NetlinkRequestData {
	dst := route.Dst.Masked()
	data := []nl.NetlinkRequestData{&nl.RtMsg{RtMsg: unix.RtMsg{
		Family:   familyOf(dst.Addr()),
		Dst_len:  uint8(dst.Bits()),
		Table:    unix.RT_TABLE_MAIN,
		Protocol: route.Protocol,
		Scope:    route.Scope,
		Type:     unix.RTN_UNICAST,
	}}}
	add := func(attrType int, value []byte) {
		data = append(data, nl.NewRtAttr(attrType, value))
	}
	if dst.Bits() > 0 {
		add(unix.RTA_DST, dst.Addr().AsSlice())
	}
	if route.Gateway.IsValid() {
		add(unix.RTA_GATEWAY, route.Gateway.AsSlice())
	}
	if route.Metric != 0 {
		add(unix.RTA_PRIORITY, nl.Uint32Attr(route.Metric))
	}
	add(unix.RTA_OIF, nl.Uint32Attr(index32(route.LinkIndex)))
	return data
}

func routeObject(route Route) string {
	text := fmt.Sprintf("to %v", route.Dst)
	if route.Gateway.IsValid() {
		text += fmt.Sprintf(" via %v", route.Gateway)
	}
	return text + " on " + linkObject(route.LinkIndex)
}
