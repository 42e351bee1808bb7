// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"net/netip"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	"go.ligato.io/vpp-agent/v3/proto/ligato/netalloc"

	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/ownership"
)

const (
	// InterfaceDescriptorName is the name that Ligato's own plugin uses, so
	// that tools find the values where they look for them.
	InterfaceDescriptorName = "linux-interface"

	hostInterfaceExistsDep = "host-interface-exists"
	hostInterfaceFreeDep   = "host-interface-free"

	// loopback is the name that the kernel gives the loopback interface of
	// every network namespace.
	loopback = "lo"
)

// interfaces applies the settings of EXISTING interfaces.
type interfaces struct {
	*Host
	// refused has the host interfaces that a value was refused because of
	// another one. Only the goroutine of the scheduler uses it.
	refused map[string]bool
	claim   bool // Host.ClaimUnrecorded, until the first Retrieve
}

// NewInterfaceDescriptor returns the descriptor of interfaces.
func NewInterfaceDescriptor(host *Host) *kvs.KVDescriptor {
	d := &interfaces{Host: host, refused: map[string]bool{}, claim: host.ClaimUnrecorded}
	return typed[*ifmodel.Interface]{
		validate:   func(_ string, v *ifmodel.Interface) error { return validateInterface(v) },
		create:     d.create,
		update:     d.update,
		recreate:   func(a, b *ifmodel.Interface) bool { return hostName(a) != hostName(b) },
		remove:     d.remove,
		equivalent: equivalentInterfaces,
		derived:    interfaceDerived,
		depends:    func(_ string, v *ifmodel.Interface) []kvs.Dependency { return interfaceDepends(v) },
		retrieve:   d.retrieve,
	}.complete(ofModel(InterfaceDescriptorName, ifmodel.ModelInterface))
}

// hostName returns the name that the interface has in the kernel.
func hostName(v *ifmodel.Interface) string {
	if v.GetHostIfName() != "" {
		return v.GetHostIfName()
	}
	return v.GetName()
}

// addressesOf returns the addresses in canonical form, without what is none.
func addressesOf(v *ifmodel.Interface) []netip.Prefix {
	var list []netip.Prefix
	for _, text := range v.GetIpAddresses() {
		if prefix, err := netip.ParsePrefix(text); err == nil {
			list = append(list, prefix)
		}
	}
	return list
}

// addressKey is the key of the value derived for an address. It has the
// canonical form, so that another spelling is the same value.
func addressKey(v *ifmodel.Interface, addr netip.Prefix) string {
	source := netalloc.IPAddressSource_STATIC
	if v.GetLinkOnly() {
		source = netalloc.IPAddressSource_EXISTING
	}
	return ifmodel.InterfaceAddressKey(v.GetName(), addr.String(), source)
}

func interfaceDerived(v *ifmodel.Interface) []kvs.KeyValuePair {
	derived := []kvs.KeyValuePair{{
		Key:   ifmodel.InterfaceStateKey(v.GetName(), v.GetEnabled()),
		Value: &emptypb.Empty{},
	}}
	for _, addr := range addressesOf(v) {
		derived = append(derived, kvs.KeyValuePair{
			Key: addressKey(v, addr),
			// Only what matters to the address, so that another change of the
			// interface is none of the address.
			Value: &ifmodel.Interface{Name: v.GetName(), Type: v.GetType(), HostIfName: hostName(v)},
		})
	}
	return derived
}

// interfaceDepends asks for the host interface. The second condition is there
// to be told by: when a key appears that meets it, the scheduler tries again a
// value that was refused because of another one. It is met together with the
// first one, and in general always, since there is a loopback interface: so a
// value that waits for its host interface says that and no more.
func interfaceDepends(v *ifmodel.Interface) []kvs.Dependency {
	exists := ifmodel.InterfaceHostNameKey(hostName(v))
	return []kvs.Dependency{
		{Label: hostInterfaceExistsDep, Key: exists},
		{Label: hostInterfaceFreeDep, AnyOf: kvs.AnyOfDependency{
			KeyPrefixes: []string{exists, ifmodel.InterfaceHostNameKey(loopback), ReleasedKey(hostName(v))},
		}},
	}
}

func equivalentInterfaces(a, b *ifmodel.Interface) bool {
	return proto.Equal(canonicalInterface(a), canonicalInterface(b))
}

