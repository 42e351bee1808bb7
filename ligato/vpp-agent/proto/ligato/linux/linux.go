// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package linux joins the configuration of Linux networking. Importing it
// registers all models of that area.
package linux

import (
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	linux_l3 "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"
)

// Interface is the configuration of a network interface.
type Interface = linux_interfaces.Interface

// Route is the configuration of a route.
type Route = linux_l3.Route

// ARPEntry is the configuration of a static neighbour.
type ARPEntry = linux_l3.ARPEntry
