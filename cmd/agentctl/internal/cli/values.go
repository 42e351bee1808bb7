// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/agentapi"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/output"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
)

func (a *app) valuesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "values [MODEL]",
		Short: "Show the state of every value, and what it waits for",
		Long: "Show the state of every value of the scheduler, or of one model.\n" +
			"DETAILS has the labels of what a PENDING value waits for; 'agentctl why' explains them.",
		Example:           "  agentctl values\n  agentctl values linux.interfaces.interface\n  agentctl values --state PENDING,FAILED",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: a.completeModels,
	}
	var states []string
	cmd.Flags().StringSliceVar(&states, "state", nil, "show only values in one of these states")
	f := addFormat(cmd, "")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		for i, state := range states {
			states[i] = strings.ToUpper(state)
			if _, ok := kvscheduler.ValueState_value[states[i]]; !ok {
				return usageError(cmd, fmt.Errorf("--state: %q is no state of a value, such as PENDING or CONFIGURED", state))
			}
		}
		ctx, done := a.bounded(cmd)
		defer done()
		models, prefix, err := a.modelsFor(ctx, args)
		if err != nil {
			return err
		}
		raw, err := a.statuses(ctx, prefix)
		if err != nil {
			return err
		}
		var list []wire.Status
		if raw, list, err = withStates(raw, states); err != nil {
			return err
		}
		done()
		if f.String() != "" {
			return a.show(f, raw, list)
		}
		return a.showValues(models, list)
	}
	return cmd
}

// modelsFor returns the models of the agent and the key prefix of the one that
// is asked for. The table does without models if there is no gRPC server.
func (a *app) modelsFor(ctx context.Context, args []string) (agentapi.Models, string, error) {
	agent, err := a.agent()
	if err != nil {
		return nil, "", err
	}
	models, err := agent.KnownModels(ctx, agentapi.ClassConfig)
	if len(args) == 0 {
		if errors.Is(err, agentapi.ErrUnreachable) {
			// Whether there is an agent at all is found out over REST.
			return nil, "", nil
		}
		return models, "", err
	}
	if err != nil {
		return nil, "", err
	}
	for _, m := range models {
		if m.Name == args[0] {
			return models, m.KeyPrefix, nil
		}
	}
	return nil, "", fmt.Errorf("the agent has no model %q; 'agentctl model ls' shows which it has", args[0])
}

func (a *app) statuses(ctx context.Context, prefix string) (json.RawMessage, error) {
	raw, err := a.client.Statuses(ctx, prefix)
	if prefix != "" && agentapi.HasCode(err, http.StatusInternalServerError) && strings.Contains(err.Error(), "unknown key prefix") {
		return nil, fmt.Errorf("no plugin of this agent applies values with the prefix %s", prefix)
	}
	return raw, err
}

// withStates filters statuses. Without states, all pass.
func withStates(raw json.RawMessage, states []string) (json.RawMessage, []wire.Status, error) {
	var (
		documents []json.RawMessage
		list      []wire.Status
	)
	if err := decode(raw, &documents); err != nil {
		return nil, nil, err
	}
	kept := []json.RawMessage{}
	for _, document := range documents {
		var s wire.Status
		if err := decode(document, &s); err != nil {
			return nil, nil, err
		}
		if len(states) == 0 || slices.Contains(states, s.Value.State) {
			kept = append(kept, document)
			list = append(list, s)
		}
	}
	raw, err := json.Marshal(kept)
	return raw, list, err
}

func (a *app) showValues(models agentapi.Models, list []wire.Status) error {
	t := output.Table{Head: []string{"MODEL", "NAME", "STATE", "DETAILS", "LAST OP", "ERROR"}}
	add := func(model, name string, s wire.ValueStatus) {
		op := s.LastOperation
		if op == "UNDEFINED" {
			op = ""
		}
		t.Row(output.Cell{Text: model}, output.Cell{Text: name}, stateCell(s.State),
			output.Cell{Text: strings.Join(s.Details, ", ")}, output.Cell{Text: op}, output.Cell{Text: s.Error, Color: output.Bad})
	}
	for _, s := range list {
		model, name, ok := models.ForKey(s.Value.Key)
		if !ok {
			name = s.Value.Key
		}
		add(model.Name, name, s.Value)
		for _, d := range s.DerivedValues {
			// What is derived is shown if it tells something that the value
			// itself does not.
			if d.State != s.Value.State || d.Error != "" {
				add("", "  "+d.Key, d)
			}
		}
	}
	return t.Write(a.Stdout)
}
