// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/cn-infra/v2/logging/logrus"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	l3model "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"

	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/linuxcalls/fake"
	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/ownership"
)

const testMark = 231

// bench drives the descriptors as the scheduler does, for values whose
// dependencies are met.
type bench struct {
	t        *testing.T
	kernel   *fake.Kernel
	host     *Host
	released []string

	interfaces, addresses, routes, arps *kvs.KVDescriptor
}

func newBench(t *testing.T, marks bool) *bench {
	b := &bench{t: t, kernel: fake.New(marks)}
	b.restart(ownership.Memory(), true)
	return b
}

// restart makes the descriptors anew, as a new process with these records.
func (b *bench) restart(records *ownership.Store, exclusive bool) {
	b.released = nil
	b.host = &Host{
		Kernel: b.kernel, Records: records, Mark: testMark, ClaimUnrecorded: exclusive,
		Released: func(host string) { b.released = append(b.released, host) },
		Log:      quietLog(),
	}
	b.interfaces, b.addresses = NewInterfaceDescriptor(b.host), NewAddressDescriptor(b.host)
	b.routes, b.arps = NewRouteDescriptor(b.host), NewARPDescriptor(b.host)
}

func quietLog() logging.Logger {
	log := logrus.NewLogger("test")
	log.SetLevel(logging.FatalLevel)
	return log
}

