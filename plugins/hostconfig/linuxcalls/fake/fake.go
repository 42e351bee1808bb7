// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package fake is a kernel in memory, for tests of what is built on
// linuxcalls. It answers with the errors of the real one as far as hostconfig
// depends on them; it does not route, resolve or detect anything.
package fake

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"syscall"

	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/linuxcalls"
)

// Kernel implements linuxcalls.NetlinkAPI. Its zero value has no links, no
// features and all privileges.
type Kernel struct {
	mu         sync.Mutex
	features   linuxcalls.Features
	links      []linuxcalls.Link
	lastIndex  int
	addresses  []linuxcalls.Address
	routes     []linuxcalls.Route
	neighbours []linuxcalls.Neighbour
	changes    []string
	failure    func(op string) error
}

var _ linuxcalls.NetlinkAPI = (*Kernel)(nil)

// New returns a kernel that keeps all marks, or none.
func New(marks bool) *Kernel {
	return &Kernel{features: linuxcalls.Features{AddressProtocol: marks, NeighbourProtocol: marks}}
}

// AddLink makes a link that is up, with an MTU of 1500, and returns its index.
func (k *Kernel) AddLink(name string) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lastIndex++
	k.links = append(k.links, linuxcalls.Link{
		Index: k.lastIndex, Name: name, MTU: 1500, Up: true,
		MAC: net.HardwareAddr{2, 0, 0, 0, 0, byte(k.lastIndex)},
	})
	return k.lastIndex
}

// DeleteLink deletes a link and all that is on it.
func (k *Kernel) DeleteLink(name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	i := slices.IndexFunc(k.links, func(l linuxcalls.Link) bool { return l.Name == name })
	if i < 0 {
		return
	}
	index := k.links[i].Index
	k.links = slices.Delete(k.links, i, i+1)
	k.addresses = slices.DeleteFunc(k.addresses, func(a linuxcalls.Address) bool { return a.LinkIndex == index })
	k.routes = slices.DeleteFunc(k.routes, func(r linuxcalls.Route) bool { return r.LinkIndex == index })
	k.neighbours = slices.DeleteFunc(k.neighbours, func(n linuxcalls.Neighbour) bool { return n.LinkIndex == index })
}

// RenameLink gives a link another name.
func (k *Kernel) RenameLink(from, to string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range k.links {
		if k.links[i].Name == from {
			k.links[i].Name = to
		}
	}
}

// Fail makes each change for which f returns an error fail with it. The
// operation is the name of the method. Nil ends it.
func (k *Kernel) Fail(f func(op string) error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.failure = f
}

// Changes returns the successful changes since the last call, as text.
func (k *Kernel) Changes() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	changes := k.changes
	k.changes = nil
	return changes
}

// Features implements linuxcalls.NetlinkAPIRead.
func (k *Kernel) Features() linuxcalls.Features { return k.features }

// CheckPrivilege implements linuxcalls.NetlinkAPIRead.
func (k *Kernel) CheckPrivilege() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.refused("CheckPrivilege")
}

// LinkByName implements linuxcalls.NetlinkAPIRead.
func (k *Kernel) LinkByName(name string) (linuxcalls.Link, error) {
	return k.find("name "+name, func(l linuxcalls.Link) bool { return l.Name == name })
}

// LinkByIndex implements linuxcalls.NetlinkAPIRead.
func (k *Kernel) LinkByIndex(index int) (linuxcalls.Link, error) {
	return k.find(fmt.Sprint("index ", index), func(l linuxcalls.Link) bool { return l.Index == index })
}

func (k *Kernel) find(object string, match func(linuxcalls.Link) bool) (linuxcalls.Link, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if i := slices.IndexFunc(k.links, match); i >= 0 {
		return k.links[i], nil
	}
	return linuxcalls.Link{}, &linuxcalls.OpError{Op: "get link", Object: object, Err: syscall.ENODEV}
}

// LinkList implements linuxcalls.NetlinkAPIRead.
func (k *Kernel) LinkList() ([]linuxcalls.Link, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.links), k.refused("LinkList")
}

// AddressList implements linuxcalls.NetlinkAPIRead.
func (k *Kernel) AddressList(index int) ([]linuxcalls.Address, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return selected(k.addresses, func(a linuxcalls.Address) bool { return index == 0 || a.LinkIndex == index }),
		k.refused("AddressList")
}

