// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package why

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/depgraph"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/hostif"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
)

const (
	uplink = "config/linux/interfaces/v2/interface/uplink"
	route  = "config/linux/l3/v2/route/10.99.0.0/24/uplink"
	hostA  = "linux/interface/host-name/hostA"
)

// agent is an agent in the making.
type agent struct {
	nodes    []wire.Node
	statuses []wire.Status
	hosts    []wire.HostInterface
	watched  bool
}

// value adds a value. What it needs is "label=key | key", what it derives
// begins with a plus sign.
func (a *agent) value(key, state, problem string, links ...string) *agent {
	node := wire.Node{Key: key, Since: time.Unix(1, 0), Flags: map[string]string{wire.FlagState: state}}
	if state != wire.Configured && state != wire.Obtained {
		node.Flags[wire.FlagUnavailable] = ""
	}
	status := wire.ValueStatus{Key: key, State: state, Error: problem, LastOperation: "CREATE"}
	for _, link := range links {
		if derived, ok := strings.CutPrefix(link, "+"); ok {
			node.Targets = append(node.Targets, wire.Target{Relation: wire.Derives, Label: derived, ExpectedKey: derived})
			continue
		}
		label, key, _ := strings.Cut(link, "=")
		node.Targets = append(node.Targets, wire.Target{Relation: wire.DependsOn, Label: label, ExpectedKey: key})
		status.Details = append(status.Details, label)
	}
	a.nodes = append(a.nodes, node)
	a.statuses = append(a.statuses, wire.Status{Value: status})
	return a
}

// host adds an interface of the host.
func (a *agent) host(name, state, reason string, addresses ...string) *agent {
	a.watched = true
	a.hosts = append(a.hosts, wire.HostInterface{Name: name, State: state, Reason: reason, Addresses: addresses})
	if state == hostif.Announced {
		a.value("linux/interface/host-name/"+name, wire.Obtained, "")
	}
	return a
}

func (a *agent) build() *Agent {
	g := depgraph.New(a.nodes)
	var keys []wire.KV
	for _, n := range a.nodes {
		keys = append(keys, wire.KV{Key: n.Key})
	}
	return &Agent{Graph: g, Statuses: a.statuses, Host: hostif.Build(keys, g, a.hosts, a.watched)}
}

// text writes an explanation, a line for each thing it says.
func text(e *Explanation) string {
	var b strings.Builder
	write(&b, e, "")
	for _, advice := range Advices(e) {
		fmt.Fprintf(&b, "do: %s\n", advice)
	}
	return b.String()
}

func write(b *strings.Builder, e *Explanation, indent string) {
	fmt.Fprintf(b, "%s%s %s", indent, e.Key, e.State)
	if e.Repeated {
		b.WriteString(" (above)")
	}
	b.WriteByte('\n')
	if e.Problem != "" {
		fmt.Fprintf(b, "%s! %s\n", indent, e.Problem)
	}
	for _, n := range e.Needs {
		fmt.Fprintf(b, "%s- %s: %s\n", indent, n.Label, strings.Join(n.Keys, " or "))
		if n.Problem != "" {
			fmt.Fprintf(b, "%s  ! %s\n", indent, n.Problem)
		}
		for _, p := range n.Providers {
			write(b, p, indent+"  ")
		}
	}
	for _, p := range e.Parts {
		write(b, p, indent+"+ ")
	}
	for _, d := range e.NeededBy {
		fmt.Fprintf(b, "%s< %s %s\n", indent, d.Key, d.State)
	}
}

