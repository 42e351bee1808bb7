// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package hostconfig

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	kvspb "go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	l3model "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"

	"github.com/ifwatcher/ifwatcher/internal/lab"
	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/linuxcalls"
)

const (
	configured = kvspb.ValueState_CONFIGURED
	pending    = kvspb.ValueState_PENDING
	failed     = kvspb.ValueState_FAILED
	invalid    = kvspb.ValueState_INVALID
)

func uplink() *ifmodel.Interface {
	return &ifmodel.Interface{
		Name: "uplink", Type: ifmodel.Interface_EXISTING, HostIfName: "hostA", Enabled: true,
		IpAddresses: []string{"10.11.1.1/24", "2001:db8:11::1/64"},
	}
}

func uplinkRoute() *l3model.Route {
	return &l3model.Route{OutgoingInterface: "uplink", DstNetwork: "10.99.0.0/24", GwAddr: "10.11.1.254"}
}

func uplinkARP() *l3model.ARPEntry {
	return &l3model.ARPEntry{Interface: "uplink", IpAddress: "10.11.1.254", HwAddress: "02:00:00:00:00:fe"}
}

// addVeth makes hostA, up, with its peer.
func (s *stack) addVeth(name string) {
	s.t.Helper()
	s.must(lab.AddVeth(name, name+"p"))
	s.t.Cleanup(func() { _ = lab.Delete(name) })
	s.must(lab.Up(name, name+"p"))
}

// hasNeighbour reports whether the kernel has the neighbour of uplinkARP.
func hasNeighbour(t *testing.T) bool {
	t.Helper()
	h, err := linuxcalls.NewHandler()
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	list, err := h.NeighbourList()
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(list, func(n linuxcalls.Neighbour) bool {
		return n.Permanent && n.IP == netip.MustParseAddr(uplinkARP().GetIpAddress())
	})
}

func TestStory(t *testing.T) {
	s := newStack(t)
	s.start()
	iface, route, arp := uplink(), uplinkRoute(), uplinkARP()
	s.set(iface, route, arp)
	s.state(iface, pending)
	if got, want := s.details(iface), []string{"host-interface-exists"}; !slices.Equal(got, want) {
		t.Errorf("interface waits for %q, want %q", got, want)
	}
	if got, want := s.details(route), []string{"gw-reachable", "outgoing-interface-has-ip-address", "outgoing-interface-is-up"}; !slices.Equal(got, want) {
		t.Errorf("route waits for %q, want %q", got, want)
	}

	s.addVeth("hostA")
	applied := func() {
		t.Helper()
		for _, v := range []proto.Message{iface, route, arp} {
			s.state(v, configured)
		}
		s.address("hostA", "10.11.1.1/24", true)
		s.address("hostA", "2001:db8:11::1/64", true)
		s.route("10.99.0.0/24", true)
		if !hasNeighbour(t) {
			t.Error("the neighbour is not in the kernel")
		}
	}
	waiting := func() {
		t.Helper()
		for _, v := range []proto.Message{iface, route, arp} {
			s.state(v, pending)
		}
		s.route("10.99.0.0/24", false)
	}
	applied()

	s.must(lab.Delete("hostA"))
	waiting()
	s.addVeth("hostA")
	applied()
	s.must(lab.Rename("hostA", "moved"))
	waiting()
	s.address("moved", "10.11.1.1/24", false)
	s.must(lab.Rename("moved", "hostA"))
	applied()
	s.must(lab.Down("hostA"))
	waiting()
	s.address("hostA", "10.11.1.1/24", false)
	s.must(lab.Up("hostA"))
	applied()

	s.must(lab.AddAddress("hostA", "10.11.1.77/24"))
	s.remove(iface, route, arp)
	s.address("hostA", "10.11.1.1/24", false)
	s.route("10.99.0.0/24", false)
	if hasNeighbour(t) {
		t.Error("the neighbour is still in the kernel")
	}
	if !lab.HasAddress("hostA", "10.11.1.77/24") {
		t.Error("the address of somebody else is gone")
	}
}

func TestRestartDoesNotFlap(t *testing.T) {
	for _, lost := range []bool{false, true} {
		s := newStack(t)
		s.start()
		s.addVeth("hostA")
		iface, route, arp := uplink(), uplinkRoute(), uplinkARP()
		iface.Name, iface.HostIfName = "hostA", "" // so that the name is known without records too
		route.OutgoingInterface, arp.Interface = "hostA", "hostA"
		s.set(iface, route, arp)
		for _, v := range []proto.Message{iface, route, arp} {
			s.state(v, configured)
		}
		for _, change := range []func(){func() {}, func() { s.resync(kvs.DownstreamResync) }, func() { s.resync(kvs.FullResync) }} {
			m := startMonitor(t)
			s.stop()
			if lost {
				s.must(os.WriteFile(filepath.Join(s.stateDir, "hostconfig.state"), []byte("lost"), 0o600))
			}
			s.start()
			change()
			for _, v := range []proto.Message{iface, route, arp} {
				s.state(v, configured)
			}
			if gone := m.deletions(); len(gone) > 0 {
				t.Errorf("records lost=%v: deleted in between: %q", lost, gone)
			}
			s.address("hostA", "10.11.1.1/24", true)
			s.route("10.99.0.0/24", true)
		}
		s.stop()
		s.must(lab.Delete("hostA"))
	}
}

