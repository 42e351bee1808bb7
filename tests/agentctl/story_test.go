// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentctl

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ifwatcher/ifwatcher/internal/lab"
)

const (
	uplinkKey  = "config/linux/interfaces/v2/interface/uplink"
	uplinkJSON = `{"name":"uplink","type":"EXISTING","enabled":true,"host_if_name":"ctl0","ip_addresses":["10.11.1.1/24"]}`
	routeKey   = "config/linux/l3/v2/route/10.99.0.0/24/uplink"
	routeJSON  = `{"outgoing_interface":"uplink","dst_network":"10.99.0.0/24","gw_addr":"10.11.1.254"}`
)

// TestStory is what a person does who wonders why something is not applied.
func TestStory(t *testing.T) {
	startAgent(t)
	changes := follow(t, "config", "watch", "--operations")
	notifications := follow(t, "config", "watch", "--filter", `{"linux_notification":{"interface":{"state":{"name":"ctl0"}}}}`)
	interfaces := follow(t, "interfaces", "--watch", "--interval", "100ms")
	eventually(t, "the first table", func() bool { return strings.Contains(interfaces.Output(), "127.0.0.1/8") })
	// Operations are shown only from when the command has looked for the first time.
	const probeKey = "config/linux/interfaces/v2/interface/probe"
	eventually(t, "the first operation", func() bool {
		ok(t, []string{"kvdb", "put", probeKey, `{"name":"probe","type":"EXISTING","host_if_name":"none0"}`}, "OK\n")
		ok(t, words("kvdb del "+probeKey), "OK\n")
		return strings.Contains(changes.Output(), probeKey)
	})

	ok(t, []string{"kvdb", "put", uplinkKey, uplinkJSON}, "OK\n")
	ctl(t, routeJSON, "kvdb", "put", routeKey, "-").wants(t, "OK\n")
	soon(t, words("values"), "linux.interfaces.interface", "host-interface-exists", "10.99.0.0/24/uplink", "PENDING")
	soon(t, words("interfaces"), "ctl0", "interface/uplink PENDING", "route/10.99.0.0/24/uplink PENDING")
	if r := ctl(t, "", "interfaces", "lo"); strings.Contains(r.stdout, "uplink") {
		t.Errorf("the loopback interface is needed by what has nothing to do with it:\n%s", r.stdout)
	}
	ok(t, []string{"why", routeKey}, routeKey+" is PENDING",
		"outgoing-interface-is-up: linux/interface/state/uplink/UP", uplinkKey+" is PENDING",
		"host-interface-exists: linux/interface/host-name/ctl0", "the host has no interface ctl0", "What to do:\n")
	ok(t, words("why"), uplinkKey, routeKey)
	ok(t, words("why uplink -o json"), `"state": "PENDING"`, `"linux/interface/host-name/ctl0"`)
	ok(t, words("dump --view NB linux.*"), "from-NB", "# ligato.linux.interfaces.Interface", "hostIfName: ctl0")
	ok(t, words("dump --view cached linux.* -o json"), "[]")
	ok(t, words("dump ifwatcher.host-interface"), "from-SB", "internalName: lo")
	ok(t, words("config get"), "linuxConfig:", "hostIfName: ctl0", "gwAddr: 10.11.1.254")
	ok(t, words("config retrieve"), "linuxConfig: {}")

	must(t, lab.AddVeth("ctl0", "ctl0p"))
	t.Cleanup(func() { _ = lab.Delete("ctl0p") })
	ok(t, words("why ctl0"), "needed by "+uplinkKey)
	must(t, lab.Up("ctl0p", "ctl0"))
	soon(t, words("values linux.l3.route"), "CONFIGURED")
	soon(t, words("interfaces ctl0"), "announced", "10.11.1.1/24", "ago", "route/10.99.0.0/24/uplink CONFIGURED")
	ok(t, words("why uplink"), uplinkKey+" is CONFIGURED")
	ok(t, words("why"), "Every value is as wanted.")
	ok(t, words("why ctl0"), "announced by the host", "needed by "+routeKey+", which is CONFIGURED")
	ok(t, words("dump linux.l3.route --view SB -o yaml"), "Key: "+routeKey, "dstNetwork: 10.99.0.0/24")
	ok(t, words("config retrieve -o json"), `"hostIfName": "ctl0"`)
	ok(t, words("config history"), "config change", "status update", "CREATE:1", "PENDING:1", "ok")
	ok(t, words("config history 0"), "seqNum: 0")
	ok(t, words("config history -f log"), "Transaction #0:", "- key: "+uplinkKey)
	ok(t, words("config history 0 -o json"), `"SeqNum": 0`)
	ok(t, words("config resync"), "status sync")
	ok(t, words("config resync --retry --verbose -o json"), `"ResyncType": "DownstreamResync"`)

	ok(t, words("kvdb del "+routeKey), "OK\n")
	soon(t, words("config history"), "DELETE:1")
	must(t, lab.Delete("ctl0"))
	soon(t, words("why uplink"), "the host has no interface ctl0")
	ok(t, words("kvdb del "+uplinkKey), "OK\n")
	soon(t, words("values -o json --state PENDING"), "[]")

	eventually(t, "the operations", func() bool {
		out := changes.Output()
		return strings.Contains(out, "CREATE linux/interface/host-name/ctl0: NONEXISTENT -> OBTAINED") &&
			strings.Contains(out, uplinkKey+": PENDING -> CONFIGURED") && strings.Contains(out, "DELETE "+routeKey)
	})
	eventually(t, "the notifications", func() bool {
		out := notifications.Output()
		return strings.Contains(out, "interface ctl0 is UP") && strings.Contains(out, "interface ctl0 is DOWN") && !strings.Contains(out, "interface lo")
	})
	eventually(t, "the tables", func() bool {
		return strings.Contains(interfaces.Output(), "interface/uplink CONFIGURED")
	})
	interrupt(t, changes)
	interrupt(t, notifications)
	interrupt(t, interfaces)
}

