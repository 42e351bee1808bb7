// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package linux_interfaces has the messages and keys of Linux network
// interfaces: the configuration, its state, and the keys by which the values
// derived from an interface and the interfaces of the host are known to the
// scheduler.
package linux_interfaces

import (
	"go.ligato.io/vpp-agent/v3/pkg/models"
)

// ModuleName is the module of the models in this package.
const ModuleName = "linux.interfaces"

// ModelInterface is the model of configured interfaces.
var ModelInterface = models.Register(&Interface{}, models.Spec{
	Module:  ModuleName,
	Version: "v2",
	Type:    "interface",
})

// InterfaceKey returns the key of the interface with the given logical name.
func InterfaceKey(name string) string {
	return models.Key(&Interface{Name: name})
}
