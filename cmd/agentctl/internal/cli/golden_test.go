// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/fakeagent"
)

// hostList is what the watcher of an agent says of its host.
const hostList = `[
 {"name":"lo","index":1,"state":"announced","addresses":["127.0.0.1/8","::1/128"],"announced":true,"announced_since":"2026-11-23T18:59:19Z"},
 {"name":"hostA","index":7,"state":"down","addresses":[],"reason":"down (admin-down)"},
 {"name":"eth0","index":9,"namespace":"red","state":"withdrawing","announced":true,"announced_since":"2026-11-23T18:50:19Z","reason":"withdrawing 320ms"},
 {"name":"docker0","index":3,"state":"excluded","addresses":["172.17.0.1/16"],"reason":"excluded"}
]`

// TestGolden has what agentctl prints beyond vpp-agent's own tool, and how it
// fits tables into a terminal.
func TestGolden(t *testing.T) {
	for _, tc := range []struct {
		name  string
		args  string
		hosts string
		width int
		color bool
	}{
		{name: "interfaces", args: "interfaces"},
		{name: "interfaces_watched", args: "interfaces", hosts: hostList},
		{name: "interfaces_color", args: "interfaces", hosts: hostList, color: true},
		{name: "interfaces_narrow", args: "interfaces", hosts: hostList, width: 60},
		{name: "interfaces_one", args: "if hostA", hosts: hostList},
		{name: "interfaces_json", args: "interfaces -o json", hosts: hostList},
		{name: "interfaces_template", args: "interfaces -o {{range.}}{{.Name}}={{.State}};{{end}}", hosts: hostList},
		{name: "why_all", args: "why"},
		{name: "why_route", args: "why 10.99.0.0/24/uplink", hosts: hostList},
		{name: "why_route_color", args: "why route/10.99.0.0/24/uplink", hosts: hostList, color: true},
		{name: "why_interface", args: "why linux.interfaces.interface/mgmt", hosts: hostList},
		{name: "why_store_key", args: "why /vnf-agent/vpp1/config/linux/interfaces/v2/interface/uplink", hosts: hostList},
		{name: "why_host", args: "why hostA", hosts: hostList},
		{name: "why_lo", args: "why lo"},
		{name: "why_absent", args: "why config/linux/l3/v2/arp/uplink/10.0.0.1"},
		{name: "why_json", args: "why uplink -o json", hosts: hostList},
		{name: "why_yaml", args: "why uplink -o yaml"},
		{name: "values_narrow", args: "values", width: 80},
		{name: "values_state", args: "values --state pending -o {{.|len}}"},
		{name: "dump_narrow", args: "dump --view NB linux.*", width: 70},
		{name: "dump_yaml", args: "dump --view NB linux.l3.route -o yaml"},
		{name: "dump_origin", args: "dump --view NB all --origin from-SB"},
		{name: "model_ls", args: "model ls --class all"},
		{name: "model_ls_pattern", args: "model ls linux.l3.*"},
		{name: "history_color", args: "config history", color: true},
		{name: "log_list_one", args: "log list etcd"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := newLab(t, fakeagent.Pending)
			if tc.hosts != "" {
				l.rest.SetJSON("GET /ifwatcher/interfaces", tc.hosts)
			}
			l.width, l.color = tc.width, tc.color
			got := l.ok(strings.Fields(tc.args)...)
			golden(t, tc.name, got)
			if strings.HasSuffix(tc.args, "-o json") && !json.Valid([]byte(got)) {
				t.Error("not JSON")
			}
			for line := range strings.Lines(got) {
				if strings.TrimRight(line, " \n")+"\n" != line && !strings.HasPrefix(line, "|") {
					t.Errorf("spaces at the end of %q", line)
				}
				if n := len([]rune(strings.TrimSuffix(line, "\n"))); tc.width > 0 && n > tc.width {
					t.Errorf("%d wide: %q", n, line)
				}
			}
		})
	}
}

// TestNothingToExplain has an agent on which all is as wanted.
func TestNothingToExplain(t *testing.T) {
	l := newLab(t, fakeagent.Empty)
	if got := l.ok("why"); got != "Every value is as wanted.\n" {
		t.Error(got)
	}
	if got := l.ok("why", "-o", "json"); got != "[]\n" {
		t.Error(got)
	}
}
