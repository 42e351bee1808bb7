// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"google.golang.org/protobuf/proto"

	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	l3model "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"

	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/ownership"
)

var (
	theRoute = &l3model.Route{OutgoingInterface: "uplink", DstNetwork: "10.99.0.0/24", GwAddr: "10.11.1.254", Scope: l3model.Route_GLOBAL}
	theARP   = &l3model.ARPEntry{Interface: "uplink", IpAddress: "10.11.1.9", HwAddress: "02:00:00:00:00:09"}
)

// configured is a host with one value of each kind, and beside each a foreign
// object of the same kind. Records are in dir.
func configured(t *testing.T, marks bool, dir string) *bench {
	t.Helper()
	b := newBench(t, marks)
	b.restart(records(t, dir), true)
	index := b.kernel.AddLink("eth0")
	b.must(b.create(uplink()))
	b.must(b.put(b.routes, theRoute))
	b.must(b.put(b.arps, theARP))
	b.must(b.kernel.AddressAdd(linuxcalls.Address{LinkIndex: index, Prefix: netip.MustParsePrefix("10.11.1.7/24")}))
	b.must(b.kernel.RouteAdd(linuxcalls.Route{LinkIndex: index, Dst: netip.MustParsePrefix("10.98.0.0/24"), Protocol: 4}))
	mac, _ := net.ParseMAC("02:00:00:00:00:08")
	b.kernel.AddNeighbour(linuxcalls.Neighbour{LinkIndex: index, IP: netip.MustParseAddr("10.11.1.8"), MAC: mac, Permanent: true})
	b.kernel.Changes()
	return b
}