func TestDeletedWhileDown(t *testing.T) {
	s := newStack(t)
	s.start()
	s.addVeth("hostA")
	s.addVeth("hostB")
	iface, route, arp, other := uplink(), uplinkRoute(), uplinkARP(), uplink()
	other.Name, other.HostIfName, other.IpAddresses = "other", "hostB", []string{"10.12.1.1/24", "10.12.1.2/24"}
	iface.Mtu = 1400
	s.set(iface, route, arp, other)
	for _, v := range []proto.Message{iface, route, arp, other} {
		s.state(v, configured)
	}
	s.must(lab.AddAddress("hostA", "10.11.1.77/24"))
	s.must(lab.AddAddress("hostB", "10.12.1.77/24"))
	s.stop()

	clear(s.wanted)
	less := proto.CloneOf(other)
	less.IpAddresses = other.IpAddresses[1:]
	s.wanted[ifmodel.InterfaceKey("other")] = less
	s.start()
	s.address("hostA", "10.11.1.1/24", false)
	s.address("hostA", "2001:db8:11::1/64", false)
	s.route("10.99.0.0/24", false)
	s.address("hostB", "10.12.1.1/24", false)
	s.state(less, configured)
	for link, address := range map[string]string{"hostA": "10.11.1.77/24", "hostB": "10.12.1.77/24"} {
		if !lab.HasAddress(link, address) {
			t.Errorf("%s is gone from %s, and is not ours", address, link)
		}
	}
	if !lab.HasAddress("hostB", "10.12.1.2/24") {
		t.Error("10.12.1.2/24 is gone from hostB, and is still wanted")
	}
	if hasNeighbour(t) {
		t.Error("the neighbour is still there")
	}
	if link, err := net.InterfaceByName("hostA"); err != nil || link.MTU != 1500 {
		t.Errorf("link = %+v, %v; want the MTU that was found, 1500", link, err)
	}
}

func TestTwoValuesForOneHostInterface(t *testing.T) {
	s := newStack(t)
	s.start()
	s.addVeth("hostA")
	s.addVeth("hostB")
	first, second := uplink(), uplink()
	second.Name, second.IpAddresses = "wrong", []string{"10.12.1.1/24"}
	s.set(first)
	s.state(first, configured)
	s.set(second)
	s.failure(second, failed, "hostA", ifmodel.InterfaceKey("uplink"))

	// Correct the second: the first does not notice.
	m := startMonitor(t)
	corrected := proto.CloneOf(second)
	corrected.HostIfName = "hostB"
	s.set(corrected)
	s.state(corrected, configured)
	s.address("hostB", "10.12.1.1/24", true)
	if gone := m.deletions(); len(gone) > 0 {
		t.Errorf("deleted: %q", gone)
	}
	s.state(first, configured)

	// Wrong again; now the first gives way, and the second follows by itself.
	s.set(second)
	s.failure(second, failed, ifmodel.InterfaceKey("uplink"))
	s.remove(first)
	s.state(second, configured)
	s.address("hostA", "10.12.1.1/24", true)
	s.address("hostA", "10.11.1.1/24", false)
}

func TestInvalidOverGood(t *testing.T) {
	s := newStack(t)
	s.start()
	s.addVeth("hostA")
	iface := uplink()
	s.set(iface)
	s.state(iface, configured)
	bad := proto.CloneOf(iface)
	bad.IpAddresses = append(bad.IpAddresses, "10.13.1.1")
	s.set(bad)
	s.failure(bad, invalid, "ip_addresses", "10.13.1.1")
	s.address("hostA", "10.11.1.1/24", true)
	s.set(iface)
	s.state(iface, configured)
	s.address("hostA", "10.11.1.1/24", true)
	veth := &ifmodel.Interface{Name: "v", Type: ifmodel.Interface_VETH}
	s.set(veth)
	s.failure(veth, invalid, "type", "not implemented", "VETH")
}

func TestLinkOnlyWaitsForTheAddress(t *testing.T) {
	s := newStack(t)
	s.start()
	s.addVeth("hostB")
	mgmt := &ifmodel.Interface{
		Name: "mgmt", Type: ifmodel.Interface_EXISTING, HostIfName: "hostB", Enabled: true, LinkOnly: true,
		IpAddresses: []string{"10.12.1.1/24"},
	}
	route := &l3model.Route{OutgoingInterface: "mgmt", DstNetwork: "10.98.0.0/24", GwAddr: "10.12.1.254"}
	s.set(mgmt, route)
	s.state(route, pending)
	s.must(lab.AddAddress("hostB", "10.12.1.1/24"))
	s.state(mgmt, configured)
	s.state(route, configured)
	s.remove(mgmt, route)
	s.route("10.98.0.0/24", false)
	if !lab.HasAddress("hostB", "10.12.1.1/24") {
		t.Error("the address is gone, and was not ours")
	}
}

func TestWithoutPrivilege(t *testing.T) {
	s := newStack(t)
	if os.Getenv(unprivilegedEnv) == "" {
		s.addVeth("hostA")
		s.must(lab.AddAddress("hostA", "10.11.1.77/24"))
		withoutPrivilege(t)
		return
	}
	s.start()
	iface := uplink()
	s.set(iface)
	s.failure(iface, failed, "CAP_NET_ADMIN")
	bare := &ifmodel.Interface{Name: "hostA", Type: ifmodel.Interface_EXISTING, Enabled: true}
	s.remove(iface)
	s.set(bare)
	s.state(bare, configured)
	route := uplinkRoute()
	route.OutgoingInterface = "hostA" // whose address 10.11.1.77/24 has the gateway in its network
	s.set(route)
	s.failure(route, failed, "CAP_NET_ADMIN", "10.99.0.0/24")
}
