// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import "net/http"

// vppCommand tells clients that have commands for VPP why they do not work here.
func (p *Plugin) vppCommand(*http.Request) (int, any) {
	return http.StatusNotImplemented, "this agent configures the Linux host only: there is no VPP to run commands on"
}
