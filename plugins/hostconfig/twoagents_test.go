// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package hostconfig

import (
	"testing"

	"google.golang.org/protobuf/proto"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
)

// TestTwoAgentsWithOneNumber has two agents on one host, neither of which was
// told a protocol number of its own: neither withdraws what the other has set,
// whatever it reads again, and whichever starts again.
func TestTwoAgentsWithOneNumber(t *testing.T) {
	a, b := newStack(t), newStack(t)
	a.addVeth("hostA")
	a.addVeth("hostB")
	ofA, ofB, route := uplink(), uplink(), uplinkRoute()
	ofB.HostIfName, ofB.IpAddresses = "hostB", []string{"10.12.1.1/24", "2001:db8:12::1/64"}
	route.GwAddr = ""
	a.start()
	b.start()
	a.set(ofA)
	b.set(ofB, route)
	bothApplied := func(after string) {
		t.Helper()
		t.Log(after)
		a.state(ofA, configured)
		for _, v := range []proto.Message{ofB, route} {
			b.state(v, configured)
		}
	}
	bothApplied("start")
	m := startMonitor(t)
	a.resync(kvs.DownstreamResync)
	a.resync(kvs.FullResync)
	bothApplied("the first reads again")
	a.stop()
	a.start()
	bothApplied("the first starts again")
	b.stop()
	b.start()
	bothApplied("the second starts again")
	a.stop()
	b.stop()
	a.start()
	b.start()
	bothApplied("both start again")
	if gone := m.deletions(); len(gone) > 0 {
		t.Errorf("deleted in between: %q", gone)
	}
	b.remove(ofB, route)
	b.address("hostB", "10.12.1.1/24", false)
	b.route("10.99.0.0/24", false)
	a.state(ofA, configured)
}
