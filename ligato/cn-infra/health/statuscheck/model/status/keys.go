// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package status

const (
	// StatusPrefix is the prefix of all keys of this model, relative to the
	// key prefix of the agent.
	StatusPrefix = "check/status/v1/"

	// AgentStatusPrefix is the key of the AgentStatus.
	AgentStatusPrefix = StatusPrefix + "agent"

	pluginStatusPrefix = StatusPrefix + "plugin/"
)

// AgentStatusKey returns the key of the AgentStatus.
func AgentStatusKey() string {
	return AgentStatusPrefix
}

// PluginStatusKey returns the key of the PluginStatus of the named plugin.
func PluginStatusKey(pluginLabel string) string {
	return pluginStatusPrefix + pluginLabel
}
