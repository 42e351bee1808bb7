// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	l3model "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"

	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/linuxcalls"
)

// put creates a value that is neither interface nor address.
func (b *bench) put(d *kvs.KVDescriptor, v proto.Message) error {
	_, err := d.Create(keyOf(v), v)
	return err
}

func withUplink(t *testing.T, marks bool) *bench {
	b := newBench(t, marks)
	b.kernel.AddLink("eth0")
	v := uplink()
	v.Mtu, v.PhysAddress = 0, ""
	b.must(b.create(v))
	b.kernel.Changes()
	return b
}

func TestRouteLife(t *testing.T) {
	for _, tc := range []struct {
		route *l3model.Route
		text  string
	}{
		{&l3model.Route{DstNetwork: "10.99.0.0/24", GwAddr: "10.11.1.254"}, "10.99.0.0/24 via 10.11.1.254 dev 1 metric 0 scope 0"},
		{&l3model.Route{DstNetwork: "10.99.0.7/24", Metric: 5}, "10.99.0.0/24 via link dev 1 metric 5 scope 253"},
		{&l3model.Route{DstNetwork: "0.0.0.0/0", GwAddr: "10.11.1.254"}, "0.0.0.0/0 via 10.11.1.254 dev 1 metric 0 scope 0"},
		{&l3model.Route{DstNetwork: "::/0", GwAddr: "fe80::1"}, "::/0 via fe80::1 dev 1 metric 1024 scope 0"},
	} {
		b := withUplink(t, true)
		tc.route.OutgoingInterface = "uplink"
		b.must(b.put(b.routes, tc.route))
		b.changes("route +" + tc.text)
		b.must(b.put(b.routes, tc.route)) // a repetition changes nothing
		b.changes()
		if got := b.retrieve(b.routes)[keyOf(tc.route)]; !proto.Equal(got, tc.route) {
			t.Errorf("retrieved %v, want %v", got, tc.route)
		}
		b.must(b.routes.Delete(keyOf(tc.route), tc.route, nil))
		b.changes("route -" + tc.text)
		b.must(b.routes.Delete(keyOf(tc.route), tc.route, nil))
		b.changes()
	}
}

func TestRouteOfAnotherStays(t *testing.T) {
	b := withUplink(t, true)
	foreign := linuxcalls.Route{LinkIndex: 1, Dst: netip.MustParsePrefix("10.99.0.0/24"), Gateway: netip.MustParseAddr("10.11.1.253"), Protocol: 4}
	b.must(b.kernel.RouteAdd(foreign))
	b.kernel.Changes()
	v := &l3model.Route{OutgoingInterface: "uplink", DstNetwork: "10.99.0.0/24", GwAddr: "10.11.1.254"}
	err := b.put(b.routes, v)
	if !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), "10.11.1.253 by eth0 of protocol 4") {
		t.Errorf("err = %v, want ErrForeign that tells the other route", err)
	}
	b.must(b.routes.Delete(keyOf(v), v, nil))
	b.changes()
	// Beside it, with another metric, there is room.
	v.Metric = 10
	b.must(b.put(b.routes, v))
	b.must(b.routes.Delete(keyOf(v), v, nil))
	if list, _ := b.kernel.RouteList(0); len(list) != 1 || list[0] != foreign {
		t.Errorf("routes = %v, want %v alone", list, foreign)
	}
}

func TestRouteOfAnotherValue(t *testing.T) {
	b := withUplink(t, true)
	b.kernel.AddLink("eth1")
	second := uplink()
	second.Name, second.HostIfName = "second", "eth1"
	b.must(b.create(second))
	a := &l3model.Route{OutgoingInterface: "uplink", DstNetwork: "10.99.0.0/24"}
	c := &l3model.Route{OutgoingInterface: "second", DstNetwork: "10.99.0.0/24"}
	b.must(b.put(b.routes, a))
	if err := b.put(b.routes, c); !errors.Is(err, ErrTaken) || !strings.Contains(err.Error(), keyOf(a)) {
		t.Errorf("err = %v, want ErrTaken that names %s", err, keyOf(a))
	}
	b.must(b.routes.Delete(keyOf(a), a, nil))
	if want := []string{"route/10.99.0.0/24/0"}; !slices.Equal(b.released, want) {
		t.Errorf("released %q, want %q", b.released, want)
	}
	b.must(b.put(b.routes, c))
	b.must(b.routes.Delete(keyOf(c), c, nil))
	if len(b.released) != 1 {
		t.Errorf("released %q, the last of which nobody waits for", b.released)
	}
}

