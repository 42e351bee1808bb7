// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"net/netip"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	l3model "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"

	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/ownership"
)

// routeID is what two routes of the kernel cannot share on one link.
type routeID struct {
	link   int
	dst    netip.Prefix
	metric uint32
}

// retrieve returns the routes of ours. Records of others are dropped.
func (d *routes) retrieve(correlate []kvs.KVWithMetadata) ([]kvs.KVWithMetadata, error) {
	list, err := d.Kernel.RouteList(d.Mark)
	if err != nil {
		return nil, err
	}
	found := map[routeID]linuxcalls.Route{}
	for _, r := range list {
		found[routeID{r.LinkIndex, r.Dst, r.Metric}] = r
	}
	var values []kvs.KVWithMetadata
	for _, entry := range d.Records.List(l3model.ModelRoute.KeyPrefix()) {
		v := &l3model.Route{}
		if !decode(d.Host, entry, v) {
			continue
		}
		applied, err := kernelRoute(v)
		id := routeID{entry.Link, applied.Dst, applied.Metric}
		route, exists := found[id]
		if err != nil || !exists {
			d.Records.Delete(entry.Key)
			continue
		}
		observeRoute(v, applied, route)
		delete(found, id)
		values = append(values, fromNB(entry.Key, v))
	}
	if d.claim {
		values = append(values, d.adopt(found, correlate)...)
	}
	d.claim = false
	return values, nil
}

// observeRoute replaces in v what is not as it was applied.
func observeRoute(v *l3model.Route, applied, found linuxcalls.Route) {
	if found.Gateway != applied.Gateway {
		v.GwAddr = ""
		if found.Gateway.IsValid() {
			v.GwAddr = found.Gateway.String()
		}
	}
	if found.Scope != applied.Scope {
		v.Scope = scopeOf(found.Scope)
	}
}

func scopeOf(scope uint8) l3model.Route_Scope {
	switch scope {
	case scopeUniverse:
		return l3model.Route_GLOBAL
	case scopeSite:
		return l3model.Route_SITE
	case scopeLink:
		return l3model.Route_LINK
	case scopeHost:
		return l3model.Route_HOST
	}
	return l3model.Route_UNDEFINED
}

// adopt makes values of routes that have the mark but no record. Which value
// they belong to is told by the records of interfaces, else by a wanted value
// that means the same, else the name of the link has to do.
func (d *routes) adopt(found map[routeID]linuxcalls.Route, correlate []kvs.KVWithMetadata) []kvs.KVWithMetadata {
	if len(found) == 0 {
		return nil
	}
	names := d.interfaceNames()
	var values []kvs.KVWithMetadata
	for _, r := range found {
		name, known := names[r.LinkIndex]
		if !known {
			name = d.guessName(r, correlate)
		}
		v := &l3model.Route{OutgoingInterface: name, DstNetwork: r.Dst.String(), Metric: r.Metric, Scope: scopeOf(r.Scope)}
		if r.Gateway.IsValid() {
			v.GwAddr = r.Gateway.String()
		}
		key := l3model.RouteKey(v.GetDstNetwork(), name)
		if _, taken := d.Records.Get(key); taken || name == "" {
			d.Log.Warnf("Of our mark, but no value can be made of it: %s %s", routeClaim(r), d.describe(r))
			continue
		}
		d.Records.Put(key, ownership.Record{Link: r.LinkIndex, Claim: routeClaim(r), Value: encode(v)})
		values = append(values, fromNB(key, v))
	}
	return values
}

func (d *routes) guessName(r linuxcalls.Route, correlate []kvs.KVWithMetadata) string {
	for _, kv := range correlate {
		v, ok := kv.Value.(*l3model.Route)
		if !ok {
			continue
		}
		wanted, err := kernelRoute(v)
		wanted.LinkIndex, wanted.Protocol = r.LinkIndex, r.Protocol
		if err == nil && wanted == r {
			return v.GetOutgoingInterface()
		}
	}
	link, err := d.Kernel.LinkByIndex(r.LinkIndex)
	if err != nil {
		return ""
	}
	return link.Name
}
