// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ifstate

import (
	"go.ligato.io/vpp-agent/v3/pkg/models"
	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
)

// ModelHostInterface is the model of host interfaces. Its class is that of
// configuration, though there is none, since clients look for values to dump among
// the models of that class only.
var ModelHostInterface = models.Register(&ifmodel.InterfaceState{}, models.Spec{
	Module:  "ifwatcher",
	Type:    "host-interface",
	Version: "v1",
	Class:   "config",
})