// TestUpdate configures over gRPC.
func TestUpdate(t *testing.T) {
	startAgent(t)
	const document = "linuxConfig:\n  interfaces:\n  - name: mgmt\n    type: EXISTING\n    hostIfName: none0\n"
	r := ctl(t, document, "config", "update", "-")
	r.wants(t, "OK\n")
	if !strings.Contains(r.stderr, "config/linux/interfaces/v2/interface/mgmt is PENDING") {
		t.Errorf("nothing is said of what waits: %q", r.stderr)
	}
	ok(t, words("config get --labels io.ligato.from-client=agentctl"), "hostIfName: none0")
	ok(t, words("config get --labels of-nobody"), "linuxConfig: {}")
	ctl(t, strings.Replace(document, "none0", "none1", 1), "config", "update", "--replace", "-v", "--labels", "mine", "-").
		wants(t, "transaction ", "OK\n")
	ok(t, words("config get --labels mine"), "hostIfName: none1")
	ctl(t, document, "config", "delete", "--waitdone", "-v", "-").wants(t, "DELETE", "OK\n")
	ok(t, words("config get"), "linuxConfig: {}")
}

// TestImport writes values that were generated.
func TestImport(t *testing.T) {
	startAgent(t)
	ok(t, words("generate linux.l3.route"), `"outgoingInterface": ""`)
	ok(t, words("generate linux.l3.route -o yaml"), "dstNetwork: \"\"")
	ok(t, words("generate linux.l3.route -o proto"), "dst_network: \"\"")
	value := ctl(t, "", "generate", "linux.interfaces.interface", "--oneline")
	value.wants(t)
	line := func(name string) string {
		text := strings.NewReplacer(`"name":""`, `"name":"`+name+`"`, `"UNDEFINED"`, `"EXISTING"`, `"enabled":false`, `"enabled":true`).Replace(value.stdout)
		return "config/linux/interfaces/v2/interface/" + name + " " + text
	}
	ctl(t, "# two\n"+line("imp0")+line("imp1"), "import", "-").wants(t, "OK\n")
	soon(t, words("values linux.interfaces.interface"), "imp0", "imp1", "PENDING")
	r := ctl(t, line("imp2"), "import", "--grpc", "-")
	r.wants(t, "OK\n")
	if !strings.Contains(r.stderr, "interface/imp2 is PENDING") {
		t.Errorf("nothing is said of what waits: %q", r.stderr)
	}
	ok(t, words("config get"), "name: imp0", "name: imp1", "name: imp2")
	if r := ctl(t, line("imp3")+"nonsense\n", "import", "-"); r.status != 1 || !strings.Contains(r.stderr, "line 2") {
		t.Errorf("%+v", r)
	}
	fails(t, words("kvdb get config/linux/interfaces/v2/interface/imp3"), "no such key")
}