func records(t *testing.T, dir string) *ownership.Store {
	t.Helper()
	s, _, err := ownership.Open(dir, ownership.Identity{Boot: "b"}, func(err error) { t.Error(err) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// kill starts anew as after a kill: nothing was done to end the first process.
func (b *bench) kill(dir string, exclusive bool) {
	b.host.Records.Close()
	b.restart(records(b.t, dir), exclusive)
}

// checkRetrieved expects the configured values and no others.
func (b *bench) checkRetrieved(correlate ...proto.Message) {
	b.t.Helper()
	for _, tc := range []struct {
		got        map[string]proto.Message
		want       proto.Message
		equivalent func(key string, a, b proto.Message) bool
	}{
		{b.retrieve(b.interfaces, correlate...), uplink(), b.interfaces.ValueComparator},
		{b.retrieve(b.routes, correlate...), theRoute, b.routes.ValueComparator},
		{b.retrieve(b.arps, correlate...), theARP, b.arps.ValueComparator},
	} {
		key := keyOf(tc.want)
		if len(tc.got) != 1 || tc.got[key] == nil || !tc.equivalent(key, tc.got[key], tc.want) {
			b.t.Errorf("retrieved %v, want %v alone", tc.got, tc.want)
		}
	}
}

// withdrawRetrieved deletes all that Retrieve returns, as the scheduler does
// where nothing of it is wanted any more, in its order.
func (b *bench) withdrawRetrieved() {
	b.t.Helper()
	for key, v := range b.retrieve(b.arps) {
		b.must(b.arps.Delete(key, v, nil))
	}
	for key, v := range b.retrieve(b.routes) {
		b.must(b.routes.Delete(key, v, nil))
	}
	for _, v := range b.retrieve(b.interfaces) {
		b.must(b.remove(v.(*ifmodel.Interface)))
	}
}

func TestRestartFindsItsOwn(t *testing.T) {
	for name, marks := range map[string]bool{"marks kept": true, "no marks": false} {
		for who, exclusive := range map[string]bool{"alone": true, "beside another agent": false} {
			t.Run(name+", "+who, func(t *testing.T) {
				dir := t.TempDir()
				b := configured(t, marks, dir)
				b.kill(dir, exclusive)
				b.checkRetrieved()
				b.changes()
				b.withdrawRetrieved()
				b.changes("link 1 -10.11.1.9",
					"route -10.99.0.0/24 via 10.11.1.254 dev 1 metric 0 scope 0",
					"link 1 -10.11.1.1/24", "link 1 -2001:db8::1/64",
					"link 1 mac=02:00:00:00:00:01", "link 1 mtu=1500")
				if left := b.host.Records.List(""); len(left) > 0 {
					t.Errorf("records left: %v", left)
				}
			})
		}
	}
}

func TestRestartSeesWhatChangedMeanwhile(t *testing.T) {
	dir := t.TempDir()
	b := configured(t, true, dir)
	b.must(b.kernel.SetLinkMTU(1, 1300))
	b.must(b.kernel.AddressDelete(linuxcalls.Address{LinkIndex: 1, Prefix: netip.MustParsePrefix("10.11.1.1/24")}))
	b.kill(dir, true)
	got := b.retrieve(b.interfaces)[keyOf(uplink())].(*ifmodel.Interface)
	want := uplink()
	want.Mtu, want.IpAddresses = 1300, want.IpAddresses[1:]
	if !equivalentInterfaces(got, want) {
		t.Errorf("retrieved %v, want %v", got, want)
	}
	b.must(b.remove(got))
	// The MTU is somebody else's now; the address record goes with nothing left to do.
	b.kernel.Changes()
	if link, _ := b.kernel.LinkByIndex(1); link.MTU != 1300 {
		t.Errorf("MTU = %d, which somebody else had set to 1300", link.MTU)
	}
}

func TestRestartAfterTheLinkWasMadeAnew(t *testing.T) {
	dir := t.TempDir()
	b := configured(t, true, dir)
	b.kernel.DeleteLink("eth0")
	b.kernel.AddLink("eth0")
	b.kill(dir, true)
	for _, values := range []map[string]proto.Message{b.retrieve(b.interfaces), b.retrieve(b.routes), b.retrieve(b.arps)} {
		if len(values) > 0 {
			t.Errorf("retrieved %v of a link that is gone", values)
		}
	}
	if left := b.host.Records.List(""); len(left) > 0 {
		t.Errorf("records left: %v", left)
	}
	b.must(b.create(uplink()))
}

// TestRestartWithoutRecords is what marks alone are good for.
func TestRestartWithoutRecords(t *testing.T) {
	lose := func(t *testing.T, dir string) {
		if err := os.WriteFile(filepath.Join(dir, "hostconfig.state"), []byte("garbage"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("correlated", func(t *testing.T) {
		dir := t.TempDir()
		b := configured(t, true, dir)
		lose(t, dir)
		b.kill(dir, true)
		b.checkRetrieved(uplink(), theRoute, theARP)
		b.changes()
	})
	t.Run("withdrawn", func(t *testing.T) {
		dir := t.TempDir()
		b := configured(t, true, dir)
		lose(t, dir)
		b.kill(dir, true)
		b.withdrawRetrieved()
		addrs, _ := b.kernel.AddressList(0)
		routes, _ := b.kernel.RouteList(0)
		neighs, _ := b.kernel.NeighbourList()
		if len(addrs) != 1 || len(routes) != 1 || len(neighs) != 1 {
			t.Errorf("left are %v, %v, %v; want what is foreign alone", addrs, routes, neighs)
		}
	})
	for name, tc := range map[string]struct{ marks, exclusive bool }{
		"another agent has the same mark": {true, false},
		"no marks":                        {false, true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			b := configured(t, tc.marks, dir)
			b.must(b.routes.Delete(keyOf(theRoute), theRoute, nil)) // routes have their mark on any kernel
			lose(t, dir)
			b.kill(dir, tc.exclusive)
			b.kernel.Changes()
			b.withdrawRetrieved()
			b.changes()
		})
	}
}

// TestOnlyTheFirstRetrieveClaims leaves alone what another agent with the same
// mark sets later.
func TestOnlyTheFirstRetrieveClaims(t *testing.T) {
	dir := t.TempDir()
	b := configured(t, true, dir)
	b.kill(dir, true)
	b.checkRetrieved()
	other := b.kernel.AddLink("eth1")
	b.must(b.kernel.AddressAdd(linuxcalls.Address{LinkIndex: other, Prefix: netip.MustParsePrefix("10.12.1.1/24"), Protocol: testMark}))
	b.must(b.kernel.RouteAdd(linuxcalls.Route{LinkIndex: other, Dst: netip.MustParsePrefix("10.97.0.0/24"), Protocol: testMark}))
	mac, _ := net.ParseMAC("02:00:00:00:00:07")
	b.kernel.AddNeighbour(linuxcalls.Neighbour{LinkIndex: other, IP: netip.MustParseAddr("10.12.1.7"), MAC: mac, Permanent: true, Protocol: testMark})
	b.checkRetrieved()
}

// TestUnreadableRecord drops the record and goes on with the others.
func TestUnreadableRecord(t *testing.T) {
	dir := t.TempDir()
	b := configured(t, true, dir)
	r, _ := b.host.Records.Get(keyOf(theRoute))
	r.Value = []byte(`{"noSuchField":1}`)
	b.host.Records.Put(keyOf(theRoute), r)
	b.kill(dir, true)
	b.checkRetrieved()
}
