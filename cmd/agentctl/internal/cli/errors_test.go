// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/fakeagent"
)

// TestErrors wants one clear line and status 1.
func TestErrors(t *testing.T) {
	const nobody = "127.0.0.1:1"
	bad := writeFile(t, "bad.yaml", "linuxConfig: {interfaces: [{nonsense: 1}]}")
	refused := writeFile(t, "refused.yaml", "linuxConfig: {interfaces: [{name: refuse}]}")
	nameless := writeFile(t, "nameless.yaml", "linuxConfig: {interfaces: [{}]}")
	twice := writeFile(t, "twice.yaml", "linuxConfig: {routes: [{dst_network: 10.0.0.0/8}, {dst_network: 10.1.0.0/8}]}")
	lines := writeFile(t, "lines.txt", "# comment\nconfig/linux/interfaces/v2/interface/a {\"name\":\"a\"}\nconfig/nosuch 1\n")
	for _, tc := range []struct{ args, want string }{
		{"confg", `unknown command "confg" for "agentctl", did you mean config?; see 'agentctl --help'`},
		{"config gett", `unknown command "gett" for "agentctl config", did you mean get?`},
		{"status --nonsense", "unknown flag: --nonsense; see 'agentctl status --help'"},
		{"status extra", "see 'agentctl status --help'"},
		{"status --http-port 0", "--http-port: 0 is no port"},
		{"status --timeout 0s", "--timeout"},
		{"status --log-level loud", "--log-level"},
		{"status --http-basic-auth me", "credentials"},
		{"status --config /nonexistent/file", "/nonexistent/file"},
		{"status -f xml", `unknown output format "xml"`},
		{"status -f json -o yaml", "--format and --output"},
		{"status -f {{.Nope}}", "template of --format"},
		{"status -f {{", "template of --format"},
		{"status --http-port 1", "cannot reach the agent at http://127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused (is it running?"},
		{"dump", "which models?"},
		{"dump nosuch", "no model matches nosuch"},
		{"dump [", "pattern"},
		{"dump all --view XX", `--view: "XX" is none of cached, NB, SB`},
		{"dump all --origin here", "--origin"},
		{"dump netalloc.ip", "no plugin of this agent applies values of model netalloc.ip"},
		{"dump all --grpc-port 1", "cannot reach the agent over gRPC at 127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused"},
		{"values nosuch", `no model "nosuch"`},
		{"values a b", "see 'agentctl values --help'"},
		{"model ls nosuch", "no model matches"},
		{"model inspect", "which model?"},
		{"model inspect nosuch", `no model "nosuch"`},
		{"model inspect linux.", "several models begin with \"linux.\": linux.interfaces.interface, linux.l3.arp"},
		{"config update", "one file is needed"},
		{"config update /nonexistent/file", "/nonexistent/file"},
		{"config update " + bad, bad + `: linuxConfig.interfaces[0]: unknown field "nonsense"`},
		{"config update " + refused, "[FailedPrecondition] KeyErrors: [config/linux/interfaces/v2/interface/refuse (CREATE): refused]"},
		{"config delete " + bad, "unknown field"},
		{"config history nine", `"nine" is not the number of a transaction`},
		{"config history 99999", "[404] transaction with such sequence number is not recorded (GET /scheduler/txn-history?format=text&seq-num=99999)"},
		{"config update " + nameless, nameless + ": linuxConfig.interfaces[0]: a value of model linux.interfaces.interface needs a name"},
		{"config update " + twice, twice + ": linuxConfig.routes[1]: is linuxConfig.routes[0] again"},
		{"config watch --operations -o yaml", "operations can be shown as text or as json"},
		{"config watch --operations --filter {}", "--filter is for notifications"},
		{"config watch --filter {\"nosuch\":1}", `--filter {"nosuch":1}: not a Notification in JSON: unknown field "nosuch"`},
		{"config watch --grpc-port 1", "cannot reach the agent over gRPC at 127.0.0.1:1"},
		{"generate", "one model is needed"},
		{"generate nosuch", `no model "nosuch"`},
		{"generate linux.", "several models begin with"},
		{"generate linux.l3.route -o xml", `unknown form "xml"`},
		{"generate linux.l3.route -o yaml --oneline", "--oneline is for json"},
		{"import", "one file is needed"},
		{"import /nonexistent/file", "/nonexistent/file"},
		{"import " + bad, bad + ": line 1: not a key, a space and a value in JSON"},
		{"import --txops 0 " + lines, "--txops"},
		{"import " + lines + " -e " + nobody, "cannot reach the store at " + nobody},
		{"import --grpc " + lines, lines + ": line 3: the agent has no model for the key config/nosuch"},
		{"interfaces --all-agents -e " + nobody, "cannot reach the store at " + nobody},
		{"interfaces --all-agents --watch", "--watch is for the interfaces of one agent"},
		{"interfaces --all-agents eth[", `"eth[" is neither the name of an interface`},
		{"config resync", "[404] 404 page not found (POST /scheduler/downstream-resync)"},
		{"kvdb get", "one key is needed"},
		{"kvdb put a", "a key and a value are needed"},
		{"kvdb get /", "one key is needed"},
		{"kvdb put a @/nonexistent/file", "/nonexistent/file"},
		{"kvdb list -e " + nobody, "cannot reach the store at " + nobody + ": dial tcp " + nobody + ": connect: connection refused (is it running? --etcd-endpoints says where)"},
		{"log list nosuch", `no logger "nosuch"`},
		{"log set agent", "a logger and a level are needed"},
		{"log set nosuch debug", `no logger "nosuch"`},
		{"log set agent loud", "[404]"},
		{"metrics get", "the name of one metric is needed"},
		{"metrics get nosuch", "[404]"},
		{"interfaces nosuch", `no interface "nosuch"`},
		{"interfaces --watch --interval 0s", "--interval"},
		{"why nosuch", `called "nosuch"`},
		{"why link", "did you mean config/linux/interfaces/v2/interface/uplink"},
		{"values --state PENDING,BROKEN", `--state: "BROKEN" is no state of a value`},
		{"vpp cli show version", "no VPP"},
		{"report -i", "'report -i' of vpp-agent's own agentctl"},
		{"service list", "gRPC services"},
	} {
		t.Run(tc.args, func(t *testing.T) {
			l := newLab(t, fakeagent.Pending)
			l.rest.Set("GET /scheduler/txn-history?format=text&seq-num=99999", fakeagent.Answer{
				Code: http.StatusNotFound, ContentType: "application/json; charset=UTF-8",
				Body: "{\n  \"Error\": \"transaction with such sequence number is not recorded\"\n}\n",
			})
			stdout, stderr, status := l.run(strings.Fields(tc.args)...)
			if status != 1 {
				t.Errorf("status %d", status)
			}
			if !strings.HasPrefix(stderr, "agentctl: ") || strings.Count(stderr, "\n") != 1 || !strings.HasSuffix(stderr, "\n") {
				t.Errorf("not one line: %q", stderr)
			}
			if !strings.Contains(stderr, tc.want) {
				t.Errorf("%q has no %q", stderr, tc.want)
			}
			if stdout != "" {
				t.Errorf("standard output: %q", stdout)
			}
		})
	}
}

