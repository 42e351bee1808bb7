// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package statuscheck

import (
	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/health/statuscheck/model/status"
	"go.ligato.io/cn-infra/v2/infra"
)

// PluginState is the health of a plugin.
type PluginState string

const (
	// Init means that the plugin is not ready yet.
	Init PluginState = "init"
	// OK means that the plugin works.
	OK PluginState = "ok"
	// Error means that the plugin does not work.
	Error PluginState = "error"
)

// PluginStateProbe tells the health of a plugin, with the reason if it is not
// well. It is called periodically and never concurrently with itself; a probe
// that panics or does not return counts as Error.
type PluginStateProbe func() (PluginState, error)

// PluginStatusWriter is how plugins report their health.
type PluginStatusWriter interface {
	// Register makes the plugin known, in state Init. With a nil probe the
	// plugin reports its state itself.
	Register(pluginName infra.PluginName, probe PluginStateProbe)

	// ReportStateChange sets the state of a registered plugin. A report equal
	// to the last one changes nothing.
	ReportStateChange(pluginName infra.PluginName, state PluginState, lastError error)

	// ReportStateChangeWithMeta is ReportStateChange that also records the
	// state of a network interface, if meta is a
	// *status.InterfaceStats_Interface with an internal name.
	ReportStateChangeWithMeta(pluginName infra.PluginName, state PluginState, lastError error, meta proto.Message)
}

// AgentStatusReader tells the health of the agent.
type AgentStatusReader interface {
	// GetAgentStatus returns a copy of the overall status.
	GetAgentStatus() status.AgentStatus
}

// InterfaceStatusReader tells the state of network interfaces.
type InterfaceStatusReader interface {
	// GetInterfaceStats returns a copy of the reported interface states.
	GetInterfaceStats() status.InterfaceStats
}

// StatusReader is how the health is read. Reading never waits for I/O.
type StatusReader interface {
	AgentStatusReader
	InterfaceStatusReader

	// GetAllPluginStatus returns a copy of the status of every registered
	// plugin, by plugin name.
	GetAllPluginStatus() map[string]*status.PluginStatus
}
