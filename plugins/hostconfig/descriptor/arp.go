// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"fmt"
	"net/netip"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	l3model "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"

	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/ownership"
)

const (
	// ARPDescriptorName is the name that Ligato's own plugin uses.
	ARPDescriptorName = "linux-arp"

	interfaceIsUpDep = "interface-is-up"
)

// arps applies permanent neighbours, of IPv4 and IPv6.
type arps struct {
	*Host
	claim bool // Host.ClaimUnrecorded, until the first Retrieve
}

// NewARPDescriptor returns the descriptor of ARP and neighbour entries.
func NewARPDescriptor(host *Host) *kvs.KVDescriptor {
	d := &arps{Host: host, claim: host.ClaimUnrecorded}
	return typed[*l3model.ARPEntry]{
		validate:   func(_ string, v *l3model.ARPEntry) error { return validateARP(v) },
		create:     d.create,
		update:     func(key string, _, v *l3model.ARPEntry) error { return d.create(key, v) },
		recreate:   func(_, _ *l3model.ARPEntry) bool { return false },
		remove:     d.remove,
		equivalent: equivalentARPs,
		depends:    func(_ string, v *l3model.ARPEntry) []kvs.Dependency { return arpDepends(v) },
		retrieve:   d.retrieve,
	}.complete(ofModel(ARPDescriptorName, l3model.ModelARPEntry, InterfaceDescriptorName))
}

func arpDepends(v *l3model.ARPEntry) []kvs.Dependency {
	return []kvs.Dependency{{Label: interfaceIsUpDep, Key: ifmodel.InterfaceStateKey(v.GetInterface(), true)}}
}

func equivalentARPs(a, b *l3model.ARPEntry) bool {
	ipA, errA := netip.ParseAddr(a.GetIpAddress())
	ipB, errB := netip.ParseAddr(b.GetIpAddress())
	return errA == nil && errB == nil && ipA == ipB && a.GetInterface() == b.GetInterface() &&
		canonicalMAC(a.GetHwAddress()) == canonicalMAC(b.GetHwAddress())
}

// kernelNeighbour is the entry that a valid value means, on no link yet.
func kernelNeighbour(v *l3model.ARPEntry) (linuxcalls.Neighbour, error) {
	ip, err := parseIP("ip_address", v.GetIpAddress())
	if err != nil {
		return linuxcalls.Neighbour{}, err
	}
	mac, err := parseMAC("hw_address", v.GetHwAddress())
	return linuxcalls.Neighbour{IP: ip, MAC: mac}, err
}

func neighbourClaim(n linuxcalls.Neighbour) string {
	return fmt.Sprintf("the neighbour %v on link %d", n.IP, n.LinkIndex)
}

func (d *arps) create(key string, v *l3model.ARPEntry) error {
	neigh, err := kernelNeighbour(v)
	if err != nil {
		return err
	}
	if neigh.LinkIndex, err = d.linkOf(v.GetInterface()); err != nil {
		return err
	}
	neigh.Protocol = d.Mark
	claim := neighbourClaim(neigh)
	if err := d.claimable(claim, key); err != nil {
		return err
	}
	present, err := d.find(neigh.LinkIndex, neigh.IP)
	if err != nil {
		return err
	}
	// What the kernel has learnt may be replaced, what somebody has set may not.
	if present != nil && present.Permanent && !d.isOurs(key, *present) {
		if present.MAC.String() == neigh.MAC.String() {
			return nil
		}
		return fmt.Errorf("%s exists already: %v, %w", claim, present.MAC, ErrForeign)
	}
	before, known := d.Records.Get(key)
	d.Records.Put(key, ownership.Record{Link: neigh.LinkIndex, Claim: claim, Value: encode(v)})
	err = d.Kernel.NeighbourSet(neigh)
	switch {
	case err == nil:
	case known:
		d.Records.Put(key, before)
	default:
		d.Records.Delete(key)
	}
	return err
}

