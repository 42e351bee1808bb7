// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package fakenetlink

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"

	"github.com/vishvananda/netlink"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// Kernel is a linuxcalls.NetlinkAPI. The zero value has no links and works. It is
// safe for concurrent use.
type Kernel struct {
	mu     sync.Mutex
	links  []tracker.Link
	addrs  []tracker.Address
	last   int // highest index given
	silent bool

	subs   map[*subscription]struct{}
	opened int
	dumps  int
	faults faults
	onDump func()
}

var _ linuxcalls.NetlinkAPI = (*Kernel)(nil)

// Preset replaces all links and addresses, without events.
func (k *Kernel) Preset(links []tracker.Link, addrs []tracker.Address) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.links, k.addrs = links, addrs
	for _, l := range links {
		k.last = max(k.last, l.Index)
	}
}

// AddLink creates a link that is up and returns its index, which is a new one.
func (k *Kernel) AddLink(name string) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	l := Up(tracker.Link{Index: k.last + 1, Name: name})
	k.setLink(l)
	return l.Index
}

// Up returns the link as it is when it is up.
func Up(l tracker.Link) tracker.Link {
	l.AdminUp, l.Running, l.OperState = true, true, tracker.OperUp
	return l
}

// Down returns the link as it is when the administrator has set it down.
func Down(l tracker.Link) tracker.Link {
	l.AdminUp, l.Running, l.OperState = false, false, tracker.OperDown
	return l
}

// Link returns the link with the index given, which must exist.
func (k *Kernel) Link(index int) tracker.Link {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.links[k.find(index)]
}

// SetLink creates or changes the link with the index of l.
func (k *Kernel) SetLink(l tracker.Link) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.setLink(l)
}

// Rename gives the link another name.
func (k *Kernel) Rename(index int, name string) {
	l := k.Link(index)
	l.Name = name
	k.SetLink(l)
}

// DelLink deletes a link with its addresses.
func (k *Kernel) DelLink(index int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	i := k.find(index)
	l := k.links[i]
	k.links = slices.Delete(k.links, i, i+1)
	k.addrs = slices.DeleteFunc(k.addrs, func(a tracker.Address) bool {
		if a.Index == index {
			k.send(tracker.Event{Type: tracker.AddrDel, Addr: a})
		}
		return a.Index == index
	})
	k.send(tracker.Event{Type: tracker.LinkDel, Link: l})
}

// SetAddr adds an address, as in 192.0.2.1/24.
func (k *Kernel) SetAddr(index int, prefix string) {
	k.SetAddress(tracker.Address{Index: index, Prefix: netip.MustParsePrefix(prefix)})
}

// SetAddress adds or changes an address.
func (k *Kernel) SetAddress(a tracker.Address) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if i := k.findAddr(a); i >= 0 {
		k.addrs[i] = a
	} else {
		k.addrs = append(k.addrs, a)
	}
	k.send(tracker.Event{Type: tracker.AddrSet, Addr: a})
}

// DelAddr removes an address.
func (k *Kernel) DelAddr(index int, prefix string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	i := k.findAddr(tracker.Address{Index: index, Prefix: netip.MustParsePrefix(prefix)})
	a := k.addrs[i]
	k.addrs = slices.Delete(k.addrs, i, i+1)
	k.send(tracker.Event{Type: tracker.AddrDel, Addr: a})
}

// Silently makes the changes of f without sending events.
func (k *Kernel) Silently(f func()) {
	set := func(silent bool) {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.silent = silent
	}
	set(true)
	defer set(false)
	f()
}

func (k *Kernel) setLink(l tracker.Link) {
	if i := k.find(l.Index); i >= 0 {
		k.links[i] = l
	} else {
		k.links = append(k.links, l)
	}
	k.last = max(k.last, l.Index)
	k.send(tracker.Event{Type: tracker.LinkSet, Link: l})
}

func (k *Kernel) find(index int) int {
	return slices.IndexFunc(k.links, func(l tracker.Link) bool { return l.Index == index })
}

