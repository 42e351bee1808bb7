// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/fakeagent"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/fleet"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/kv"
)

// inStore is what five agents have in a store: two that publish interfaces, a
// vpp-agent, one that has ended and one that was never started.
var inStore = map[string]string{
	"/vnf-agent/vpp1/config/linux/interfaces/v2/interface/uplink": `{"name":"uplink"}`,
	"/vnf-agent/vpp1/check/status/v1/agent":                       `{"build_version":"v1","state":"OK","start_time":"1795460000","last_update":"1795460366"}`,
	"/vnf-agent/vpp1/status/ifwatcher/v1/agent":                   `{"host_name":"router1","label":"vpp1","start_time":"2026-11-23T18:53:20Z","version":"v1"}`,
	"/vnf-agent/vpp1/status/ifwatcher/v1/host-interface/lo":       `{"name":"lo","index":1,"addresses":["127.0.0.1/8"],"state":"announced","announced":true,"announced_since":"2026-11-23T18:53:20Z"}`,
	"/vnf-agent/vpp1/status/ifwatcher/v1/host-interface/eth0":     `{"name":"eth0","index":2,"addresses":["192.0.2.7/24","2001:db8::7/64"],"state":"announced","announced":true,"announced_since":"2026-11-23T18:59:20Z"}`,
	"/vnf-agent/vpp2/check/status/v1/agent":                       `{"state":"ERROR"}`,
	"/vnf-agent/vpp2/status/ifwatcher/v1/agent":                   `{"host_name":"router2","label":"vpp2"}`,
	"/vnf-agent/vpp2/status/ifwatcher/v1/host-interface/red/eth0": `{"name":"eth0","namespace":"red","index":2,"state":"down","reason":"down (admin-down)"}`,
	"/vnf-agent/vpp3/check/status/v1/agent":                       `{"state":"OK","last_update":"1795460360"}`,
	"/vnf-agent/vpp4/check/status/v1/agent":                       `{"state":"OK","last_update":"1795373966"}`,
	"/vnf-agent/vpp5/config/linux/l3/v2/route/0.0.0.0/0/uplink":   `{}`,
}

