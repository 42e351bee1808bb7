// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"net"
	"net/netip"
	"testing"

	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	l3model "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"

	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/linuxcalls"
)

// TestLastAddressReplaced has the only IPv4 address of a link replaced, at which
// the kernel drops what else there is of IPv4.
func TestLastAddressReplaced(t *testing.T) {
	withAndWithoutMarks(t, func(t *testing.T, b *bench) {
		b.kernel.AddLink("eth0")
		b.must(b.create(uplink()))
		b.must(b.put(b.routes, theRoute))
		b.must(b.put(b.routes, &l3model.Route{OutgoingInterface: "uplink", DstNetwork: "2001:db8:9::/48"}))
		b.must(b.put(b.arps, theARP))
		b.kernel.Changes()

		values := b.addressValues(uplink())
		b.must(b.addresses.Delete(values[0].Key, values[0].Value, nil))
		b.changes("link 1 -10.11.1.1/24")
		next := &ifmodel.Interface{Name: "uplink", IpAddresses: []string{"10.11.1.2/24", "10.11.1.3/24"}}
		for _, kv := range b.addressValues(next) {
			_, err := b.addresses.Create(kv.Key, kv.Value)
			b.must(err)
		}
		b.changes("link 1 +10.11.1.2/24",
			"route +10.99.0.0/24 via 10.11.1.254 dev 1 metric 0 scope 0",
			"link 1 +10.11.1.9=02:00:00:00:00:09",
			"link 1 +10.11.1.3/24")
	})
}

// TestRestoreLeavesOthersAlone has somebody else fill the gap first.
func TestRestoreLeavesOthersAlone(t *testing.T) {
	b := newBench(t, true)
	b.kernel.AddLink("eth0")
	b.must(b.create(uplink()))
	b.must(b.put(b.routes, theRoute))
	b.must(b.put(b.arps, theARP))
	values := b.addressValues(uplink())
	b.must(b.addresses.Delete(values[0].Key, values[0].Value, nil))
	b.must(b.kernel.RouteAdd(linuxcalls.Route{LinkIndex: 1, Dst: netip.MustParsePrefix("10.99.0.0/24"), Protocol: 4}))
	mac, _ := net.ParseMAC("02:00:00:00:00:08")
	b.kernel.AddNeighbour(linuxcalls.Neighbour{LinkIndex: 1, IP: netip.MustParseAddr("10.11.1.9"), MAC: mac, Permanent: true})
	b.kernel.Changes()
	_, err := b.addresses.Create(values[0].Key, values[0].Value)
	b.must(err)
	b.changes("link 1 +10.11.1.1/24")
}

// TestMACChanged has the address of the link itself changed, at which the
// kernel drops its neighbours.
func TestMACChanged(t *testing.T) {
	b := newBench(t, true)
	b.kernel.AddLink("eth0")
	before := uplink()
	b.must(b.create(before))
	b.must(b.put(b.arps, theARP))
	b.kernel.Changes()
	after := uplink()
	after.PhysAddress = "02:00:00:00:00:55"
	_, err := b.interfaces.Update(keyOf(after), before, after, nil)
	b.must(err)
	b.changes("link 1 mac=02:00:00:00:00:55", "link 1 +10.11.1.9=02:00:00:00:00:09")
}
