// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"fmt"
	"net/netip"
	"slices"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	"go.ligato.io/vpp-agent/v3/proto/ligato/netalloc"

	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/ownership"
)

const (
	// AddressDescriptorName is the name that Ligato's own plugin uses.
	AddressDescriptorName = "linux-interface-address"

	addressAssignedDep = "address-assigned-to-interface"
)

// addresses applies the values derived for the addresses of interfaces. What
// address it is, is in the key.
type addresses struct{ *Host }

// NewAddressDescriptor returns the descriptor of the addresses of interfaces.
func NewAddressDescriptor(host *Host) *kvs.KVDescriptor {
	d := &addresses{Host: host}
	return typed[*ifmodel.Interface]{
		validate: func(key string, _ *ifmodel.Interface) error { return validateAddressKey(key) },
		create:   d.create,
		remove:   d.remove,
		depends:  addressDepends,
	}.complete(kvs.KVDescriptor{
		Name:          AddressDescriptorName,
		ValueTypeName: ifmodel.ModelInterface.ProtoName(),
		KeySelector: func(key string) bool {
			_, _, _, _, isAddrKey := ifmodel.ParseInterfaceAddressKey(key)
			return isAddrKey
		},
	})
}

// parseAddressKey tells which address, and whether we are to add it or it is
// somebody else's to add.
func parseAddressKey(key string) (addr netip.Prefix, existing bool, err error) {
	_, text, source, invalidKey, isAddrKey := ifmodel.ParseInterfaceAddressKey(key)
	if !isAddrKey || invalidKey {
		return netip.Prefix{}, false, fmt.Errorf("%q is not the key of an address", key)
	}
	addr, err = netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, false, fmt.Errorf("key %q: %w", key, err)
	}
	return addr, source == netalloc.IPAddressSource_EXISTING, nil
}

func validateAddressKey(key string) error {
	if _, _, err := parseAddressKey(key); err != nil {
		return kvs.NewInvalidValueError(err, "ip_addresses")
	}
	return nil
}

func addressDepends(key string, v *ifmodel.Interface) []kvs.Dependency {
	addr, existing, err := parseAddressKey(key)
	if err != nil || !existing {
		return nil
	}
	return []kvs.Dependency{{
		Label: addressAssignedDep,
		Key:   ifmodel.InterfaceHostNameWithAddrKey(hostName(v), addr.String()),
	}}
}

func (d *addresses) create(key string, v *ifmodel.Interface) error {
	addr, existing, err := parseAddressKey(key)
	if err != nil || existing {
		return err
	}
	link, err := d.linkOf(v.GetName())
	if err != nil {
		return err
	}
	list, err := d.Kernel.AddressList(link)
	if err != nil {
		return err
	}
	present := findAddress(list, addr)
	if present != nil && !d.isOurs(key, *present) {
		return nil // as wanted, but somebody else's
	}
	// The record comes first: if we are killed between the two, an address too
	// few is better recorded than one too many.
	d.Records.Put(key, ownership.Record{Link: link})
	if present != nil {
		return nil
	}
	err = d.Kernel.AddressAdd(linuxcalls.Address{LinkIndex: link, Prefix: addr, Protocol: d.Mark})
	if err != nil {
		d.Records.Delete(key)
		return err
	}
	if addr.Addr().Is4() && !slices.ContainsFunc(list, isIPv4) {
		d.restoreRoutes(link)
		d.restoreNeighbours(link)
	}
	return nil
}

func isIPv4(a linuxcalls.Address) bool { return a.Prefix.Addr().Is4() }

func (d *addresses) remove(key string, _ *ifmodel.Interface) error {
	addr, existing, err := parseAddressKey(key)
	if err != nil || existing {
		return err
	}
	record, known := d.Records.Get(key)
	if !known {
		return nil
	}
	list, err := d.Kernel.AddressList(record.Link)
	if present := findAddress(list, addr); err == nil && present != nil && d.isOurs(key, *present) {
		err = d.Kernel.AddressDelete(linuxcalls.Address{LinkIndex: record.Link, Prefix: addr})
	}
	if err := ignoreGone(err); err != nil {
		return err
	}
	d.Records.Delete(key)
	return nil
}

func (d *addresses) isOurs(key string, addr linuxcalls.Address) bool {
	return d.ours(key, d.Kernel.Features().AddressProtocol, addr.Protocol)
}

// findAddress returns nil if the address is not in the list. Point-to-point
// addresses are no such addresses as a value can ask for.
func findAddress(list []linuxcalls.Address, addr netip.Prefix) *linuxcalls.Address {
	i := slices.IndexFunc(list, func(a linuxcalls.Address) bool { return a.Prefix == addr && !a.Peer.IsValid() })
	if i < 0 {
		return nil
	}
	return &list[i]
}
