// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"fmt"
	"os"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
)

// startNetNS is the network namespace of the process when it was started.
var startNetNS = currentNetNS()

// currentNetNS is that of the calling thread, see network_namespaces(7), empty
// if it is not known.
func currentNetNS() string {
	ns, _ := os.Readlink("/proc/thread-self/ns/net")
	return ns
}

// checkNetNS returns api.ErrEscapedNetNs if the thread has got into another
// network namespace.
func checkNetNS() error {
	if now := currentNetNS(); now != startNetNS {
		return fmt.Errorf("%w: now in %q, started in %q", api.ErrEscapedNetNs, now, startNetNS)
	}
	return nil
}