// RouteList implements linuxcalls.NetlinkAPIRead.
func (k *Kernel) RouteList(protocol uint8) ([]linuxcalls.Route, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return selected(k.routes, func(r linuxcalls.Route) bool { return protocol == 0 || r.Protocol == protocol }),
		k.refused("RouteList")
}

// NeighbourList implements linuxcalls.NetlinkAPIRead.
func (k *Kernel) NeighbourList() ([]linuxcalls.Neighbour, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.neighbours), k.refused("NeighbourList")
}

// NeighbourGet implements linuxcalls.NetlinkAPIRead.
func (k *Kernel) NeighbourGet(index int, ip netip.Addr) (linuxcalls.Neighbour, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, n := range k.neighbours {
		if n.LinkIndex == index && n.IP == ip {
			return n, nil
		}
	}
	return linuxcalls.Neighbour{}, &linuxcalls.OpError{Op: "get neighbour", Object: ip.String(), Err: syscall.ENOENT}
}

// SetLinkUp implements linuxcalls.NetlinkAPIWrite.
func (k *Kernel) SetLinkUp(index int, up bool) error {
	return k.change("SetLinkUp", fmt.Sprintf("link %d up=%v", index, up), index, func(l *linuxcalls.Link) error {
		l.Up = up
		return nil
	})
}

// SetLinkMTU implements linuxcalls.NetlinkAPIWrite.
func (k *Kernel) SetLinkMTU(index, mtu int) error {
	return k.change("SetLinkMTU", fmt.Sprintf("link %d mtu=%d", index, mtu), index, func(l *linuxcalls.Link) error {
		l.MTU = mtu
		return nil
	})
}

// SetLinkMAC implements linuxcalls.NetlinkAPIWrite.
func (k *Kernel) SetLinkMAC(index int, mac net.HardwareAddr) error {
	return k.change("SetLinkMAC", fmt.Sprintf("link %d mac=%v", index, mac), index, func(l *linuxcalls.Link) error {
		l.MAC = slices.Clone(mac)
		k.neighbours = slices.DeleteFunc(k.neighbours, func(n linuxcalls.Neighbour) bool { return n.LinkIndex == index })
		return nil
	})
}

// AddressAdd implements linuxcalls.NetlinkAPIWrite.
func (k *Kernel) AddressAdd(addr linuxcalls.Address) error {
	text := fmt.Sprintf("link %d +%v", addr.LinkIndex, addr.Prefix)
	return k.change("AddressAdd", text, addr.LinkIndex, func(*linuxcalls.Link) error {
		if slices.ContainsFunc(k.addresses, func(a linuxcalls.Address) bool { return sameAddress(a, addr) }) {
			return syscall.EEXIST
		}
		if !k.features.AddressProtocol {
			addr.Protocol = 0
		}
		k.addresses = append(k.addresses, addr)
		return nil
	})
}

// AddressDelete implements linuxcalls.NetlinkAPIWrite.
func (k *Kernel) AddressDelete(addr linuxcalls.Address) error {
	text := fmt.Sprintf("link %d -%v", addr.LinkIndex, addr.Prefix)
	return k.change("AddressDelete", text, addr.LinkIndex, func(*linuxcalls.Link) error {
		err := remove(&k.addresses, syscall.EADDRNOTAVAIL, func(a linuxcalls.Address) bool { return sameAddress(a, addr) })
		if err == nil && addr.Prefix.Addr().Is4() {
			k.lastIPv4Gone(addr.LinkIndex)
		}
		return err
	})
}

// lastIPv4Gone takes away what goes with the last IPv4 address of a link, if it
// was that.
func (k *Kernel) lastIPv4Gone(index int) {
	if slices.ContainsFunc(k.addresses, func(a linuxcalls.Address) bool { return a.LinkIndex == index && a.Prefix.Addr().Is4() }) {
		return
	}
	k.routes = slices.DeleteFunc(k.routes, func(r linuxcalls.Route) bool { return r.LinkIndex == index && r.Gateway.Is4() })
	k.neighbours = slices.DeleteFunc(k.neighbours, func(n linuxcalls.Neighbour) bool { return n.LinkIndex == index && n.IP.Is4() })
}

