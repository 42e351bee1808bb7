// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"encoding/json"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.ligato.io/cn-infra/v2/agent"
)

const (
	contentJSON = "application/json; charset=UTF-8"
	contentYAML = "application/yaml; charset=UTF-8"
	contentHTML = "text/html; charset=UTF-8"
)

// pending is the configuration of an agent on a host without these interfaces,
// as a vpp-agent of v3.5 prints it but for the groups of VPP.
const pending = `linuxConfig:
  interfaces:
  - name: mgmt
    type: EXISTING
    hostIfName: hostB
    enabled: true
    ipAddresses:
    - 10.12.1.1/24
    linkOnly: true
  - name: uplink
    type: EXISTING
    hostIfName: hostA
    enabled: true
    ipAddresses:
    - 10.11.1.1/24
  routes:
  - outgoingInterface: uplink
    scope: GLOBAL
    dstNetwork: 10.99.0.0/24
    gwAddr: 10.11.1.254
netallocConfig: {}
`

const empty = "linuxConfig: {}\nnetallocConfig: {}\n"

// expect makes a request and compares all of the reply.
func (a *testAgent) expect(method, path, body string, code int, contentType, want string) {
	a.t.Helper()
	reply := a.do(method, path, body)
	if reply.Code != code {
		a.t.Errorf("%s %s: status %d, want %d", method, path, reply.Code, code)
	}
	if got := reply.Header().Get("Content-Type"); got != contentType {
		a.t.Errorf("%s %s: content type %q, want %q", method, path, got, contentType)
	}
	if diff := cmp.Diff(want, reply.Body.String()); diff != "" {
		a.t.Errorf("%s %s (-want +got):\n%s", method, path, diff)
	}
}

func TestIndex(t *testing.T) {
	page, err := os.ReadFile("testdata/index.html")
	if err != nil {
		t.Fatal(err)
	}
	newAgent(t).expect(http.MethodGet, "/", "", http.StatusOK, contentHTML, string(page))
}