func canonicalInterface(v *ifmodel.Interface) *ifmodel.Interface {
	c := &ifmodel.Interface{
		Name: v.GetName(), Type: v.GetType(), HostIfName: hostName(v), Enabled: v.GetEnabled(),
		PhysAddress: canonicalMAC(v.GetPhysAddress()), Mtu: v.GetMtu(), LinkOnly: v.GetLinkOnly(),
	}
	for _, addr := range addressesOf(v) {
		c.IpAddresses = append(c.IpAddresses, addr.String())
	}
	slices.Sort(c.IpAddresses)
	return c
}

// claimPrefix begins the claim of an interface on its host interface.
const claimPrefix = "host interface "

func interfaceClaim(host string) string { return claimPrefix + host }

func (d *interfaces) create(key string, v *ifmodel.Interface) error {
	link, err := d.Kernel.LinkByName(hostName(v))
	if err != nil {
		return err
	}
	if err := d.claimable(interfaceClaim(link.Name), key); err != nil {
		d.refused[link.Name] = true
		return err
	}
	if err := d.mayAddAddresses(link, v); err != nil {
		return err
	}
	record, known := d.Records.Get(key)
	if !known || record.Link != link.Index {
		record = ownership.Record{Link: link.Index}
	}
	if err := d.apply(key, v, record, link); err != nil {
		d.undo(key)
		return err
	}
	return nil
}

// mayAddAddresses makes an interface fail as a whole where none of its missing
// addresses could be added.
func (d *interfaces) mayAddAddresses(link linuxcalls.Link, v *ifmodel.Interface) error {
	if v.GetLinkOnly() || len(v.GetIpAddresses()) == 0 {
		return nil
	}
	have, err := d.Kernel.AddressList(link.Index)
	if err != nil {
		return err
	}
	for _, want := range addressesOf(v) {
		if findAddress(have, want) == nil {
			return d.Kernel.CheckPrivilege()
		}
	}
	return nil
}

func (d *interfaces) update(key string, _, v *ifmodel.Interface) error {
	record, known := d.Records.Get(key)
	if !known {
		return d.create(key, v)
	}
	link, err := d.Kernel.LinkByIndex(record.Link)
	if err != nil {
		return err
	}
	return d.apply(key, v, record, link)
}

// apply records what will be done and does it.
func (d *interfaces) apply(key string, v *ifmodel.Interface, record ownership.Record, link linuxcalls.Link) error {
	do, found := plan(link, settingsOf(v), foundOf(record))
	record.Claim, record.Value, record.Found = interfaceClaim(link.Name), encode(v), nil
	if found != (ownership.Found{}) {
		record.Found = &found
	}
	d.Records.Put(key, record)
	if err := perform(d.Kernel, link.Index, do); err != nil {
		return err
	}
	if do.mac != "" {
		d.restoreNeighbours(link.Index)
	}
	return nil
}

func foundOf(record ownership.Record) ownership.Found {
	if record.Found == nil {
		return ownership.Found{}
	}
	return *record.Found
}

// undo leaves nothing behind of a creation that failed half-way.
func (d *interfaces) undo(key string) {
	if err := d.putBack(key); err != nil {
		d.Log.Warnf("What was done for %s cannot be undone: %v", key, err)
	}
	d.Records.Delete(key)
}

// putBack gives the link the settings that were found. The link is the one that
// was changed, whatever its name is now.
func (d *interfaces) putBack(key string) error {
	record, known := d.Records.Get(key)
	if !known {
		return nil
	}
	link, err := d.Kernel.LinkByIndex(record.Link)
	if err == nil {
		do, _ := plan(link, settings{}, foundOf(record))
		err = perform(d.Kernel, link.Index, do)
	}
	return ignoreGone(err)
}

func (d *interfaces) remove(key string, _ *ifmodel.Interface) error {
	record, known := d.Records.Get(key)
	if !known {
		return nil
	}
	if err := d.putBack(key); err != nil {
		return err
	}
	d.Records.Delete(key)
	d.tellRefused(strings.TrimPrefix(record.Claim, claimPrefix))
	return nil
}

// tellRefused lets a value try again that was refused the host interface. Where
// that is gone there is nothing to try: it will be announced when it is back.
func (d *interfaces) tellRefused(host string) {
	if !d.refused[host] {
		return
	}
	delete(d.refused, host)
	if _, err := d.Kernel.LinkByName(host); err == nil && d.Released != nil {
		d.Released(host)
	}
}