// RouteAdd implements linuxcalls.NetlinkAPIWrite.
func (k *Kernel) RouteAdd(route linuxcalls.Route) error {
	if route.Dst.Addr().Is6() {
		route.Scope = 0
		if route.Metric == 0 {
			route.Metric = 1024 // IP6_RT_PRIO_USER
		}
	}
	return k.change("RouteAdd", "route +"+routeText(route), route.LinkIndex, func(*linuxcalls.Link) error {
		if slices.ContainsFunc(k.routes, func(r linuxcalls.Route) bool { return r.Dst == route.Dst && r.Metric == route.Metric }) {
			return syscall.EEXIST
		}
		k.routes = append(k.routes, route)
		return nil
	})
}

// RouteDelete implements linuxcalls.NetlinkAPIWrite.
func (k *Kernel) RouteDelete(route linuxcalls.Route) error {
	if route.Dst.Addr().Is6() {
		route.Scope = 0
	}
	return k.change("RouteDelete", "route -"+routeText(route), route.LinkIndex, func(*linuxcalls.Link) error {
		return remove(&k.routes, syscall.ESRCH, func(r linuxcalls.Route) bool { return r == route })
	})
}

// NeighbourSet implements linuxcalls.NetlinkAPIWrite.
func (k *Kernel) NeighbourSet(neigh linuxcalls.Neighbour) error {
	text := fmt.Sprintf("link %d +%v=%v", neigh.LinkIndex, neigh.IP, neigh.MAC)
	return k.change("NeighbourSet", text, neigh.LinkIndex, func(*linuxcalls.Link) error {
		neigh.Permanent = true
		if !k.features.NeighbourProtocol {
			neigh.Protocol = 0
		}
		k.neighbours = slices.DeleteFunc(k.neighbours, func(n linuxcalls.Neighbour) bool { return sameNeighbour(n, neigh) })
		k.neighbours = append(k.neighbours, neigh)
		return nil
	})
}

// NeighbourDelete implements linuxcalls.NetlinkAPIWrite.
func (k *Kernel) NeighbourDelete(neigh linuxcalls.Neighbour) error {
	text := fmt.Sprintf("link %d -%v", neigh.LinkIndex, neigh.IP)
	return k.change("NeighbourDelete", text, neigh.LinkIndex, func(*linuxcalls.Link) error {
		return remove(&k.neighbours, syscall.ENOENT, func(n linuxcalls.Neighbour) bool { return sameNeighbour(n, neigh) })
	})
}

// AddNeighbour puts an entry as it is, as the kernel or another program does.
func (k *Kernel) AddNeighbour(neigh linuxcalls.Neighbour) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.neighbours = append(k.neighbours, neigh)
}

// change does what all changes have in common: the privilege, the link, the
// list of changes.
func (k *Kernel) change(op, text string, index int, do func(*linuxcalls.Link) error) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.refused(op); err != nil {
		return err
	}
	i := slices.IndexFunc(k.links, func(l linuxcalls.Link) bool { return l.Index == index })
	err := error(syscall.ENODEV)
	if i >= 0 {
		err = do(&k.links[i])
	}
	if err != nil {
		return &linuxcalls.OpError{Op: op, Object: text, Err: err}
	}
	k.changes = append(k.changes, text)
	return nil
}

func (k *Kernel) refused(op string) error {
	if k.failure == nil {
		return nil
	}
	if err := k.failure(op); err != nil {
		return &linuxcalls.OpError{Op: op, Err: err}
	}
	return nil
}

func sameAddress(a, b linuxcalls.Address) bool {
	return a.LinkIndex == b.LinkIndex && a.Prefix == b.Prefix && a.Peer == b.Peer
}

func sameNeighbour(a, b linuxcalls.Neighbour) bool { return a.LinkIndex == b.LinkIndex && a.IP == b.IP }

func routeText(r linuxcalls.Route) string {
	via := "link"
	if r.Gateway != (netip.Addr{}) {
		via = r.Gateway.String()
	}
	return fmt.Sprintf("%v via %s dev %d metric %d scope %d", r.Dst, via, r.LinkIndex, r.Metric, r.Scope)
}

func selected[T any](list []T, keep func(T) bool) []T {
	var result []T
	for _, v := range list {
		if keep(v) {
			result = append(result, v)
		}
	}
	return result
}

func remove[T any](list *[]T, missing syscall.Errno, match func(T) bool) error {
	i := slices.IndexFunc(*list, match)
	if i < 0 {
		return missing
	}
	*list = slices.Delete(*list, i, i+1)
	return nil
}