func TestRouteChangedByAnotherIsNotDeleted(t *testing.T) {
	b := withUplink(t, true)
	v := &l3model.Route{OutgoingInterface: "uplink", DstNetwork: "10.99.0.0/24", GwAddr: "10.11.1.254"}
	b.must(b.put(b.routes, v))
	list, _ := b.kernel.RouteList(testMark)
	b.must(b.kernel.RouteDelete(list[0]))
	list[0].Protocol = 3 // as "ip route change" leaves it
	b.must(b.kernel.RouteAdd(list[0]))
	b.kernel.Changes()
	if got := b.retrieve(b.routes); len(got) > 0 {
		t.Errorf("retrieved %v, which is not ours any more", got)
	}
	b.must(b.routes.Delete(keyOf(v), v, nil))
	b.changes()
}

func TestRouteNeedsItsInterface(t *testing.T) {
	b := newBench(t, true)
	err := b.put(b.routes, &l3model.Route{OutgoingInterface: "uplink", DstNetwork: "10.99.0.0/24"})
	if err == nil || !retriable(err) || !strings.Contains(err.Error(), "uplink") {
		t.Errorf("err = %v, want one that names the interface, to be repeated", err)
	}
}

func TestARPLife(t *testing.T) {
	for _, ip := range []string{"10.11.1.9", "2001:db8::9"} {
		for _, marks := range []bool{true, false} {
			b := withUplink(t, marks)
			v := &l3model.ARPEntry{Interface: "uplink", IpAddress: ip, HwAddress: "02:00:00:00:00:09"}
			b.must(b.put(b.arps, v))
			b.changes("link 1 +" + ip + "=02:00:00:00:00:09")
			next := proto.CloneOf(v)
			next.HwAddress = "02:00:00:00:00:0A"
			_, err := b.arps.Update(keyOf(v), v, next, nil)
			b.must(err)
			b.changes("link 1 +" + ip + "=02:00:00:00:00:0a")
			if got := b.retrieve(b.arps)[keyOf(v)]; got == nil || !equivalentARPs(got.(*l3model.ARPEntry), next) {
				t.Errorf("retrieved %v, want %v", got, next)
			}
			b.must(b.arps.Delete(keyOf(v), next, nil))
			b.changes("link 1 -" + ip)
			b.must(b.arps.Delete(keyOf(v), next, nil))
			b.changes()
		}
	}
}

func TestARPOfAnother(t *testing.T) {
	mac, _ := net.ParseMAC("02:00:00:00:00:09")
	ip := netip.MustParseAddr("10.11.1.9")
	for _, tc := range []struct {
		name      string
		permanent bool
		hw        string
		refused   bool
		changes   []string
	}{
		{"learnt", false, "02:00:00:00:00:0b", false, []string{"link 1 +10.11.1.9=02:00:00:00:00:0b", "link 1 -10.11.1.9"}},
		{"set alike", true, "02:00:00:00:00:09", false, nil},
		{"set otherwise", true, "02:00:00:00:00:0b", true, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := withUplink(t, true)
			b.kernel.AddNeighbour(linuxcalls.Neighbour{LinkIndex: 1, IP: ip, MAC: mac, Permanent: tc.permanent})
			v := &l3model.ARPEntry{Interface: "uplink", IpAddress: ip.String(), HwAddress: tc.hw}
			if err := b.put(b.arps, v); errors.Is(err, ErrForeign) != tc.refused || !tc.refused && err != nil {
				t.Errorf("err = %v", err)
			}
			if got := b.retrieve(b.arps, v); (got[keyOf(v)] == nil) != tc.refused {
				t.Errorf("retrieved %v", got)
			}
			b.must(b.arps.Delete(keyOf(v), v, nil))
			b.changes(tc.changes...)
		})
	}
}