// TestErrorAnswers has the bodies that handlers send with an error.
func TestErrorAnswers(t *testing.T) {
	for _, tc := range []struct{ body, want string }{
		{"{\n  \"Error\": \"it broke\"\n}", "[500] it broke (GET /log/list)"},
		{`{"message":"it broke"}`, "[500] it broke (GET /log/list)"},
		{`"it\nbroke"`, "[500] it broke (GET /log/list)"},
		{"it broke\n\ngoroutine 1 [running]:\n", "[500] it broke goroutine 1 [running]: (GET /log/list)"},
		{"", "[500] internal server error (GET /log/list)"},
		{"\x1b[2J\u009b", `[500] \x1b[2J\u009b (GET /log/list)`},
	} {
		l := newLab(t, fakeagent.Empty)
		l.rest.Set("GET /log/list", fakeagent.Answer{Code: 500, ContentType: "application/json; charset=UTF-8", Body: tc.body})
		if _, stderr, status := l.run("log", "list"); status != 1 || stderr != "agentctl: error response from the agent: "+tc.want+"\n" {
			t.Errorf("%q: status %d, %q", tc.body, status, stderr)
		}
	}
}

// TestNotAnAgent asks a server that is something else.
func TestNotAnAgent(t *testing.T) {
	l := newLab(t, fakeagent.Empty)
	l.rest.Set("GET /scheduler/graph-snapshot", fakeagent.Answer{Code: 200, ContentType: "text/html", Body: "<html>"})
	if _, stderr, status := l.run("interfaces"); status != 1 || !strings.Contains(stderr, "is not what an agent answers") {
		t.Errorf("status %d, %q", status, stderr)
	}
}

// TestWhyWithoutStore explains what it can, and says that it may not be all.
func TestWhyWithoutStore(t *testing.T) {
	l := newLab(t, fakeagent.Empty)
	for what, answer := range map[string]fakeagent.Answer{
		"lost":      {Code: 200, Body: `{"state":1,"PluginStatus":{"agent":{"state":1},"etcd":{"state":2,"error":"no\nconnection"}}}`},
		"never had": {Code: 500, Body: `{"PluginStatus":{"agent":{},"etcd":{"error":"no connection"}}}`},
	} {
		l.rest.Set("GET /readiness", answer)
		stdout, stderr, status := l.run("why")
		if status != 0 || stdout != "Every value is as wanted.\n" ||
			!strings.HasPrefix(stderr, "agentctl: the plugin etcd of the agent has an error") || !strings.HasSuffix(stderr, ": no connection\n") {
			t.Errorf("%s: status %d, %q, %q", what, status, stdout, stderr)
		}
	}
}

// TestNotReady shows the status of an agent that is not OK, and fails.
func TestNotReady(t *testing.T) {
	l := newLab(t, fakeagent.Empty)
	l.rest.Set("GET /readiness", fakeagent.Answer{Code: 500, Body: `{"state":2,"PluginStatus":{"etcd":{"state":2,"error":"no connection"}}}`})
	stdout, stderr, status := l.run("status")
	if status != 1 || stderr != "agentctl: the agent is not OK: its state is ERROR\n" {
		t.Errorf("status %d, %q", status, stderr)
	}
	if !strings.Contains(stdout, "State:       ERROR") || !strings.Contains(stdout, "etcd: ERROR (no connection)") {
		t.Error(stdout)
	}
}
