// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"syscall"

	"google.golang.org/protobuf/types/known/emptypb"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	l3model "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"

	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/ownership"
)

const (
	// RouteDescriptorName is the name that Ligato's own plugin uses.
	RouteDescriptorName = "linux-route"

	outgoingIsUpDep  = "outgoing-interface-is-up"
	outgoingHasIPDep = "outgoing-interface-has-ip-address"
	gwReachableDep   = "gw-reachable"
	placeFreeDep     = "route-place-free"

	// defaultMetric6 is what an IPv6 route without metric gets
	// (IP6_RT_PRIO_USER of linux/ipv6_route.h).
	defaultMetric6 = 1024
)

// Scopes of linux/rtnetlink.h.
const (
	scopeUniverse = 0
	scopeSite     = 200
	scopeLink     = 253
	scopeHost     = 254
)

// routes applies routes of the main table.
type routes struct {
	*Host
	// refused has the places that a value was refused because of another one.
	// Only the goroutine of the scheduler uses it.
	refused map[string]bool
	claim   bool // Host.ClaimUnrecorded, until the first Retrieve
}

// NewRouteDescriptor returns the descriptor of routes. A change of a route is
// its deletion and creation, since dependencies change with it.
func NewRouteDescriptor(host *Host) *kvs.KVDescriptor {
	d := &routes{Host: host, refused: map[string]bool{}, claim: host.ClaimUnrecorded}
	return typed[*l3model.Route]{
		validate:   func(_ string, v *l3model.Route) error { return validateRoute(v) },
		create:     d.create,
		remove:     d.remove,
		equivalent: equivalentRoutes,
		derived:    routeDerived,
		depends:    func(_ string, v *l3model.Route) []kvs.Dependency { return routeDepends(v) },
		retrieve:   d.retrieve,
	}.complete(ofModel(RouteDescriptorName, l3model.ModelRoute, InterfaceDescriptorName))
}

// kernelRoute is the route that a valid value means, on no link yet.
func kernelRoute(v *l3model.Route) (linuxcalls.Route, error) {
	dst, err := netip.ParsePrefix(v.GetDstNetwork())
	if err != nil {
		return linuxcalls.Route{}, err
	}
	route := linuxcalls.Route{Dst: dst.Masked(), Metric: v.GetMetric()}
	if v.GetGwAddr() != "" {
		if route.Gateway, err = netip.ParseAddr(v.GetGwAddr()); err != nil {
			return linuxcalls.Route{}, err
		}
	}
	if dst.Addr().Is6() {
		if route.Metric == 0 {
			route.Metric = defaultMetric6
		}
		return route, nil // IPv6 routes have no scope
	}
	switch v.GetScope() {
	case l3model.Route_GLOBAL:
		route.Scope = scopeUniverse
	case l3model.Route_SITE:
		route.Scope = scopeSite
	case l3model.Route_LINK:
		route.Scope = scopeLink
	case l3model.Route_HOST:
		route.Scope = scopeHost
	default:
		route.Scope = scopeUniverse
		if !route.Gateway.IsValid() {
			route.Scope = scopeLink
		}
	}
	return route, nil
}

func equivalentRoutes(a, b *l3model.Route) bool {
	ra, errA := kernelRoute(a)
	rb, errB := kernelRoute(b)
	return errA == nil && errB == nil && ra == rb && a.GetOutgoingInterface() == b.GetOutgoingInterface()
}

// routeDerived tells what is reachable without a gateway, so that a gateway
// there counts as reachable.
func routeDerived(v *l3model.Route) []kvs.KeyValuePair {
	route, err := kernelRoute(v)
	if err != nil || route.Gateway.IsValid() || route.Scope == scopeHost {
		return nil
	}
	return []kvs.KeyValuePair{{
		Key:   l3model.StaticLinkLocalRouteKey(route.Dst.String(), v.GetOutgoingInterface()),
		Value: &emptypb.Empty{},
	}}
}

