// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package netnstest

import (
	"net"
	"os"
	"testing"

	"github.com/ifwatcher/ifwatcher/internal/lab"
)

// TestEnter sees nothing of the host.
func TestEnter(t *testing.T) {
	outside, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	const outsideEnv = "IFWATCHER_NETNSTEST_OUTSIDE"
	if os.Getenv(outsideEnv) == "" {
		t.Setenv(outsideEnv, outside)
	}
	if !Enter(t) {
		return
	}
	if os.Getenv(outsideEnv) == outside {
		t.Error("still in the namespace of the host")
	}
	if err := lab.AddVeth("nn0", "nn1"); err != nil {
		t.Fatal(err)
	}
	interfaces, err := net.Interfaces()
	if err != nil || len(interfaces) != 3 {
		t.Errorf("%v, %v", interfaces, err)
	}
}