// create creates an interface and its addresses.
func (b *bench) create(v *ifmodel.Interface) error {
	if _, err := b.interfaces.Create(ifmodel.InterfaceKey(v.GetName()), v); err != nil {
		return err
	}
	for _, kv := range b.addressValues(v) {
		if _, err := b.addresses.Create(kv.Key, kv.Value); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) addressValues(v *ifmodel.Interface) []kvs.KeyValuePair {
	return slices.DeleteFunc(b.interfaces.DerivedValues("", v), func(kv kvs.KeyValuePair) bool {
		return !b.addresses.KeySelector(kv.Key)
	})
}

// remove withdraws an interface and its addresses.
func (b *bench) remove(v *ifmodel.Interface) error {
	for _, kv := range b.addressValues(v) {
		if err := b.addresses.Delete(kv.Key, kv.Value, nil); err != nil {
			return err
		}
	}
	return b.interfaces.Delete(ifmodel.InterfaceKey(v.GetName()), v, nil)
}

func (b *bench) retrieve(d *kvs.KVDescriptor, correlate ...proto.Message) map[string]proto.Message {
	b.t.Helper()
	var list []kvs.KVWithMetadata
	for _, v := range correlate {
		list = append(list, kvs.KVWithMetadata{Key: keyOf(v), Value: v, Origin: kvs.FromNB})
	}
	got, err := d.Retrieve(list)
	if err != nil {
		b.t.Fatal(err)
	}
	values := map[string]proto.Message{}
	for _, kv := range got {
		if _, twice := values[kv.Key]; twice || kv.Origin != kvs.FromNB || !d.KeySelector(kv.Key) {
			b.t.Errorf("retrieved %+v", kv)
		}
		values[kv.Key] = kv.Value
	}
	return values
}

func keyOf(v proto.Message) string {
	switch v := v.(type) {
	case *ifmodel.Interface:
		return ifmodel.InterfaceKey(v.GetName())
	case *l3model.Route:
		return l3model.RouteKey(v.GetDstNetwork(), v.GetOutgoingInterface())
	case *l3model.ARPEntry:
		return l3model.ArpKey(v.GetInterface(), v.GetIpAddress())
	}
	return ""
}

// changes expects what was done to the kernel since the last call.
func (b *bench) changes(want ...string) {
	b.t.Helper()
	if got := b.kernel.Changes(); !slices.Equal(got, want) {
		b.t.Errorf("changes = %q, want %q", got, want)
	}
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func uplink() *ifmodel.Interface {
	return &ifmodel.Interface{
		Name: "uplink", Type: ifmodel.Interface_EXISTING, HostIfName: "eth0", Enabled: true,
		Mtu: 9000, PhysAddress: "02:00:00:00:00:aa", IpAddresses: []string{"10.11.1.1/24", "2001:db8::1/64"},
	}
}

// withAndWithoutMarks runs a test on a kernel that keeps marks and on one that
// does not.
func withAndWithoutMarks(t *testing.T, test func(t *testing.T, b *bench)) {
	for name, marks := range map[string]bool{"marks kept": true, "no marks": false} {
		t.Run(name, func(t *testing.T) { test(t, newBench(t, marks)) })
	}
}

func TestInterfaceLife(t *testing.T) {
	withAndWithoutMarks(t, func(t *testing.T, b *bench) {
		b.kernel.AddLink("eth0")
		v := uplink()
		b.must(b.create(v))
		b.changes("link 1 mac=02:00:00:00:00:aa", "link 1 mtu=9000", "link 1 +10.11.1.1/24", "link 1 +2001:db8::1/64")
		b.must(b.create(v)) // a repetition changes nothing
		b.changes()

		next := uplink()
		next.Mtu, next.PhysAddress = 1400, ""
		_, err := b.interfaces.Update(keyOf(v), v, next, nil)
		b.must(err)
		b.changes("link 1 mac=02:00:00:00:00:01", "link 1 mtu=1400")

		b.must(b.remove(next))
		b.changes("link 1 -10.11.1.1/24", "link 1 -2001:db8::1/64", "link 1 mtu=1500")
		b.must(b.remove(next)) // a repetition changes nothing
		b.changes()
		if left := b.host.Records.List(""); len(left) > 0 {
			t.Errorf("records left: %v", left)
		}
	})
}

// TestLinkThatGoesDownJustThen has somebody set the link down after it was
// announced, and up again before it is withdrawn: the end finds it up.
func TestLinkThatGoesDownJustThen(t *testing.T) {
	b := newBench(t, true)
	index := b.kernel.AddLink("eth0")
	b.must(b.kernel.SetLinkUp(index, false))
	b.must(b.create(uplink()))
	b.must(b.kernel.SetLinkUp(index, true))
	b.must(b.remove(uplink()))
	if link, err := b.kernel.LinkByIndex(index); err != nil || !link.Up {
		t.Errorf("link = %+v, %v; want it up", link, err)
	}
}

func TestForeignStays(t *testing.T) {
	withAndWithoutMarks(t, func(t *testing.T, b *bench) {
		index := b.kernel.AddLink("eth0")
		for _, prefix := range addressesOf(uplink())[:1] {
			b.must(b.kernel.AddressAdd(linuxcalls.Address{LinkIndex: index, Prefix: prefix}))
		}
		b.kernel.Changes()
		v := uplink()
		v.Mtu, v.PhysAddress = 1500, "02:00:00:00:00:01" // as they are
		b.must(b.create(v))
		b.changes("link 1 +2001:db8::1/64")
		if got := b.retrieve(b.interfaces)[keyOf(v)]; !equivalentInterfaces(v, got.(*ifmodel.Interface)) {
			t.Errorf("retrieved %v, want %v", got, v)
		}
		b.must(b.remove(v))
		b.changes("link 1 -2001:db8::1/64")
	})
}

func TestLinkOnlyLeavesAddressesAlone(t *testing.T) {
	b := newBench(t, true)
	b.kernel.AddLink("eth0")
	v := uplink()
	v.LinkOnly = true
	b.must(b.create(v))
	b.changes("link 1 mtu=9000")
	for _, kv := range b.addressValues(v) {
		if deps := b.addresses.Dependencies(kv.Key, kv.Value); len(deps) != 1 ||
			deps[0].Label != "address-assigned-to-interface" ||
			!strings.HasPrefix(deps[0].Key, "linux/interface/host-name/eth0/address/") {
			t.Errorf("%s depends on %+v", kv.Key, deps)
		}
	}
	b.must(b.remove(v))
	b.changes("link 1 mtu=1500")
}

func TestDeletedLinkMakesWithdrawalSucceed(t *testing.T) {
	withAndWithoutMarks(t, func(t *testing.T, b *bench) {
		b.kernel.AddLink("eth0")
		v, route := uplink(), &l3model.Route{OutgoingInterface: "uplink", DstNetwork: "10.99.0.0/24", GwAddr: "10.11.1.254"}
		arp := &l3model.ARPEntry{Interface: "uplink", IpAddress: "10.11.1.9", HwAddress: "02:00:00:00:00:09"}
		b.must(b.create(v))
		_, err := b.routes.Create(keyOf(route), route)
		b.must(err)
		_, err = b.arps.Create(keyOf(arp), arp)
		b.must(err)
		b.kernel.DeleteLink("eth0")
		b.kernel.Changes()
		b.must(b.arps.Delete(keyOf(arp), arp, nil))
		b.must(b.routes.Delete(keyOf(route), route, nil))
		b.must(b.remove(v))
		b.changes()
		if left := b.host.Records.List(""); len(left) > 0 {
			t.Errorf("records left: %v", left)
		}
	})
}

// TestRenamedLink shows that what was done is undone where it was done, not on
// the link that has the name now.
func TestRenamedLink(t *testing.T) {
	b := newBench(t, true)
	b.kernel.AddLink("eth0")
	v := uplink()
	b.must(b.create(v))
	b.kernel.RenameLink("eth0", "old0")
	b.kernel.AddLink("eth0")
	b.kernel.Changes()

	got := b.retrieve(b.interfaces)[keyOf(v)].(*ifmodel.Interface)
	if got.GetHostIfName() != "old0" || !b.interfaces.UpdateWithRecreate("", got, v, nil) {
		t.Errorf("retrieved %v, which would not be applied again", got)
	}
	b.must(b.remove(v))
	b.changes("link 1 -10.11.1.1/24", "link 1 -2001:db8::1/64", "link 1 mac=02:00:00:00:00:01", "link 1 mtu=1500")
	b.must(b.create(v))
	b.changes("link 2 mac=02:00:00:00:00:aa", "link 2 mtu=9000", "link 2 +10.11.1.1/24", "link 2 +2001:db8::1/64")
}

func TestSecondValueForAHostInterface(t *testing.T) {
	b := newBench(t, true)
	b.kernel.AddLink("eth0")
	first, second := uplink(), uplink()
	second.Name = "another"
	b.must(b.create(first))
	b.kernel.Changes()
	err := b.create(second)
	if !errors.Is(err, ErrTaken) || retriable(err) || !strings.Contains(err.Error(), "eth0") || !strings.Contains(err.Error(), keyOf(first)) {
		t.Errorf("err = %v, want ErrTaken that names host interface and first value, not to be repeated", err)
	}
	b.must(b.remove(second))
	b.changes()
	b.must(b.remove(first))
	if want := []string{"eth0"}; !slices.Equal(b.released, want) {
		t.Errorf("released = %q, want %q", b.released, want)
	}
	b.must(b.create(second))
	b.must(b.remove(second))
	if len(b.released) != 1 {
		t.Errorf("released = %q though nobody waits", b.released)
	}
}

func TestClaimOfAVanishedLinkDoesNotCount(t *testing.T) {
	b := newBench(t, true)
	b.kernel.AddLink("eth0")
	first, second := uplink(), uplink()
	second.Name = "another"
	b.must(b.create(first))
	b.kernel.DeleteLink("eth0")
	b.kernel.AddLink("eth0")
	b.must(b.create(second))
}

func TestFailedCreationLeavesNothing(t *testing.T) {
	for _, failing := range []string{"SetLinkMAC", "SetLinkMTU", "SetLinkUp"} {
		b := newBench(t, true)
		index := b.kernel.AddLink("eth0")
		b.must(b.kernel.SetLinkUp(index, false))
		b.kernel.Fail(func(op string) error {
			if op == failing {
				return syscall.EBUSY
			}
			return nil
		})
		before, _ := b.kernel.LinkByName("eth0")
		err := b.create(uplink())
		if !errors.Is(err, syscall.EBUSY) || !retriable(err) {
			t.Errorf("%s: err = %v, want EBUSY, to be repeated", failing, err)
		}
		after, _ := b.kernel.LinkByName("eth0")
		if after.MTU != before.MTU || after.MAC.String() != before.MAC.String() || after.Up != before.Up {
			t.Errorf("%s: link was %+v, is %+v", failing, before, after)
		}
		if left := b.host.Records.List(""); len(left) > 0 {
			t.Errorf("%s: records left: %v", failing, left)
		}
	}
}

func TestWithoutPrivilege(t *testing.T) {
	b := newBench(t, true)
	index := b.kernel.AddLink("eth0")
	b.kernel.Fail(func(op string) error {
		if strings.HasSuffix(op, "List") {
			return nil
		}
		return syscall.EPERM
	})
	bare := &ifmodel.Interface{Name: "eth0", Type: ifmodel.Interface_EXISTING, Enabled: true}
	b.must(b.create(bare)) // needs no change
	b.must(b.remove(bare))
	v := &ifmodel.Interface{Name: "eth0", Type: ifmodel.Interface_EXISTING, IpAddresses: []string{"10.11.1.1/24"}}
	_, err := b.interfaces.Create(keyOf(v), v)
	if !linuxcalls.IsPermission(err) || retriable(err) || !strings.Contains(err.Error(), "CAP_NET_ADMIN") {
		t.Errorf("interface: %v, want EPERM that names CAP_NET_ADMIN, not to be repeated", err)
	}
	b.must(b.create(bare))
	for _, kv := range []struct {
		d *kvs.KVDescriptor
		v proto.Message
	}{
		{b.routes, &l3model.Route{OutgoingInterface: "eth0", DstNetwork: "10.99.0.0/24"}},
		{b.arps, &l3model.ARPEntry{Interface: "eth0", IpAddress: "10.11.1.9", HwAddress: "02:00:00:00:00:09"}},
	} {
		if _, err := kv.d.Create(keyOf(kv.v), kv.v); !linuxcalls.IsPermission(err) || !strings.Contains(err.Error(), "CAP_NET_ADMIN") {
			t.Errorf("%s: %v, want EPERM that names CAP_NET_ADMIN", kv.d.Name, err)
		}
	}
	if left := b.host.Records.List(""); len(left) != 1 || left[0].Link != index {
		t.Errorf("records = %v, want that of the interface alone", left)
	}
}