// newStoreLab is a lab with a store besides, that has the values.
func newStoreLab(t *testing.T, values map[string]string) *lab {
	t.Helper()
	l := newLab(t, fakeagent.Pending)
	endpoint := fakeagent.StartStore(t)
	l.env["ETCD_ENDPOINTS"] = endpoint
	store, err := kv.Open(t.Context(), []string{endpoint}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for key, value := range values {
		if err := store.Put(t.Context(), key, value); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

func TestAllAgents(t *testing.T) {
	l := newStoreLab(t, inStore)
	golden(t, "all_agents", l.ok("interfaces", "--all-agents"))
	golden(t, "all_agents_name", l.ok("interfaces", "-A", "eth*"))
	golden(t, "all_agents_address", l.ok("interfaces", "-A", "192.0.2.0/24", "-o", "json"))
	golden(t, "all_agents_yaml", l.ok("interfaces", "-A", "-o", "yaml"))
	if got := l.ok("interfaces", "-A", "2001:db8::7", "-o", "{{range .}}{{.Label}}={{.State}};{{end}}"); got != "vpp1=OK;vpp4=GONE;vpp5=GONE;\n" {
		t.Error(got)
	}
	var agents []fleet.Agent
	if err := json.Unmarshal([]byte(l.ok("interfaces", "-A", "-o", "json")), &agents); err != nil || len(agents) != 5 {
		t.Errorf("%v, %v", agents, err)
	}
	stdout, stderr, status := l.run("interfaces", "-A", "eth9", "10.9.0.0/16")
	const want = "agentctl: no agent publishes an interface that matches eth9 or 10.9.0.0/16; gone: vpp4 (last seen 1d ago), vpp5\n"
	if stdout != "" || stderr != want || status != 1 {
		t.Errorf("%q, %q, %d", stdout, stderr, status)
	}
}

// TestAllAgentsWrongValue shows the rest.
func TestAllAgentsWrongValue(t *testing.T) {
	l := newStoreLab(t, map[string]string{
		"/vnf-agent/vpp1/status/ifwatcher/v1/host-interface/a": `{"name":"a","state":"announced","announced":true}`,
		"/vnf-agent/vpp1/status/ifwatcher/v1/host-interface/b": `nonsense`,
	})
	stdout, stderr, status := l.run("interfaces", "--all-agents")
	if status != 0 || !strings.Contains(stdout, "vpp1") || stderr != "agentctl: the value of /vnf-agent/vpp1/status/ifwatcher/v1/host-interface/b is not what an agent publishes\n" {
		t.Errorf("%d, %q, %q", status, stdout, stderr)
	}
}

func TestAllAgentsOfNone(t *testing.T) {
	l := newStoreLab(t, nil)
	if got := l.ok("interfaces", "--all-agents"); got != "No agent has anything in the store.\n" {
		t.Error(got)
	}
	if got := l.ok("interfaces", "--all-agents", "-o", "json"); got != "[]\n" {
		t.Error(got)
	}
}

func TestImport(t *testing.T) {
	l := newStoreLab(t, nil)
	l.env["MICROSERVICE_LABEL"] = "vpp1"
	var file strings.Builder
	file.WriteString("# routes\n\n/vnf-agent/other/config/x   {\"a\": 1}\r\n")
	for i := range 300 {
		fmt.Fprintf(&file, "config/linux/l3/v2/route/10.%d.%d.0/24/uplink {\"n\":%d}\n", i/256, i%256, i)
	}
	if got := l.ok("import", writeFile(t, "routes.txt", file.String())); got != "OK\n" {
		t.Error(got)
	}
	if got := l.ok("kvdb", "list", "--keys-only"); strings.Count(got, "\n") != 300 {
		t.Errorf("%d keys of vpp1", strings.Count(got, "\n"))
	}
	if got := l.ok("kvdb", "get", "/vnf-agent/other/config/x"); got != "{\"a\": 1}\n" {
		t.Error(got)
	}
	l.stdin = "a 1\nb 2\n"
	if got := l.ok("import", "-", "-o", "{{range .}}{{.Key}}={{.Value}};{{end}}"); got != "/vnf-agent/vpp1/a=1;/vnf-agent/vpp1/b=2;\n" {
		t.Error(got)
	}
	for input, want := range map[string]string{
		"a 7\n\n/a 8\n": "-: line 3: the key of line 1 again",
		"a 7\nb\n":      "-: line 2: not a key, a space and a value in JSON",
		"# nothing\n":   "-: no configuration in it",
	} {
		l.stdin = input
		if _, stderr, status := l.run("import", "-"); status != 1 || !strings.Contains(stderr, want) {
			t.Errorf("%q: %d, %q", input, status, stderr)
		}
	}
	if got := l.ok("kvdb", "get", "a"); got != "1\n" {
		t.Errorf("a file with a mistake was imported: %s", got)
	}
	// More at once than the store takes.
	if _, stderr, status := l.run("import", "--txops", "200", writeFile(t, "routes.txt", file.String())); status != 1 || !strings.Contains(stderr, "too many operations") {
		t.Errorf("%d, %q", status, stderr)
	}
}

func TestImportOverGRPC(t *testing.T) {
	l := newLab(t, fakeagent.Empty)
	file := writeFile(t, "arps.txt", `config/linux/l3/v2/arp/uplink/10.11.1.8 {"interface":"uplink","ip_address":"10.11.1.8"}
/vnf-agent/vpp7/config/linux/l3/v2/arp/uplink/10.11.1.9 {"interface":"uplink","ipAddress":"10.11.1.9"}
`)
	stdout, stderr, status := l.run("import", "--grpc", file)
	if status != 0 || stdout != "OK\n" || strings.Count(stderr, "is PENDING") != 2 {
		t.Errorf("%d, %q, %q", status, stdout, stderr)
	}
	updates := l.grpc.Requests()[0].GetUpdates()
	if len(updates) != 2 || updates[1].GetItem().GetId().GetName() != "uplink/10.11.1.9" || updates[0].GetLabels()["io.ligato.from-client"] != "agentctl" {
		t.Errorf("asked for %v", updates)
	}
	for line, want := range map[string]string{
		`config/linux/l3/v2/arp/uplink/10.11.1.8 {"interface":"uplink","ip_address":"10.11.1.9"}`: "line 1: the value belongs to the key config/linux/l3/v2/arp/uplink/10.11.1.9, not to config/linux/l3/v2/arp/uplink/10.11.1.8",
		`config/linux/interfaces/v2/interface/a {}`:                                               "line 1: a value of model linux.interfaces.interface needs a name",
		`config/linux/interfaces/v2/interface/a {"nonsense":1}`:                                   `line 1: unknown field "nonsense"`,
	} {
		l.stdin = line
		if _, stderr, status := l.run("import", "--grpc", "-"); status != 1 || !strings.Contains(stderr, want) {
			t.Errorf("%s: %d, %q", line, status, stderr)
		}
	}
}

func TestGenerate(t *testing.T) {
	l := newLab(t, fakeagent.Empty)
	golden(t, "generate_json", l.ok("generate", "linux.interfaces"))
	golden(t, "generate_yaml", l.ok("generate", "linux.interfaces.interface", "-o", "yaml"))
	golden(t, "generate_proto", l.ok("generate", "linux.interfaces.interface", "-f", "proto"))
	// What is generated can be imported, once it has a name.
	line := l.ok("generate", "linux.interfaces.interface", "--oneline")
	l.stdin = "config/linux/interfaces/v2/interface/a " + strings.Replace(line, `"name":""`, `"name":"a"`, 1)
	if got, _, status := l.run("import", "--grpc", "-"); status != 0 || got != "OK\n" {
		t.Errorf("import of %s: %d, %s", l.stdin, status, got)
	}
}
