// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package status

import "testing"

func TestKeys(t *testing.T) {
	if got, want := AgentStatusKey(), "check/status/v1/agent"; got != want {
		t.Errorf("AgentStatusKey() = %q, want %q", got, want)
	}
	if got, want := PluginStatusKey("etcd"), "check/status/v1/plugin/etcd"; got != want {
		t.Errorf("PluginStatusKey() = %q, want %q", got, want)
	}
}
