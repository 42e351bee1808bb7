// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"errors"
	"syscall"

	l3model "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"

	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/linuxcalls"
)

// The kernel takes routes and neighbours away where nobody has asked for it: the
// IPv4 ones of a link with its last IPv4 address, although the next address may
// be on its way, and all neighbours when the address of the link itself changes.
// The values that they belong to do not depend on just that, so the scheduler
// does not create them again.

// restoreRoutes puts back what the kernel has taken away of ours on a link. What
// cannot be put back is reported; it is withdrawn as soon as the watcher tells
// what it lacks now.
func (h *Host) restoreRoutes(link int) {
	for _, entry := range h.Records.OnLink(link, l3model.ModelRoute.KeyPrefix()) {
		v := &l3model.Route{}
		if !decode(h, entry, v) {
			continue
		}
		route, err := kernelRoute(v)
		if err == nil {
			route.LinkIndex, route.Protocol = link, h.Mark
			err = h.Kernel.RouteAdd(route)
		}
		if err != nil && !errors.Is(err, syscall.EEXIST) {
			h.Log.Warnf("%s went with an address of its interface and cannot be put back: %v", entry.Key, err)
		}
	}
}

// restoreNeighbours does the same for neighbours. One that somebody has set
// meanwhile stays.
func (h *Host) restoreNeighbours(link int) {
	for _, entry := range h.Records.OnLink(link, l3model.ModelARPEntry.KeyPrefix()) {
		v := &l3model.ARPEntry{}
		if !decode(h, entry, v) {
			continue
		}
		neigh, err := kernelNeighbour(v)
		if err == nil {
			var present linuxcalls.Neighbour
			present, err = h.Kernel.NeighbourGet(link, neigh.IP)
			if err == nil && present.Permanent {
				continue
			}
			err = ignoreGone(err)
		}
		if err == nil {
			neigh.LinkIndex, neigh.Protocol = link, h.Mark
			err = h.Kernel.NeighbourSet(neigh)
		}
		if err != nil {
			h.Log.Warnf("%s went with an address of its interface and cannot be put back: %v", entry.Key, err)
		}
	}
}