func (d *arps) remove(key string, v *l3model.ARPEntry) error {
	record, known := d.Records.Get(key)
	if !known {
		return nil
	}
	neigh, err := kernelNeighbour(v)
	if err != nil {
		return err
	}
	neigh.LinkIndex = record.Link
	present, err := d.find(neigh.LinkIndex, neigh.IP)
	if err == nil && present != nil && present.Permanent && d.isOurs(key, *present) {
		err = d.Kernel.NeighbourDelete(neigh)
	}
	if err := ignoreGone(err); err != nil {
		return err
	}
	d.Records.Delete(key)
	return nil
}

func (d *arps) isOurs(key string, n linuxcalls.Neighbour) bool {
	return d.ours(key, d.Kernel.Features().NeighbourProtocol, n.Protocol)
}

// find returns nil if there is no such entry.
func (d *arps) find(link int, ip netip.Addr) (*linuxcalls.Neighbour, error) {
	n, err := d.Kernel.NeighbourGet(link, ip)
	if err != nil {
		return nil, ignoreGone(err)
	}
	return &n, nil
}

// neighbourID is what two entries of the kernel cannot share.
type neighbourID struct {
	link int
	ip   netip.Addr
}

// retrieve returns the entries of ours, and what is wanted and was set by
// somebody else. Records of other entries are dropped.
func (d *arps) retrieve(correlate []kvs.KVWithMetadata) ([]kvs.KVWithMetadata, error) {
	list, err := d.Kernel.NeighbourList()
	if err != nil {
		return nil, err
	}
	found := map[neighbourID]linuxcalls.Neighbour{}
	for _, n := range list {
		if n.Permanent {
			found[neighbourID{n.LinkIndex, n.IP}] = n
		}
	}
	var values []kvs.KVWithMetadata
	for _, entry := range d.Records.List(l3model.ModelARPEntry.KeyPrefix()) {
		v := &l3model.ARPEntry{}
		if !decode(d.Host, entry, v) {
			continue
		}
		applied, err := kernelNeighbour(v)
		id := neighbourID{entry.Link, applied.IP}
		neigh, exists := found[id]
		if err != nil || !exists || !d.isOurs(entry.Key, neigh) {
			d.Records.Delete(entry.Key)
			continue
		}
		v.HwAddress = neigh.MAC.String()
		delete(found, id)
		values = append(values, fromNB(entry.Key, v))
	}
	values = append(values, d.adopt(found)...)
	d.claim = false
	return append(values, d.satisfied(found, correlate)...), nil
}

// satisfied returns the wanted values for which somebody else has set the
// entry, so that they do not look lost.
func (d *arps) satisfied(found map[neighbourID]linuxcalls.Neighbour, wanted []kvs.KVWithMetadata) []kvs.KVWithMetadata {
	var values []kvs.KVWithMetadata
	for _, kv := range wanted {
		v, ok := kv.Value.(*l3model.ARPEntry)
		if _, known := d.Records.Get(kv.Key); known || !ok {
			continue
		}
		want, err := kernelNeighbour(v)
		if err != nil {
			continue
		}
		if want.LinkIndex, err = d.linkOf(v.GetInterface()); err != nil {
			continue
		}
		if n, exists := found[neighbourID{want.LinkIndex, want.IP}]; exists && n.MAC.String() == want.MAC.String() {
			values = append(values, fromNB(kv.Key, v))
		}
	}
	return values
}

// adopt makes values of entries that have the mark but no record.
func (d *arps) adopt(found map[neighbourID]linuxcalls.Neighbour) []kvs.KVWithMetadata {
	if !d.claim || !d.Kernel.Features().NeighbourProtocol {
		return nil
	}
	names := d.interfaceNames()
	var values []kvs.KVWithMetadata
	for _, n := range found {
		if n.Protocol != d.Mark {
			continue
		}
		name, known := names[n.LinkIndex]
		if !known {
			link, err := d.Kernel.LinkByIndex(n.LinkIndex)
			if err != nil {
				continue
			}
			name = link.Name
		}
		v := &l3model.ARPEntry{Interface: name, IpAddress: n.IP.String(), HwAddress: n.MAC.String()}
		key := l3model.ArpKey(name, v.GetIpAddress())
		if _, taken := d.Records.Get(key); taken {
			continue
		}
		d.Records.Put(key, ownership.Record{Link: n.LinkIndex, Claim: neighbourClaim(n), Value: encode(v)})
		values = append(values, fromNB(key, v))
	}
	return values
}
