// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/fleet"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/kv"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/output"
)

// showAllAgents shows what all agents have published into the store.
func (a *app) showAllAgents(cmd *cobra.Command, f *format, words []string) error {
	filter, err := fleet.ParseFilter(words)
	if err != nil {
		return usageError(cmd, err)
	}
	var (
		agents   []fleet.Agent
		problems []error
	)
	err = a.withStore(cmd, func(ctx context.Context, store *kv.Store) (err error) {
		agents, problems, err = fleet.Read(ctx, store, a.Now())
		return err
	})
	if err != nil {
		return err
	}
	for _, problem := range problems {
		a.note("agentctl: %v", problem)
	}
	chosen := filter.Choose(agents)
	gone := slices.DeleteFunc(slices.Clone(agents), func(agent fleet.Agent) bool { return agent.State != fleet.Gone })
	if len(chosen) == 0 && len(words) > 0 {
		text := fmt.Sprintf("no agent publishes an interface that matches %s", strings.Join(words, " or "))
		if len(gone) > 0 {
			text += "; gone: " + a.agentNames(gone)
		}
		return errors.New(text)
	}
	if f.String() != "" {
		if len(words) > 0 {
			chosen = append(chosen, gone...) // who knows what they would have
		}
		return a.showValue(f, chosen)
	}
	return a.showFleet(agents, chosen, gone)
}

// showFleet shows a table of the interfaces of the chosen agents, and what is
// remarkable about agents.
func (a *app) showFleet(agents, chosen, gone []fleet.Agent) error {
	if len(agents) == 0 {
		a.print("No agent has anything in the store.")
		return nil
	}
	t := output.Table{Head: []string{"AGENT", "HOST", "INTERFACE", "STATE", "ADDRESSES", "ANNOUNCED"}}
	rows := 0
	for _, agent := range chosen {
		for _, i := range agent.Interfaces {
			t.Row(append([]output.Cell{{Text: agent.Label}, {Text: agent.HostName}}, a.interfaceCells(i)...)...)
			rows++
		}
	}
	if rows > 0 {
		if err := t.Write(a.Stdout); err != nil {
			return err
		}
	}
	var bad, silent []fleet.Agent
	for _, agent := range agents {
		switch {
		case agent.State == fleet.Gone:
		case !agent.Publishes:
			silent = append(silent, agent)
		case agent.State != fleet.Live && agent.State != "OK":
			bad = append(bad, agent)
		}
	}
	for _, line := range []struct {
		text   string
		agents []fleet.Agent
		color  output.Color
	}{
		{"Gone: ", gone, output.Bad},
		{"Not OK: ", bad, output.Bad},
		{"Without interfaces in the store: ", silent, output.Waits},
	} {
		if len(line.agents) > 0 {
			text := output.Printable(line.text + a.agentNames(line.agents))
			if _, err := fmt.Fprintln(a.Stdout, a.Stdout.Paint(line.color, text)); err != nil {
				return err
			}
		}
	}
	return nil
}

// agentNames names agents, each with what is known of how it is.
func (a *app) agentNames(agents []fleet.Agent) string {
	names := make([]string, len(agents))
	for n, agent := range agents {
		names[n] = agent.Label
		switch {
		case agent.LastSeen != nil:
			names[n] += fmt.Sprintf(" (last seen %s ago)", output.Age(a.Now().Sub(*agent.LastSeen)))
		case agent.State != fleet.Gone && agent.State != fleet.Live:
			names[n] += " (" + agent.State + ")"
		}
	}
	return strings.Join(names, ", ")
}