// TestAllAgents has the agent, one that is gone, and one that never was.
func TestAllAgents(t *testing.T) {
	p := startAgent(t)
	ok(t, words("kvdb put /vnf-agent/other/config/linux/interfaces/v2/interface/a {}"))
	ok(t, words("kvdb put /vnf-agent/nobody/some/key x"))
	soon(t, words("interfaces --all-agents"), "vpp1", "lo", "announced", "127.0.0.1/8", "Gone: other\n")
	ok(t, words("interfaces -A 127.0.0.0/8 -o json"), `"label": "vpp1"`, `"name": "lo"`)
	ok(t, words("interfaces -A ::1"), "lo")
	must(t, lab.AddVeth("all0", "all1"))
	t.Cleanup(func() { _ = lab.Delete("all0") })
	soon(t, []string{"interfaces", "-A", "all?", "-o", "{{range .}}{{range .Interfaces}}{{.Name}}={{.State}};{{end}}{{end}}"}, "all0=down;all1=down;")
	fails(t, words("interfaces -A nosuch"), "no agent publishes an interface that matches nosuch; gone: other")
	fails(t, words("interfaces -A [x"), "[x")
	must(t, p.Stop(patience))
	fails(t, words("interfaces -A"), "cannot reach the store")
}

// TestShow uses the commands that only show, and the rest.
func TestShow(t *testing.T) {
	startAgent(t)
	ok(t, words("status"), "State:       OK", "PLUGINS", "ifwatcher: OK")
	ok(t, words("status -o json"), `"PluginStatus"`)
	ok(t, words("status -f {{.Status.AgentStatus.State}}"), "OK\n")
	ok(t, words("model ls"), "linux.interfaces.interface", "ligato.linux.interfaces.Interface ", "config/linux/interfaces/v2/interface/\n")
	ok(t, words("model ls --class all -o yaml linux.l3.*"), "Name: linux.l3.route")
	ok(t, words("model inspect linux.l3.ro"), `"ProtoFile": "ligato/linux/l3/route.proto"`)
	ok(t, words("log list"), "kvscheduler")
	ok(t, words("log set kvscheduler debug"), "logger kvscheduler has level debug\n")
	ok(t, words("log list kvscheduler -o json"), `"level": "debug"`)
	ok(t, words("metrics list"), "go_goroutines")
	ok(t, words("metrics get go_goroutines"), "# TYPE go_goroutines gauge")
	ok(t, words("metrics get go_goroutines -o json"), `"go_goroutines"`)
	ok(t, words("kvdb list"), "/vnf-agent/vpp1/check/status/v1/agent\n")
	ok(t, words("kvdb list --keys-only check/status/v1/plugin/"), "plugin/etcd\n")
	ok(t, words("kvdb put some/key value -o json"), `"Key": "/vnf-agent/vpp1/some/key"`)
	ok(t, words("kvdb get /vnf-agent/vpp1/some/key"), "value\n")
	ok(t, words("kvdb get some/key -o json"), `"Key": "/vnf-agent/vpp1/some/key"`)
	ok(t, words("kvdb del some/key -o yaml"), "Key: /vnf-agent/vpp1/some/key\n")
	ok(t, words("completion zsh"), "agentctl")
	ok(t, words("__complete dump linux.l3."), "linux.l3.arp\nlinux.l3.route\n")
	ok(t, words("--help"), "interfaces", "why")
	ok(t, words("--version"), "agentctl version ")
	if r := ctl(t, "", "status", "-D"); !strings.Contains(r.stderr, "GET /readiness") {
		t.Errorf("--debug shows no request: %q", r.stderr)
	}
}