// routeDepends asks for an interface that is up. An address is asked for too,
// since the kernel takes the IPv4 routes away with the last one; and a gateway
// must be in the network of an address or of a route without gateway. A
// link-local gateway needs neither: IPv6 has link-local addresses by itself.
//
// Addresses count that the interface value lists, and, where the interface has
// the same name in the configuration and in the kernel, any that it has.
//
// The place is there to be told by, as with interfaces: it is free whenever the
// interface is up, and in general always. Since any of two host interfaces would do,
// nobody takes the route for one that needs the loopback interface.
func routeDepends(v *l3model.Route) []kvs.Dependency {
	name := v.GetOutgoingInterface()
	isUp := ifmodel.InterfaceStateKey(name, true)
	deps := []kvs.Dependency{{Label: outgoingIsUpDep, Key: isUp}}
	route, err := kernelRoute(v)
	if err != nil {
		return deps
	}
	deps = append(deps, kvs.Dependency{Label: placeFreeDep, AnyOf: kvs.AnyOfDependency{
		KeyPrefixes: []string{
			isUp, ifmodel.InterfaceHostNameKey(name), ifmodel.InterfaceHostNameKey(loopback), ReleasedKey(routePlace(route)),
		},
	}})
	if route.Gateway.IsLinkLocalUnicast() && route.Gateway.Is6() {
		return deps
	}
	own, host := ifmodel.InterfaceAddressPrefix(name), ifmodel.InterfaceHostNameWithAddrKey(name, "")
	onLink := l3model.StaticLinkLocalRoutePrefix(name)
	deps = append(deps, kvs.Dependency{Label: outgoingHasIPDep, AnyOf: kvs.AnyOfDependency{
		KeyPrefixes: []string{own, host},
		KeySelector: func(key string) bool {
			network, ok := networkOfKey(key)
			return ok && network.Addr().Is4() == route.Dst.Addr().Is4()
		},
	}})
	if route.Gateway.IsValid() {
		deps = append(deps, kvs.Dependency{Label: gwReachableDep, AnyOf: kvs.AnyOfDependency{
			KeyPrefixes: []string{own, host, onLink},
			KeySelector: func(key string) bool {
				network, ok := networkOfKey(key)
				return ok && network.Contains(route.Gateway)
			},
		}})
	}
	return deps
}

// networkOfKey reads the network from the key of an address of a configured or
// of a host interface, or of a route without gateway.
func networkOfKey(key string) (netip.Prefix, bool) {
	text := ""
	if dst, _, ok := l3model.ParseStaticLinkLocalRouteKey(key); ok {
		text = dst
	} else if _, addr, _, invalidKey, ok := ifmodel.ParseInterfaceAddressKey(key); ok && !invalidKey {
		text = addr
	} else if rest, ok := strings.CutPrefix(key, ifmodel.InterfaceHostNameKeyPrefix); ok {
		_, text, _ = strings.Cut(rest, "/address/")
	}
	network, err := netip.ParsePrefix(text)
	return network, err == nil
}

// routePlace names what no other route can have at the same time.
func routePlace(r linuxcalls.Route) string { return fmt.Sprintf("route/%v/%d", r.Dst, r.Metric) }

func routeClaim(r linuxcalls.Route) string {
	return fmt.Sprintf("the route to %v with metric %d", r.Dst, r.Metric)
}

func (d *routes) create(key string, v *l3model.Route) error {
	route, err := kernelRoute(v)
	if err != nil {
		return err
	}
	if route.LinkIndex, err = d.linkOf(v.GetOutgoingInterface()); err != nil {
		return err
	}
	route.Protocol = d.Mark
	claim := routeClaim(route)
	if err := d.claimable(claim, key); err != nil {
		d.refused[routePlace(route)] = true
		return err
	}
	replaceable := d.ours(key, true, d.Mark)
	d.Records.Put(key, ownership.Record{Link: route.LinkIndex, Claim: claim, Value: encode(v)})
	err = d.Kernel.RouteAdd(route)
	if errors.Is(err, syscall.EEXIST) {
		err = d.replace(route, replaceable)
	}
	if err != nil {
		d.Records.Delete(key)
	}
	return err
}

// replace puts the route in the place of an earlier one of ours, never of one
// that somebody else has set.
func (d *routes) replace(route linuxcalls.Route, replaceable bool) error {
	list, err := d.Kernel.RouteList(0)
	if err != nil {
		return err
	}
	for _, r := range list {
		switch {
		case r.Dst != route.Dst || r.Metric != route.Metric:
		case r == route && replaceable:
			return nil
		case r.Protocol != d.Mark || !replaceable:
			return fmt.Errorf("%s exists already: %s of protocol %d, %w", routeClaim(route), d.describe(r), r.Protocol, ErrForeign)
		default:
			if err := ignoreGone(d.Kernel.RouteDelete(r)); err != nil {
				return err
			}
		}
	}
	return d.Kernel.RouteAdd(route)
}

func (d *routes) describe(r linuxcalls.Route) string {
	text := "on link"
	if r.Gateway.IsValid() {
		text = "through " + r.Gateway.String()
	}
	if link, err := d.Kernel.LinkByIndex(r.LinkIndex); err == nil {
		text += " by " + link.Name
	}
	return text
}

// remove deletes the route as it was recorded. The kernel compares all of it,
// the mark included.
func (d *routes) remove(key string, v *l3model.Route) error {
	record, known := d.Records.Get(key)
	if !known {
		return nil
	}
	applied := &l3model.Route{}
	if !decode(d.Host, ownership.Entry{Key: key, Record: record}, applied) {
		applied = v
	}
	route, err := kernelRoute(applied)
	if err != nil {
		return err
	}
	route.LinkIndex, route.Protocol = record.Link, d.Mark
	if err := ignoreGone(d.Kernel.RouteDelete(route)); err != nil {
		return err
	}
	d.Records.Delete(key)
	if place := routePlace(route); d.refused[place] && d.Released != nil {
		delete(d.refused, place)
		d.Released(place)
	}
	return nil
}
