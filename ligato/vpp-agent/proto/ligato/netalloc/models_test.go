// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package netalloc_test

import (
	"testing"

	"go.ligato.io/vpp-agent/v3/proto/ligato/netalloc"
)

func TestNeighGwKey(t *testing.T) {
	const want = "netalloc/neigh-gw/network/net1/interface/if1"
	if got := netalloc.NeighGwKey("net1", "if1"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
