// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"net/netip"
	"slices"

	"google.golang.org/protobuf/proto"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"

	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/ownership"
)

// addressPrefix begins the keys of all records of addresses.
const addressPrefix = "linux/interface/"

// retrieve returns what was applied and is still there, with what the kernel
// says where it differs. Records of links that are gone are dropped.
func (d *interfaces) retrieve(correlate []kvs.KVWithMetadata) ([]kvs.KVWithMetadata, error) {
	state, err := d.readLinks()
	if err != nil {
		return nil, err
	}
	var values []kvs.KVWithMetadata
	for _, entry := range d.Records.List(ifmodel.ModelInterface.KeyPrefix()) {
		link, exists := state.links[entry.Link]
		v := &ifmodel.Interface{}
		if !exists {
			d.Records.Delete(entry.Key)
			continue
		}
		if !decode(d.Host, entry, v) {
			continue
		}
		d.observe(v, link, state.addresses[link.Index])
		delete(state.links, link.Index)
		values = append(values, fromNB(entry.Key, v))
	}
	values = append(values, d.adopt(state, correlate)...)
	d.claim = false
	return values, nil
}

func fromNB(key string, v proto.Message) kvs.KVWithMetadata {
	return kvs.KVWithMetadata{Key: key, Value: v, Origin: kvs.FromNB}
}

// linkState is what the kernel has.
type linkState struct {
	links     map[int]linuxcalls.Link
	addresses map[int][]linuxcalls.Address // by index of the link
}

func (d *interfaces) readLinks() (linkState, error) {
	links, err := d.Kernel.LinkList()
	if err != nil {
		return linkState{}, err
	}
	addrs, err := d.Kernel.AddressList(0)
	if err != nil {
		return linkState{}, err
	}
	state := linkState{links: map[int]linuxcalls.Link{}, addresses: map[int][]linuxcalls.Address{}}
	for _, l := range links {
		state.links[l.Index] = l
	}
	for _, a := range addrs {
		state.addresses[a.LinkIndex] = append(state.addresses[a.LinkIndex], a)
	}
	for _, entry := range d.Records.List(addressPrefix) {
		if _, exists := state.links[entry.Link]; !exists {
			d.Records.Delete(entry.Key)
		}
	}
	return state, nil
}

// observe replaces in v what is not as it was applied.
func (d *interfaces) observe(v *ifmodel.Interface, link linuxcalls.Link, addrs []linuxcalls.Address) {
	if link.Name != hostName(v) {
		v.HostIfName = link.Name // renamed: what was done to it must be undone
	}
	v.Enabled = v.GetEnabled() && link.Up
	if v.GetMtu() != 0 {
		v.Mtu = uint32(link.MTU)
	}
	if v.GetLinkOnly() {
		return
	}
	if v.GetPhysAddress() != "" && canonicalMAC(v.GetPhysAddress()) != link.MAC.String() {
		v.PhysAddress = link.MAC.String()
	}
	v.IpAddresses = slices.DeleteFunc(v.IpAddresses, func(text string) bool {
		want, err := netip.ParsePrefix(text)
		return err != nil || findAddress(addrs, want) == nil
	})
	for _, own := range d.ownAddresses(v, addrs) {
		if !slices.Contains(addressesOf(v), own) {
			v.IpAddresses = append(v.IpAddresses, own.String())
		}
	}
}

// ownAddresses returns those that are ours, and makes records of those that
// have none.
func (d *interfaces) ownAddresses(v *ifmodel.Interface, addrs []linuxcalls.Address) []netip.Prefix {
	var own []netip.Prefix
	marksKept := d.Kernel.Features().AddressProtocol
	for _, a := range addrs {
		key := addressKey(v, a.Prefix)
		claimed := d.claim && marksKept && a.Protocol == d.Mark
		if a.Peer.IsValid() || !claimed && !d.ours(key, marksKept, a.Protocol) {
			continue
		}
		own = append(own, a.Prefix)
		if _, known := d.Records.Get(key); !known {
			d.Records.Put(key, ownership.Record{Link: a.LinkIndex})
		}
	}
	return own
}

// adopt makes values of links that have addresses of ours, but of which no
// record tells to which value they belong. A wanted value for the same link is
// taken as the model, so that nothing has to change.
func (d *interfaces) adopt(state linkState, correlate []kvs.KVWithMetadata) []kvs.KVWithMetadata {
	wanted := map[string]*ifmodel.Interface{}
	for _, kv := range correlate {
		if v, ok := kv.Value.(*ifmodel.Interface); ok && !v.GetLinkOnly() {
			wanted[hostName(v)] = v
		}
	}
	named := map[int]string{} // by the records of addresses
	for _, entry := range d.Records.List(addressPrefix) {
		if name, _, _, invalidKey, ok := ifmodel.ParseInterfaceAddressKey(entry.Key); ok && !invalidKey {
			named[entry.Link] = name
		}
	}
	var values []kvs.KVWithMetadata
	for index, link := range state.links {
		v := &ifmodel.Interface{Name: link.Name, Type: ifmodel.Interface_EXISTING, HostIfName: link.Name, Enabled: link.Up}
		if name, ok := named[index]; ok {
			v.Name = name
		} else if model, ok := wanted[link.Name]; ok {
			v = proto.CloneOf(model)
		}
		v.IpAddresses = nil
		for _, own := range d.ownAddresses(v, state.addresses[index]) {
			v.IpAddresses = append(v.IpAddresses, own.String())
		}
		key := ifmodel.InterfaceKey(v.GetName())
		if _, taken := d.Records.Get(key); taken || len(v.IpAddresses) == 0 {
			continue
		}
		d.Records.Put(key, ownership.Record{Link: index, Claim: interfaceClaim(link.Name), Value: encode(v)})
		values = append(values, fromNB(key, v))
	}
	return values
}
