// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/depgraph"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/output"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/why"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
)

func (a *app) whyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "why [KEY...]",
		Short: "Explain why a value is not applied, and what to do",
		Long: "Explain what a value waits for, who would provide that and what that waits for in turn,\n" +
			"down to an interface of the host or an error; and what to do about it. Without KEY, every\n" +
			"value that is not as wanted is explained. KEY is a key, with or without what the store\n" +
			"or the configuration puts before it, the name of a value, or of an interface of the host.",
		Example:           "  agentctl why\n  agentctl why uplink\n  agentctl why config/linux/l3/v2/route/10.99.0.0/24/uplink\n  agentctl why eth0 -o json",
		ValidArgsFunction: a.completeKeys,
	}
	f := addFormat(cmd, "")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, done := a.bounded(cmd)
		defer done()
		state, err := a.agentState(ctx)
		if err != nil {
			return err
		}
		keys := state.Troubled()
		if len(args) > 0 {
			keys = nil
		}
		for _, arg := range args {
			found, err := state.Find(arg)
			if err != nil {
				return err
			}
			keys = append(keys, found...)
		}
		explanations := make([]*why.Explanation, len(keys))
		for i, key := range keys {
			explanations[i] = state.Explain(key)
		}
		a.noteErrors(ctx)
		done()
		if f.String() != "" {
			return output.Write(a.Stdout, f.String(), explanations)
		}
		a.showExplanations(explanations)
		return nil
	}
	return cmd
}

// agentState asks for everything that explanations are made of.
func (a *app) agentState(ctx context.Context) (*why.Agent, error) {
	agent, err := a.agent()
	if err != nil {
		return nil, err
	}
	statuses, err := agent.AllStatuses(ctx)
	if err != nil {
		return nil, err
	}
	index, err := agent.DumpIndex(ctx)
	if err != nil {
		return nil, err
	}
	state := &why.Agent{Statuses: statuses, KeyPrefixes: index.KeyPrefixes}
	if slices.Contains(index.Descriptors, watcherDescriptor) {
		state.Host, state.Graph, err = a.hostView(ctx)
		return state, err
	}
	// An agent without a watcher can be explained except for its host.
	nodes, err := agent.Graph(ctx)
	state.Graph = depgraph.New(nodes)
	return state, err
}

// noteErrors says which plugins are in trouble: while the store is away, the values
// of the agent can be as wanted, and what is wanted now be different. That the agent
// does not say how it is, is no reason not to explain.
func (a *app) noteErrors(ctx context.Context) {
	raw, err := a.client.Readiness(ctx)
	if err != nil {
		return
	}
	var status wire.ExposedStatus
	if json.Unmarshal(raw, &status) != nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(status.PluginStatus)) {
		// A store that has not been reached since the start is not in the state of an
		// error yet, but says why.
		if p := status.PluginStatus[name]; p.State == wire.StateError || p.State == wire.StateInit && p.Error != "" {
			a.note("agentctl: the plugin %s of the agent has an error, so this may not be all: %s", name, strings.Join(strings.Fields(p.Error), " "))
		}
	}
}

func (a *app) showExplanations(list []*why.Explanation) {
	if len(list) == 0 {
		a.print("Every value is as wanted.")
		return
	}
	for i, e := range list {
		if i > 0 {
			a.print("")
		}
		a.showExplanation(e, "", "")
	}
	if advices := why.Advices(list...); len(advices) > 0 {
		a.print("\nWhat to do:")
		for _, advice := range advices {
			a.print("  - %s", advice)
		}
	}
}

// showExplanation writes a tree. lead is put before its first line and indent
// before the others.
func (a *app) showExplanation(e *why.Explanation, lead, indent string) {
	color := stateColor(e.State)
	state := e.State
	switch state {
	case wire.Nonexistent:
		state = "not there"
	case wire.Obtained:
		state = "announced by the host"
	}
	text := output.Printable(e.Key) + " is " + a.Stdout.Paint(color, state)
	if e.Since != nil && !e.Since.IsZero() && !e.Repeated {
		text += " since " + output.Age(a.Now().Sub(*e.Since))
	}
	if e.Repeated {
		text += ", see above"
	}
	fmt.Fprintln(a.Stdout, lead+text)
	if e.Repeated {
		return
	}
	indent += "  "
	if e.Problem != "" {
		a.print("%s%s", indent, e.Problem)
	}
	for _, n := range e.Needs {
		a.print("%swaits for %s", indent, needText(n))
		if n.Problem != "" {
			a.print("%s  %s", indent, n.Problem)
		}
		for _, p := range n.Providers {
			a.showExplanation(p, indent+"  ", indent+"  ")
		}
	}
	for _, p := range e.Parts {
		a.showExplanation(p, indent+"of it, ", indent)
	}
	for n, d := range e.NeededBy {
		if n == mostDependants && len(e.NeededBy) > n+1 {
			a.print("%sneeded by %d more", indent, len(e.NeededBy)-n)
			break
		}
		fmt.Fprintln(a.Stdout, indent+"needed by "+output.Printable(d.Key)+", which is "+a.Stdout.Paint(stateColor(d.State), d.State))
	}
}

func needText(n why.Need) string {
	if len(n.Keys) == 0 {
		return n.Label
	}
	keys := strings.Join(n.Keys, " or ")
	if n.Label == "" || n.Label == keys {
		return keys
	}
	return n.Label + ": " + keys
}