func TestExplain(t *testing.T) {
	pendingUplink := func() *agent {
		return new(agent).value(uplink, wire.Pending, "", "host-interface-exists="+hostA,
			"+linux/interface/state/uplink/UP", "+linux/interface/uplink/address/static/10.0.0.1/24")
	}
	for _, tc := range []struct {
		name  string
		agent *agent
		key   string
		want  string
	}{
		{
			name: "chain", key: route,
			agent: pendingUplink().host("lo", "announced", "").
				value(route, wire.Pending, "", "gw-reachable=linux/interface/uplink/address/* | linux/link-local-route/uplink/*", "is-up=linux/interface/state/uplink/UP"),
			want: `config/linux/l3/v2/route/10.99.0.0/24/uplink PENDING
- gw-reachable: linux/interface/uplink/address/* or linux/link-local-route/uplink/*
  config/linux/interfaces/v2/interface/uplink PENDING
  - host-interface-exists: linux/interface/host-name/hostA
    ! the host has no interface hostA; it has lo
- is-up: linux/interface/state/uplink/UP
  config/linux/interfaces/v2/interface/uplink PENDING (above)
do: create hostA and bring it up, or correct host_if_name in config/linux/interfaces/v2/interface/uplink
`,
		},
		{
			name: "nothing known of the host", key: uplink, agent: pendingUplink(),
			want: `config/linux/interfaces/v2/interface/uplink PENDING
- host-interface-exists: linux/interface/host-name/hostA
  ! the host has no interface hostA, or it is not up
do: see 'ip link show hostA'; create it, bring it up, or correct host_if_name in config/linux/interfaces/v2/interface/uplink
`,
		},
		{
			name: "down", key: uplink, agent: pendingUplink().host("hostA", "down", "down (admin-down)"),
			want: `config/linux/interfaces/v2/interface/uplink PENDING
- host-interface-exists: linux/interface/host-name/hostA
  ! the host has the interface hostA, but it is not announced: down (admin-down)
do: bring it up: ip link set hostA up
`,
		},
		{
			name: "carrier", key: uplink, agent: pendingUplink().host("hostA", "down", "down (oper-state lowerlayerdown)"),
			want: `config/linux/interfaces/v2/interface/uplink PENDING
- host-interface-exists: linux/interface/host-name/hostA
  ! the host has the interface hostA, but it is not announced: down (oper-state lowerlayerdown)
do: give hostA a carrier (cable, peer, the process at the other end), or set enabled-when in ifwatcher.conf
`,
		},
		{
			name: "excluded", key: uplink, agent: pendingUplink().host("hostA", "excluded", "excluded"),
			want: `config/linux/interfaces/v2/interface/uplink PENDING
- host-interface-exists: linux/interface/host-name/hostA
  ! the host has the interface hostA, but it is not announced: excluded
do: change the lists of interfaces in ifwatcher.conf, and restart the agent
`,
		},
		{
			name: "waiting", key: uplink, agent: pendingUplink().host("hostA", "waiting", "waiting 320ms"),
			want: `config/linux/interfaces/v2/interface/uplink PENDING
- host-interface-exists: linux/interface/host-name/hostA
  ! the host has the interface hostA, but it is not announced: waiting 320ms
do: wait: the agent lets a new interface settle first (notification-delay in ifwatcher.conf)
`,
		},
		{
			name: "name taken", key: uplink, agent: pendingUplink().host("hostA", "name taken", "name taken"),
			want: `config/linux/interfaces/v2/interface/uplink PENDING
- host-interface-exists: linux/interface/host-name/hostA
  ! the host has the interface hostA, but it is not announced: name taken
do: wait until only one interface is called hostA
`,
		},
		{
			name: "a state of a newer agent", key: uplink, agent: pendingUplink().host("hostA", "frozen", ""),
			want: `config/linux/interfaces/v2/interface/uplink PENDING
- host-interface-exists: linux/interface/host-name/hostA
  ! the host has the interface hostA, but it is not announced: frozen
do: see 'ip link show hostA'
`,
		},
		{
			name: "address of the host", key: uplink,
			agent: new(agent).host("hostA", "announced", "", "10.0.0.2/24").
				value(uplink, wire.Pending, "", "address-assigned="+hostA+"/address/10.0.0.1/24"),
			want: `config/linux/interfaces/v2/interface/uplink PENDING
- address-assigned: linux/interface/host-name/hostA/address/10.0.0.1/24
  ! the host's interface hostA has no address 10.0.0.1/24; it has 10.0.0.2/24
do: add it: ip address add 10.0.0.1/24 dev hostA
`,
		},
		{
			name: "any address of the host", key: route,
			agent: new(agent).host("eth1", "announced", "").
				value(route, wire.Pending, "", "has-address=linux/interface/eth1/address/* | linux/interface/host-name/eth1/address/*"),
			want: `config/linux/l3/v2/route/10.99.0.0/24/uplink PENDING
- has-address: linux/interface/eth1/address/* or linux/interface/host-name/eth1/address/*
  ! no interface eth1 is configured, and the host's interface eth1 has no address
do: configure the interface: agentctl kvdb put config/linux/interfaces/v2/interface/eth1 …; or give it an address: ip address add … dev eth1
`,
		},
		{
			name: "another namespace", key: uplink,
			agent: new(agent).host("ref0", "announced", "").host("red0", "announced", "").
				value(uplink, wire.Pending, "", "x=linux/interface/netns/red/host-name/eth 1"),
			want: `config/linux/interfaces/v2/interface/uplink PENDING
- x: linux/interface/netns/red/host-name/eth 1
  ! the host has no interface red/eth 1; it has red0, ref0
do: create 'red/eth 1' and bring it up, or correct host_if_name in config/linux/interfaces/v2/interface/uplink
`,
		},
		{
			name: "VRF of the host", key: uplink,
			agent: new(agent).host("hostA", "announced", "").value(uplink, wire.Pending, "", "vrf="+hostA+"/vrf-host-name/red one"),
			want: `config/linux/interfaces/v2/interface/uplink PENDING
- vrf: linux/interface/host-name/hostA/vrf-host-name/red one
  ! the host's interface hostA is not in the VRF red one
do: put it there: ip link set hostA master 'red one'
`,
		},
		{
			name: "neither configured nor on the host", key: route,
			agent: new(agent).host("lo", "announced", "").
				value(route, wire.Pending, "", "has-address=linux/interface/eth1/address/* | linux/interface/host-name/eth1/address/*", "is-up=linux/interface/state/eth1/UP"),
			want: `config/linux/l3/v2/route/10.99.0.0/24/uplink PENDING
- has-address: linux/interface/eth1/address/* or linux/interface/host-name/eth1/address/*
  ! no interface eth1 is configured, and the host has no interface eth1; it has lo
- is-up: linux/interface/state/eth1/UP
  ! no interface eth1 is configured
do: configure the interface: agentctl kvdb put config/linux/interfaces/v2/interface/eth1 …; or create eth1 and bring it up, or correct the name in config/linux/l3/v2/route/10.99.0.0/24/uplink
`,
		},
		{
			name: "interface not configured", key: route,
			agent: new(agent).value(route, wire.Pending, "", "is-up=linux/interface/state/uplink/UP"),
			want: `config/linux/l3/v2/route/10.99.0.0/24/uplink PENDING
- is-up: linux/interface/state/uplink/UP
  ! no interface uplink is configured
do: configure the interface: agentctl kvdb put config/linux/interfaces/v2/interface/uplink …
`,
		},
		{
			name: "interface not enabled", key: route,
			agent: new(agent).value(uplink, wire.Configured, "", "+linux/interface/state/uplink/DOWN").
				value(route, wire.Pending, "", "is-up=linux/interface/state/uplink/UP"),
			want: `config/linux/l3/v2/route/10.99.0.0/24/uplink PENDING
- is-up: linux/interface/state/uplink/UP
  ! the interface uplink is configured as not enabled
do: set "enabled": true in config/linux/interfaces/v2/interface/uplink
`,
		},
		{
			name: "interface without address", key: route,
			agent: new(agent).value(uplink, wire.Configured, "").value(route, wire.Pending, "", "has-address=linux/interface/uplink/address/*"),
			want: `config/linux/l3/v2/route/10.99.0.0/24/uplink PENDING
- has-address: linux/interface/uplink/address/*
  ! the interface uplink has no such address in its configuration
do: add the address to ip_addresses in config/linux/interfaces/v2/interface/uplink
`,
		},
		{
			name: "there, but not right", key: route,
			agent: new(agent).value("linux/interface/uplink/address/static/10.0.0.1/24", wire.Configured, "").
				value(route, wire.Pending, "", "gw-reachable=linux/interface/uplink/address/*"),
			want: `config/linux/l3/v2/route/10.99.0.0/24/uplink PENDING
- gw-reachable: linux/interface/uplink/address/*
  ! there is linux/interface/uplink/address/static/10.0.0.1/24, which does not satisfy it
do: compare the value config/linux/l3/v2/route/10.99.0.0/24/uplink with what is there
`,
		},
		{
			name: "selector", key: route, agent: new(agent).value(route, wire.Pending, "", "something="),
			want: `config/linux/l3/v2/route/10.99.0.0/24/uplink PENDING
- something: 
  ! only the plugin that applies it can tell which keys would do
`,
		},
		{
			name: "ring", key: "config/a",
			agent: new(agent).value("config/a", wire.Pending, "", "peer=config/b").value("config/b", wire.Pending, "", "peer=config/a"),
			want: `config/a PENDING
- peer: config/b
  config/b PENDING
  - peer: config/a
    config/a PENDING (above)
`,
		},
		{
			name: "not configured", key: "config/a", agent: new(agent).value("config/a", wire.Pending, "", "peer=config/b"),
			want: `config/a PENDING
- peer: config/b
  ! it is not configured
do: configure it: agentctl kvdb put config/b …
`,
		},
		{
			name: "microservice", key: "config/a", agent: new(agent).value("config/a", wire.Pending, "", "ms=linux/microservice/red"),
			want: `config/a PENDING
- ms: linux/microservice/red
  ! the microservice red is not running
do: start the microservice red
`,
		},
		{
			name: "made by nobody", key: "config/a", agent: new(agent).value("config/a", wire.Pending, "", "x=some/key"),
			want: `config/a PENDING
- x: some/key
  ! nothing that is configured makes it
do: look for what should make some/key: agentctl values
`,
		},
		{
			name: "nothing is missing", key: "config/a", agent: new(agent).value("config/a", wire.Pending, ""),
			want: `config/a PENDING
! everything that it depends on is there, but it has not been applied
do: have the agent compare what is wanted with what is there: agentctl config resync
`,
		},
		{
			name: "the cause failed", key: "config/a",
			agent: new(agent).value("config/a", wire.Pending, "", "x=config/b").value("config/b", wire.Failed, "link set: operation not permitted"),
			want: `config/a PENDING
- x: config/b
  config/b FAILED
  ! create failed: link set: operation not permitted
do: run the agent as root or with CAP_NET_ADMIN; then have it tried again: agentctl config resync --retry
`,
		},
		{
			name: "part failed", key: uplink,
			agent: new(agent).value(uplink, wire.Configured, "", "+linux/interface/uplink/address/static/10.0.0.1/24").
				value("linux/interface/uplink/address/static/10.0.0.1/24", wire.Retrying, "file exists"),
			want: `config/linux/interfaces/v2/interface/uplink CONFIGURED
+ linux/interface/uplink/address/static/10.0.0.1/24 RETRYING
+ ! create failed and is tried again: file exists
do: remove the cause of the error of linux/interface/uplink/address/static/10.0.0.1/24; the agent tries again by itself
`,
		},
		{
			name: "invalid", key: "config/a", agent: new(agent).value("config/a", wire.Invalid, "bad mask", "ip_addresses="),
			want: `config/a INVALID
! the value is not valid (ip_addresses): bad mask
do: correct the value of config/a
`,
		},
		{
			name: "shown, not configured", key: "config/ifwatcher/v1/host-interface/lo",
			agent: new(agent).value("config/ifwatcher/v1/host-interface/lo", wire.Invalid, "read-only"),
			want: `config/ifwatcher/v1/host-interface/lo INVALID
! the value is not valid: read-only
do: delete config/ifwatcher/v1/host-interface/lo, which only shows what the host has
`,
		},
		{
			name: "unimplemented", key: "config/a", agent: new(agent).value("config/a", wire.Unimplemented, ""),
			want: `config/a UNIMPLEMENTED
! no plugin of this agent applies values of this kind
do: delete config/a, or use an agent with a plugin for it
`,
		},
		{
			name: "missing", key: "config/a", agent: new(agent).value("config/a", wire.Missing, ""),
			want: `config/a MISSING
! it has been applied, but is not there any more
do: have it applied again: agentctl config resync
`,
		},
		{
			name: "host interface", key: hostA, agent: pendingUplink().host("hostA", "announced", ""),
			want: `linux/interface/host-name/hostA OBTAINED
< config/linux/interfaces/v2/interface/uplink PENDING
`,
		},
		{
			name: "well", key: uplink, agent: new(agent).value(uplink, wire.Configured, ""),
			want: "config/linux/interfaces/v2/interface/uplink CONFIGURED\n",
		},
		{
			name: "unknown", key: "some/key", agent: new(agent),
			want: "some/key NONEXISTENT\n! the agent has no such value\n",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, text(tc.agent.build().Explain(tc.key))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestStatusOnly has a value that the graph does not have.
func TestStatusOnly(t *testing.T) {
	a := new(agent).build()
	a.Statuses = []wire.Status{{Value: wire.ValueStatus{Key: "config/a", State: wire.Pending, Details: []string{"label"}}}}
	if diff := cmp.Diff("config/a PENDING\n- label: \n  ! the agent does not say which key that would be\n", text(a.Explain("config/a"))); diff != "" {
		t.Error(diff)
	}
}

func TestTroubled(t *testing.T) {
	a := new(agent).value("c", wire.Configured, "").value("b", wire.Failed, "").value("a", wire.Pending, "", "x=y").
		value("d", wire.Obtained, "").build()
	a.Statuses = append(a.Statuses, wire.Status{
		Value:         wire.ValueStatus{Key: "e", State: wire.Configured},
		DerivedValues: []wire.ValueStatus{{Key: "e/1", State: wire.Pending}},
	})
	if diff := cmp.Diff([]string{"a", "b", "e"}, a.Troubled()); diff != "" {
		t.Error(diff)
	}
}