func TestVersion(t *testing.T) {
	reply := newAgent(t).do(http.MethodGet, "/info/version", "")
	if reply.Code != http.StatusOK || reply.Header().Get("Content-Type") != contentJSON {
		t.Errorf("status %d, %s", reply.Code, reply.Header().Get("Content-Type"))
	}
	var names []string
	for _, line := range strings.Split(reply.Body.String(), "\n") {
		if name, _, ok := strings.Cut(line, ":"); ok {
			names = append(names, strings.Trim(name, ` "`))
		}
	}
	want := []string{"App", "Version", "GitCommit", "GitBranch", "BuildUser", "BuildHost", "BuildTime",
		"GoVersion", "OS", "Arch", "APIVersion", "OSType"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if !strings.Contains(reply.Body.String(), `"App": "test-agent"`) {
		t.Errorf("other name: %s", reply.Body)
	}
}

func TestVersionSources(t *testing.T) {
	version, commit, date := agent.BuildVersion, agent.CommitHash, agent.BuildDate
	t.Cleanup(func() { agent.BuildVersion, agent.CommitHash, agent.BuildDate = version, commit, date })
	vcs := []debug.BuildSetting{{Key: "vcs.revision", Value: "vcs"}, {Key: "vcs.time", Value: "2026-01-02T03:04:05Z"}}

	for _, tc := range []struct {
		commit, date string
		settings     []debug.BuildSetting
		wantCommit   string
		wantTime     int64
	}{
		{"", "", nil, "", 0},
		{"", "", vcs, "vcs", 1767323045},
		{"linked", "1700000000", vcs, "linked", 1700000000},
		{"linked", "2026-01-02T03:04:06Z", vcs, "linked", 1767323046},
		{"linked", "Fri Jan  2 03:04:07 UTC 2026", nil, "linked", 1767323047},
		{"linked", "yesterday", vcs, "linked", 1767323045},
	} {
		agent.BuildVersion, agent.CommitHash, agent.BuildDate = "v1", tc.commit, tc.date
		got := versionOf("app", tc.settings)
		if got.App != "app" || got.Version != "v1" || got.GitCommit != tc.wantCommit || got.BuildTime != tc.wantTime {
			t.Errorf("commit %q, date %q: %+v", tc.commit, tc.date, got)
		}
	}
}

func TestConfiguration(t *testing.T) {
	a := newAgent(t)
	a.expect(http.MethodGet, "/configuration", "", http.StatusOK, contentYAML, empty)
	a.expect(http.MethodPut, "/configuration", pending, http.StatusOK, contentJSON, "{}\n")
	a.expect(http.MethodGet, "/configuration", "", http.StatusOK, contentYAML, pending)

	// A part is added to what is there, or takes its place.
	const part = "linuxConfig:\n  interfaces:\n  - name: more\nnetallocConfig: {}\n"
	a.expect(http.MethodPut, "/configuration", part, http.StatusOK, contentJSON, "{}\n")
	if body := a.do(http.MethodGet, "/configuration", "").Body.String(); strings.Count(body, "- name:") != 3 {
		t.Errorf("not added: %s", body)
	}
	a.expect(http.MethodPut, "/configuration?replace", part, http.StatusOK, contentJSON, "{}\n")
	a.expect(http.MethodGet, "/configuration", "", http.StatusOK, contentYAML, part)
	a.expect(http.MethodPut, "/configuration?replace", "", http.StatusOK, contentJSON, "{}\n")
	a.expect(http.MethodGet, "/configuration", "", http.StatusOK, contentYAML, empty)
}

func TestConfigurationErrors(t *testing.T) {
	a := newAgent(t)
	for _, tc := range []struct{ body, want string }{
		{"a: [", "not valid YAML"},
		{"linuxConfig: {interfaces: [{name: a, colour: red}]}", `linuxConfig.interfaces[0]: unknown field "colour"`},
		{"linuxConfig: {interfaces: [{enabled: true}]}", "linuxConfig.interfaces[0]: a value of model linux.interfaces.interface needs a name"},
		{"linuxConfig: {interfaces: [{name: a}, {name: a}]}",
			"linuxConfig.interfaces[1]: is linuxConfig.interfaces[0] again: both have the key config/linux/interfaces/v2/interface/a"},
		{"linuxConfig: {arpEntries: [{interface: x, ipAddress: refused}]}", "refused by the host"},
	} {
		reply := a.do(http.MethodPut, "/configuration", tc.body)
		var text string
		if err := json.Unmarshal(reply.Body.Bytes(), &text); err != nil {
			t.Errorf("%s: not a JSON string: %s", tc.body, reply.Body)
		}
		if reply.Code != http.StatusInternalServerError || !strings.Contains(text, tc.want) {
			t.Errorf("%s: %d %q, want %q", tc.body, reply.Code, text, tc.want)
		}
	}
}

func TestValidate(t *testing.T) {
	a := newAgent(t)
	a.expect(http.MethodPost, "/configuration/validate", pending, http.StatusOK, contentJSON, "{}\n")
	a.expect(http.MethodPost, "/configuration/validate", "linuxConfig: 7", http.StatusInternalServerError, contentJSON,
		"\"linuxConfig: an object is needed here\"\n")
	const wrong = `linuxConfig:
  interfaces:
  - {name: ok}
  - {name: small, mtu: 12}
  - {name: bad}
  - {enabled: true}
`
	reply := a.do(http.MethodPost, "/configuration/validate", wrong)
	if reply.Code != http.StatusBadRequest {
		t.Errorf("status %d", reply.Code)
	}
	var got []map[string]any
	if err := json.Unmarshal(reply.Body.Bytes(), &got); err != nil {
		t.Fatalf("%v: %s", err, reply.Body)
	}
	want := []map[string]any{
		{
			"path":              "linuxConfig.interfaces[3]",
			"error":             "a value of model linux.interfaces.interface needs a name",
			"error_config_part": map[string]any{"enabled": true},
		}, {
			"path":              "linuxConfig.interfaces[1].mtu",
			"error":             "smaller than 68",
			"error_config_part": map[string]any{"name": "small", "mtu": 12.0},
		}, {
			"path":                      "linuxConfig.interfaces[2]",
			"error":                     "is bad",
			"error_config_part":         map[string]any{"name": "bad"},
			"error_derived_config_part": map[string]any{"name": "bad"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	a.expect(http.MethodGet, "/configuration", "", http.StatusOK, contentYAML, empty)
}

func TestSchema(t *testing.T) {
	a := newAgent(t)
	for path, want := range map[string]struct{ proto, json bool }{
		"":                      {true, true},
		"?fieldnames=onlyproto": {true, false},
		"?fieldnames=onlyjson":  {false, true},
	} {
		reply := a.do(http.MethodGet, "/info/configuration/jsonschema"+path, "")
		body := reply.Body.String()
		if reply.Code != http.StatusOK || !json.Valid(reply.Body.Bytes()) {
			t.Errorf("%s: status %d: %s", path, reply.Code, body)
		}
		if strings.Contains(body, `"host_if_name"`) != want.proto || strings.Contains(body, `"hostIfName"`) != want.json {
			t.Errorf("%s: other names: %s", path, body)
		}
	}
	a.expect(http.MethodGet, "/info/configuration/jsonschema?fieldnames=none", "", http.StatusBadRequest, contentJSON,
		"{\n  \"Error\": \"fieldnames is \\\"none\\\": it can be onlyproto or onlyjson\"\n}\n")
}

func TestDumps(t *testing.T) {
	a := newAgent(t)
	for _, path := range []string{"interfaces", "routes", "arps"} {
		a.expect(http.MethodGet, "/dump/linux/v2/"+path, "", http.StatusOK, contentJSON, "null\n")
	}
	a.expect(http.MethodPut, "/configuration", pending, http.StatusOK, contentJSON, "{}\n")
	a.expect(http.MethodGet, "/dump/linux/v2/interfaces", "", http.StatusOK, contentJSON, "null\n")
	a.announce("hostA", true)
	for path, want := range map[string]string{
		"interfaces": `[{"interface":{"name":"uplink","type":"EXISTING","host_if_name":"hostA","enabled":true,` +
			`"ip_addresses":["10.11.1.1/24"]},"interface_meta":"config/linux/interfaces/v2/interface/uplink"}]`,
		"routes": `[{"route":{"outgoing_interface":"uplink","scope":"GLOBAL","dst_network":"10.99.0.0/24",` +
			`"gw_addr":"10.11.1.254"},"route_meta":"config/linux/l3/v2/route/10.99.0.0/24/uplink"}]`,
	} {
		reply := a.do(http.MethodGet, "/dump/linux/v2/"+path, "")
		var got, wanted any
		if err := json.Unmarshal(reply.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(want), &wanted); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(wanted, got); diff != "" || reply.Code != http.StatusOK {
			t.Errorf("%s: status %d (-want +got):\n%s", path, reply.Code, diff)
		}
	}
}

func TestNoVPP(t *testing.T) {
	newAgent(t).expect(http.MethodPost, "/vpp/command", `{"vppclicommand":"show version"}`, http.StatusNotImplemented, contentJSON,
		"\"this agent configures the Linux host only: there is no VPP to run commands on\"\n")
}

func TestMetrics(t *testing.T) {
	a := newAgent(t)
	a.expect(http.MethodGet, "/metrics/nosuch", "", http.StatusNotFound, contentJSON,
		"{\n  \"Error\": \"no model registered for name nosuch\"\n}\n")
	a.expect(http.MethodGet, "/metrics/linux.l3.arp", "", http.StatusNotFound, contentJSON,
		"{\n  \"Error\": \"model linux.l3.arp is of class \\\"config\\\", not \\\"metrics\\\"\"\n}\n")
}

func TestWithoutServers(t *testing.T) {
	p := NewPlugin(UseDeps(func(deps *Deps) { deps.HTTPHandlers, deps.GRPC, deps.StatusCheck = nil, nil, nil }))
	if err := p.Close(); err != nil {
		t.Errorf("Close before Init: %v", err)
	}
	p = NewPlugin(UseDeps(func(deps *Deps) { deps.KVScheduler = nil }))
	if err := p.Init(); err == nil || !strings.Contains(err.Error(), "KVScheduler") {
		t.Errorf("Init without scheduler: %v", err)
	}
	p = NewPlugin(UseDeps(func(deps *Deps) { deps.Dispatcher = nil }))
	if err := p.Init(); err == nil || !strings.Contains(err.Error(), "Dispatcher") {
		t.Errorf("Init without dispatcher: %v", err)
	}
}
