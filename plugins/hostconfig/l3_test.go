// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package hostconfig

import (
	"net/netip"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"

	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	l3model "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"

	"github.com/ifwatcher/ifwatcher/internal/lab"
	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/linuxcalls"
)

func TestForeignRouteIsNamedAndStays(t *testing.T) {
	s := newStack(t)
	s.start()
	s.addVeth("hostA")
	iface, route := uplink(), uplinkRoute()
	s.set(iface)
	s.state(iface, configured)
	h, err := linuxcalls.NewHandler()
	s.must(err)
	defer h.Close()
	link, err := h.LinkByName("hostA")
	s.must(err)
	foreign := linuxcalls.Route{LinkIndex: link.Index, Dst: netip.MustParsePrefix("10.99.0.0/24"), Gateway: netip.MustParseAddr("10.11.1.250"), Protocol: 4}
	s.must(h.RouteAdd(foreign))
	s.set(route)
	s.failure(route, failed, "10.11.1.250", "hostA")
	s.remove(route)
	if list, err := h.RouteList(4); err != nil || !slices.Contains(list, foreign) {
		t.Errorf("routes = %v, %v; want %v among them", list, err, foreign)
	}
}

// TestDefaultRoutes has what users ask for: both families, and a gateway that
// an on-link route makes reachable.
func TestDefaultRoutes(t *testing.T) {
	s := newStack(t)
	s.start()
	s.addVeth("hostA")
	iface := uplink()
	onLink := &l3model.Route{OutgoingInterface: "uplink", DstNetwork: "10.50.0.1/32"}
	v4 := &l3model.Route{OutgoingInterface: "uplink", DstNetwork: "0.0.0.0/0", GwAddr: "10.50.0.1", Metric: 50}
	v6 := &l3model.Route{OutgoingInterface: "uplink", DstNetwork: "::/0", GwAddr: "fe80::1"}
	s.set(iface, v4, v6)
	s.state(v6, configured)
	s.state(v4, pending)
	s.set(onLink)
	for _, v := range []proto.Message{onLink, v4} {
		s.state(v, configured)
	}
	changed := proto.CloneOf(v4)
	changed.GwAddr = "10.11.1.254"
	s.set(changed)
	s.state(changed, configured)
	s.remove(onLink)
	s.state(changed, configured)
	h, err := linuxcalls.NewHandler()
	s.must(err)
	defer h.Close()
	list, err := h.RouteList(defaultProtocolNumber)
	s.must(err)
	if len(list) != 2 || list[0].Gateway.String() != "10.11.1.254" || list[0].Metric != 50 || list[1].Dst.String() != "::/0" {
		t.Errorf("routes = %+v", list)
	}
}

// TestAddressesReplaced shows that routes and neighbours outlive what the kernel
// drops them for: its last IPv4 address, and that of the link itself.
func TestAddressesReplaced(t *testing.T) {
	s := newStack(t)
	s.start()
	s.addVeth("hostA")
	iface, route, arp := uplink(), uplinkRoute(), uplinkARP()
	iface.Name, iface.HostIfName = "hostA", "" // the usual case
	route.OutgoingInterface, arp.Interface = "hostA", "hostA"
	s.set(proto.CloneOf(iface), route, arp)
	for _, change := range []func(*ifmodel.Interface){
		func(v *ifmodel.Interface) { v.IpAddresses[0] = "10.11.1.2/24" },
		func(v *ifmodel.Interface) { v.PhysAddress = "02:00:00:00:00:55" },
		func(v *ifmodel.Interface) { v.PhysAddress, v.IpAddresses[0] = "", "10.11.1.1/23" },
	} {
		change(iface)
		s.set(proto.CloneOf(iface))
		for _, v := range []proto.Message{iface, route, arp} {
			s.state(v, configured)
		}
		s.address("hostA", iface.GetIpAddresses()[0], true)
		s.route("10.99.0.0/24", true)
		if !hasNeighbour(t) {
			t.Errorf("the neighbour is gone with %v", iface)
		}
	}
}

// TestRoutesOfOnePlace has two ways to the same network: the second takes over
// when the first goes with its interface.
func TestRoutesOfOnePlace(t *testing.T) {
	s := newStack(t)
	s.start()
	s.addVeth("hostA")
	s.addVeth("hostB")
	other := uplink()
	other.Name, other.HostIfName, other.IpAddresses = "other", "hostB", []string{"10.12.1.1/24"}
	first, second := uplinkRoute(), uplinkRoute()
	second.OutgoingInterface, second.GwAddr = "other", "10.12.1.254"
	s.set(uplink(), other, first)
	s.state(first, configured)
	s.set(second)
	s.failure(second, failed, "10.99.0.0/24", l3model.RouteKey("10.99.0.0/24", "uplink"))
	s.must(lab.Delete("hostA"))
	s.state(first, pending)
	s.state(second, configured)
	s.route("10.99.0.0/24", true)
}
