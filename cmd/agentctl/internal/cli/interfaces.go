// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/agentapi"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/depgraph"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/hostif"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/output"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
)

// watcherDescriptor is the descriptor that announces host interfaces, in this
// agent and in any vpp-agent with its Linux plugin.
const watcherDescriptor = "linux-interface-watcher"

func (a *app) interfacesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "interfaces [NAME...]",
		Aliases: []string{"interface", "if"},
		Short:   "Show the interfaces of the host, and what depends on each",
		Long: "Show the interfaces of the agent's host: which are announced and since when, why others\n" +
			"are not, and what depends on each. An interface that is missing is shown if something\nwaits for it.\n\n" +
			"With --all-agents, show the interfaces of every host whose agent publishes them into the store,\n" +
			"and which agents are gone. Arguments are then patterns of names as in a shell, addresses, or\n" +
			"networks; one of several is enough.",
		Example: "  agentctl interfaces\n  agentctl interfaces eth0 --watch\n  agentctl interfaces -o json\n" +
			"  agentctl interfaces --all-agents 'eth*'\n  agentctl interfaces --all-agents 192.0.2.0/24",
		ValidArgsFunction: a.completeInterfaces,
	}
	watch := cmd.Flags().BoolP("watch", "w", false, "show it again whenever it changes, until ^C")
	interval := cmd.Flags().Duration("interval", time.Second, "how often --watch looks at what depends on interfaces, and at all if the agent tells no changes")
	all := cmd.Flags().BoolP("all-agents", "A", false, "show those of all agents that publish into the store")
	f := addFormat(cmd, "")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case *interval <= 0:
			return usageError(cmd, fmt.Errorf("--interval: %v is not a time to wait", *interval))
		case *all && *watch:
			return usageError(cmd, errors.New("--watch is for the interfaces of one agent"))
		case *all:
			return a.showAllAgents(cmd, f, args)
		case *watch:
			return a.watchInterfaces(cmd, f, args, *interval)
		}
		ctx, done := a.bounded(cmd)
		defer done()
		view, _, err := a.hostView(ctx)
		if err != nil {
			return err
		}
		list, err := chooseInterfaces(view, args)
		if err != nil {
			return err
		}
		done()
		return a.showInterfaces(a.Stdout, f, list)
	}
	return cmd
}

// hostView asks for all that is known of the host's interfaces.
func (a *app) hostView(ctx context.Context) (hostif.View, *depgraph.Graph, error) {
	return a.hostViewWith(ctx, func(agent *agentapi.Client) ([]wire.HostInterface, bool, error) {
		return agent.HostInterfaces(ctx)
	})
}

// hostViewWith is hostView with the watcher's list from somewhere. watched is false
// if the agent has no such list.
func (a *app) hostViewWith(ctx context.Context, watcherList func(*agentapi.Client) (list []wire.HostInterface, watched bool, err error)) (hostif.View, *depgraph.Graph, error) {
	agent, err := a.agent()
	if err != nil {
		return hostif.View{}, nil, err
	}
	nodes, err := agent.Graph(ctx)
	if err != nil {
		return hostif.View{}, nil, err
	}
	keys, err := agent.DumpDescriptor(ctx, watcherDescriptor, agentapi.ViewCached)
	if err != nil {
		if agentapi.HasCode(err, http.StatusInternalServerError) && strings.Contains(err.Error(), "not registered") {
			err = errors.New("this agent does not watch interfaces: it has no plugin with the descriptor " + watcherDescriptor)
		}
		return hostif.View{}, nil, err
	}
	list, watched, err := watcherList(agent)
	if agentapi.HasCode(err, http.StatusServiceUnavailable) {
		a.note("agentctl: %s", oneLine(err))
		err = nil
	}
	if err != nil {
		return hostif.View{}, nil, err
	}
	graph := depgraph.New(nodes)
	return hostif.Build(keys, graph, list, watched), graph, nil
}

func chooseInterfaces(view hostif.View, names []string) ([]hostif.Interface, error) {
	if len(names) == 0 {
		return view.Interfaces, nil
	}
	var list []hostif.Interface
	for _, name := range names {
		i, ok := view.Find(name)
		if !ok {
			return nil, fmt.Errorf("the host has no interface %q, and nothing waits for one", name)
		}
		list = append(list, i)
	}
	return list, nil
}

func (a *app) showInterfaces(w *output.Writer, f *format, list []hostif.Interface) error {
	if f.String() != "" {
		if list == nil {
			list = []hostif.Interface{}
		}
		return output.Write(w, f.String(), list)
	}
	t := output.Table{Head: []string{"INTERFACE", "STATE", "ADDRESSES", "ANNOUNCED", "NEEDED BY"}}
	for _, i := range list {
		needed, color := neededText(i.NeededBy)
		t.Row(append(a.interfaceCells(i), output.Cell{Text: needed, Color: color})...)
	}
	return t.Write(w)
}

// interfaceCells are the name, the state, the addresses and the announcement of an
// interface.
func (a *app) interfaceCells(i hostif.Interface) []output.Cell {
	color := output.Faint
	switch {
	case i.State == hostif.Announced:
		color = output.Good
	case len(i.NeededBy) > 0:
		color = output.Waits
	}
	announced := ""
	switch {
	case i.Since != nil && i.Reason != "":
		announced = output.Age(a.Now().Sub(*i.Since)) + " ago, " + i.Reason
	case i.Since != nil:
		announced = output.Age(a.Now().Sub(*i.Since)) + " ago"
	case i.Reason != "" && i.Reason != i.State:
		announced = "no: " + i.Reason
	case i.State != hostif.Announced:
		announced = "no"
	}
	addresses := strings.Join(i.Addresses, "\n")
	if i.VRF != "" {
		addresses = strings.TrimPrefix(addresses+"\nin VRF "+i.VRF, "\n")
	}
	name := i.Name
	if i.AliasOf != "" {
		name += " (" + i.AliasOf + ")"
	}
	return []output.Cell{{Text: name}, {Text: i.State, Color: color}, {Text: addresses}, {Text: announced}}
}

// mostDependants bounds what a cell of the table names.
const mostDependants = 5

// neededText names the values that depend on an interface, each with its
// state, and the color of the worst of them.
func neededText(list []hostif.Dependant) (string, output.Color) {
	var lines []string
	color := output.Plain
	for n, d := range list {
		if n < mostDependants || len(list) == mostDependants+1 {
			lines = append(lines, shortKey(d.Key)+" "+d.State)
		}
		if c := stateColor(d.State); c == output.Bad || c == output.Waits && color != output.Bad {
			color = c
		}
	}
	if more := len(list) - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n"), color
}

// shortKey leaves out of a key "<class>/<module>/<version>/<type>/<name>" all
// before the type; 'agentctl why' knows what is meant.
func shortKey(key string) string {
	parts := strings.Split(key, "/")
	for i, part := range parts {
		if i > 1 && i+2 < len(parts) && len(part) > 1 && part[0] == 'v' && part[1] >= '0' && part[1] <= '9' {
			return strings.Join(parts[i+1:], "/")
		}
	}
	return key
}

func (a *app) completeInterfaces(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	return a.complete(cmd, typed, func(ctx context.Context, _ *agentapi.Client) ([]string, error) {
		view, _, err := a.hostView(ctx)
		names := make([]string, len(view.Interfaces))
		for n, i := range view.Interfaces {
			names[n] = i.Name
		}
		return names, err
	})
}
