// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"go.ligato.io/cn-infra/v2/agent"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"

	"github.com/ifwatcher/ifwatcher/plugins/embeddedetcd"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/descriptor"
)

// maxListed bounds the interfaces that the summary names; a host can have
// thousands.
const maxListed = 20

// summary is what a person wants to know of an agent that has just started.
type summary struct {
	label      string
	interfaces []string // each with its addresses
	rest, grpc string
	store      string
	data       string
}

func (a *Agent) summary() summary {
	s := summary{label: a.ServiceLabel.GetAgentLabel(), rest: "disabled", grpc: "disabled", data: "none"}
	if a.REST.Config != nil && !a.REST.Disabled {
		s.rest = "http://" + a.REST.Endpoint
	}
	if !a.GRPC.IsDisabled() {
		s.grpc = a.GRPC.Endpoint
	}
	prefix := a.ServiceLabel.GetAgentPrefix()
	switch a.EmbeddedEtcd.Mode() {
	case embeddedetcd.Embedded:
		s.store = a.EmbeddedEtcd.Endpoint() + " (embedded), keys under " + prefix
		s.data = a.EmbeddedEtcd.DataDir()
	case embeddedetcd.External:
		s.store = "as in " + a.EmbeddedEtcd.ClientConfig().GetConfigName() + ", keys under " + prefix
	default:
		s.store = "disabled"
	}
	values, err := a.KVScheduler.DumpValuesByDescriptor(descriptor.InterfaceWatcherName, kvs.CachedView)
	if err != nil {
		s.interfaces = []string{"unknown: " + err.Error()}
		return s
	}
	s.interfaces = describeInterfaces(values)
	return s
}

// describeInterfaces turns the watcher's keys into one text per interface,
// sorted by name.
func describeInterfaces(values []kvs.KVWithMetadata) []string {
	addresses := map[string][]string{}
	for _, kv := range values {
		rest, ok := strings.CutPrefix(kv.Key, linux_interfaces.InterfaceHostNameKeyPrefix)
		if !ok {
			continue
		}
		// A name cannot hold a slash: dev_valid_name() in net/core/dev.c.
		name, below, _ := strings.Cut(rest, "/")
		if addr, ok := strings.CutPrefix(below, "address/"); ok {
			addresses[name] = append(addresses[name], addr)
		} else if _, ok := addresses[name]; !ok {
			addresses[name] = nil
		}
	}
	var list []string
	for name, addrs := range addresses {
		text := fmt.Sprintf("%q", name)
		text = text[1 : len(text)-1]
		if len(addrs) > 0 {
			slices.Sort(addrs)
			text += " (" + strings.Join(addrs, ", ") + ")"
		}
		list = append(list, text)
	}
	slices.Sort(list)
	return list
}

func (s summary) write(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(head, text string) { fmt.Fprintf(t, "  %s\t%s\n", head, text) }
	fmt.Fprintf(t, "%s %s, microservice label %s\n", name, agent.BuildVersion, s.label)
	shown := s.interfaces[:min(len(s.interfaces), maxListed)]
	if len(shown) == 0 {
		shown = []string{"none is up"}
	}
	for i, text := range shown {
		head := ""
		if i == 0 {
			head = "interfaces up"
		}
		row(head, text)
	}
	if more := len(s.interfaces) - len(shown); more > 0 {
		row("", fmt.Sprintf("and %d more", more))
	}
	row("REST", s.rest)
	row("gRPC", s.grpc)
	row("etcd", s.store)
	row("data", s.data)
	return t.Flush()
}