func (k *Kernel) findAddr(a tracker.Address) int {
	return slices.IndexFunc(k.addrs, func(b tracker.Address) bool {
		return a.Index == b.Index && a.Prefix == b.Prefix && a.Peer == b.Peer
	})
}

func (k *Kernel) send(e tracker.Event) {
	if k.silent {
		return
	}
	for s := range k.subs {
		s.put(linuxcalls.Batch{Events: []tracker.Event{e}})
	}
}

// DumpLinks implements linuxcalls.NetlinkAPIRead.
func (k *Kernel) DumpLinks() ([]tracker.Link, error) {
	err := k.beginDump()
	k.mu.Lock()
	defer k.mu.Unlock()
	if failed(err) {
		return nil, fmt.Errorf("dump of links: %w", err)
	}
	return slices.Clone(k.links), err
}

// DumpAddresses implements linuxcalls.NetlinkAPIRead.
func (k *Kernel) DumpAddresses() ([]tracker.Address, error) {
	err := k.beginDump()
	k.mu.Lock()
	defer k.mu.Unlock()
	if failed(err) {
		return nil, fmt.Errorf("dump of addresses: %w", err)
	}
	return slices.Clone(k.addrs), err
}

// GetLinkList implements linuxcalls.NetlinkAPIRead.
func (k *Kernel) GetLinkList() (links []netlink.Link, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, l := range k.links {
		links = append(links, device(l))
	}
	return links, nil
}

// GetLinkByName implements linuxcalls.NetlinkAPIRead.
func (k *Kernel) GetLinkByName(ifName string) (netlink.Link, error) {
	return k.get(func(l tracker.Link) bool { return l.Name == ifName }, ifName)
}

// GetLinkByIndex implements linuxcalls.NetlinkAPIRead.
func (k *Kernel) GetLinkByIndex(ifIdx int) (netlink.Link, error) {
	return k.get(func(l tracker.Link) bool { return l.Index == ifIdx }, ifIdx)
}

func (k *Kernel) get(match func(tracker.Link) bool, what any) (netlink.Link, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if i := slices.IndexFunc(k.links, match); i >= 0 {
		return device(k.links[i]), nil
	}
	return nil, fmt.Errorf("link %v not found", what)
}

// GetAddressList implements linuxcalls.NetlinkAPIRead.
func (k *Kernel) GetAddressList(ifName string) (addrs []netlink.Addr, err error) {
	index := 0
	if ifName != "" {
		l, err := k.GetLinkByName(ifName)
		if err != nil {
			return nil, err
		}
		index = l.Attrs().Index
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, a := range k.addrs {
		if index == 0 || a.Index == index {
			ip, bits := a.Prefix.Addr().AsSlice(), a.Prefix.Bits()
			addrs = append(addrs, netlink.Addr{LinkIndex: a.Index, IPNet: &net.IPNet{IP: ip, Mask: net.CIDRMask(bits, 8*len(ip))}})
		}
	}
	return addrs, nil
}

// IsInterfaceUp implements linuxcalls.NetlinkAPIRead.
func (k *Kernel) IsInterfaceUp(ifName string) (bool, error) {
	l, err := k.GetLinkByName(ifName)
	if err != nil {
		return false, err
	}
	return l.Attrs().Flags&net.FlagUp != 0, nil
}

// InterfaceExists implements linuxcalls.NetlinkAPIRead.
func (k *Kernel) InterfaceExists(ifName string) (bool, error) {
	_, err := k.GetLinkByName(ifName)
	return err == nil, nil
}

func device(l tracker.Link) netlink.Link {
	attrs := netlink.LinkAttrs{Index: l.Index, Name: l.Name, MasterIndex: l.Master, OperState: netlink.LinkOperState(l.OperState)}
	if l.AdminUp {
		attrs.Flags = net.FlagUp
	}
	return &netlink.Device{LinkAttrs: attrs}
}