// TestMistakes has each command fail in each way that it can.
func TestMistakes(t *testing.T) {
	p := startAgent(t)
	fails(t, words("nonsense"), "unknown command")
	fails(t, words("config nonsense"), "unknown command")
	fails(t, words("status --nonsense"), "unknown flag")
	fails(t, words("dump nosuch"), "no model matches")
	fails(t, words("dump all --view XX"), "--view")
	fails(t, words("values nosuch"), "no model")
	fails(t, words("model inspect linux"), "several models")
	fails(t, words("config history 99999"), "[404]")
	fails(t, words("config update /nonexistent"), "/nonexistent")
	fails(t, words("config delete /nonexistent"), "/nonexistent")
	fails(t, words("kvdb get nosuch"), "no such key in the store: /vnf-agent/vpp1/nosuch")
	fails(t, words("kvdb del nosuch"), "no such key")
	fails(t, []string{"kvdb", "get", "x", "--service-label", ""}, "no service label is given", "the store has vpp1")
	fails(t, words("log set nosuch debug"), "no logger")
	fails(t, words("log set agent loud"), "loud")
	fails(t, words("metrics get nosuch"), "no metric")
	fails(t, words("generate nosuch"), "no model")
	fails(t, words("generate linux.l3.route -o xml"), "xml")
	fails(t, words("import /nonexistent"), "/nonexistent")
	fails(t, words("config watch --filter x"), "--filter x: not a Notification in JSON")
	fails(t, words("metrics get no.such"), "[404]")
	fails(t, words("interfaces nosuch"), "no interface")
	fails(t, words("why nosuch"), "nosuch")
	fails(t, words("vpp info"), "no VPP")
	fails(t, words("status -H nosuch.invalid"), "cannot reach the agent at http://nosuch.invalid:9191")

	if r := ctl(t, "linuxConfig: {interfaces: [{name: bad, type: EXISTING, mtu: 70000}]}", "config", "update", "-"); r.status != 1 || !strings.Contains(r.stderr, "mtu") {
		t.Errorf("a bad value: %+v", r)
	}

	file := filepath.Join(t.TempDir(), "values.txt")
	must(t, os.WriteFile(file, []byte("a 1\n"), 0o600))
	must(t, p.Stop(patience))
	for _, line := range []string{"status", "values", "dump all", "model ls", "config get", "config history", "config resync", "config watch", "log list",
		"log set agent debug", "metrics list", "metrics get x", "interfaces", "interfaces --watch", "why", "why x",
		"config watch --operations", "generate x", "import --grpc " + file} {
		fails(t, words(line), "cannot reach the agent", "127.0.0.1:9", "connection refused", "is it running?")
	}
	for _, line := range []string{"kvdb list", "kvdb get a", "kvdb put a b", "kvdb del a", "import " + file, "interfaces --all-agents"} {
		fails(t, words(line), "cannot reach the store at 127.0.0.1:2379", "connection refused")
	}
}

// TestWithoutStore has an agent without any.
func TestWithoutStore(t *testing.T) {
	startAgent(t, "ETCD_CONFIG=disabled")
	ok(t, words("interfaces"), "lo", "announced")
	fails(t, words("kvdb list"), "cannot reach the store")
}
