// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package wire

import "fmt"

// OperationalState is the state of an agent or of one of its plugins.
type OperationalState int

// The operational states.
const (
	StateInit OperationalState = iota
	StateOK
	StateError
)

// String returns the name of the state.
func (s OperationalState) String() string {
	switch s {
	case StateInit:
		return "INIT"
	case StateOK:
		return "OK"
	case StateError:
		return "ERROR"
	}
	return fmt.Sprintf("state %d", int(s))
}

// PluginStatus is the state of one plugin. Times are Unix seconds.
type PluginStatus struct {
	State      OperationalState `json:"state"`
	LastChange int64            `json:"last_change"`
	LastUpdate int64            `json:"last_update"`
	Error      string           `json:"error"`
}

// AgentStatus is the summary over all plugins. Times are Unix seconds.
type AgentStatus struct {
	BuildVersion string           `json:"build_version"`
	BuildDate    string           `json:"build_date"`
	State        OperationalState `json:"state"`
	StartTime    int64            `json:"start_time"`
	LastChange   int64            `json:"last_change"`
	LastUpdate   int64            `json:"last_update"`
	CommitHash   string           `json:"commit_hash"`
}

// ExposedStatus is what /readiness and /liveness answer.
type ExposedStatus struct {
	AgentStatus
	PluginStatus    map[string]PluginStatus
	NonFatalPlugins []string
}

// Version is what /info/version answers. BuildTime is in Unix seconds.
type Version struct {
	App        string
	Version    string
	GitCommit  string
	GitBranch  string
	BuildUser  string
	BuildHost  string
	BuildTime  int64
	GoVersion  string
	OS         string
	Arch       string
	APIVersion string
	OSType     string
}

// Logger is a logger of the agent.
type Logger struct {
	Logger string `json:"logger"`
	Level  string `json:"level"`
}
