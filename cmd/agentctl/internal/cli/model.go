// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/agentapi"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/output"
)

func (a *app) modelCommand() *cobra.Command {
	return group("model", "Show the kinds of values that the agent knows", a.modelListCommand(), a.modelInspectCommand())
}

func (a *app) modelListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:               "ls [PATTERN...]",
		Aliases:           []string{"list"},
		Short:             "List the models, all or those whose names match",
		ValidArgsFunction: a.completeModels,
	}
	class := cmd.Flags().String("class", agentapi.ClassConfig, "class of models, or 'all'")
	f := addFormat(cmd, "")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, agent, done, err := a.begin(cmd)
		if err != nil {
			return err
		}
		defer done()
		asked := *class
		if asked == "all" {
			asked = ""
		}
		models, err := agent.KnownModels(ctx, asked)
		if err != nil {
			return err
		}
		if len(args) > 0 {
			if models, err = matching(models, args); err != nil {
				return err
			}
		}
		done()
		if f.String() != "" {
			return a.showModels(f, models)
		}
		t := output.Table{Head: []string{"MODEL NAME", "CLASS", "PROTO MESSAGE", "KEY PREFIX"}}
		for _, m := range models {
			t.Row(output.Text("%s", m.Name), output.Text("%s", m.Class), output.Text("%s", m.ProtoName), output.Text("%s", m.KeyPrefix))
		}
		return t.Write(a.Stdout)
	}
	return cmd
}

func (a *app) modelInspectCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:               "inspect MODEL...",
		Short:             "Show all about models, named as far as they are not ambiguous",
		ValidArgsFunction: a.completeModels,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("which model?")
			}
			return nil
		},
	}
	f := addFormat(cmd, "")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, agent, done, err := a.begin(cmd)
		if err != nil {
			return err
		}
		defer done()
		models, err := agent.KnownModels(ctx, "")
		if err != nil {
			return err
		}
		var chosen agentapi.Models
		for _, arg := range args {
			m, err := oneModel(models, arg)
			if err != nil {
				return err
			}
			chosen = append(chosen, m)
		}
		done()
		if f.String() == "" {
			f.f = output.JSON
		}
		return a.showModels(f, chosen)
	}
	return cmd
}

// oneModel finds a model by the beginning of its name. A whole name is never
// ambiguous.
func oneModel(models agentapi.Models, prefix string) (agentapi.Model, error) {
	var found agentapi.Models
	for _, m := range models {
		if m.Name == prefix {
			return m, nil
		}
		if strings.HasPrefix(m.Name, prefix) {
			found = append(found, m)
		}
	}
	switch len(found) {
	case 0:
		return agentapi.Model{}, fmt.Errorf("the agent has no model %q; 'agentctl model ls' shows which it has", prefix)
	case 1:
		return found[0], nil
	}
	names := make([]string, len(found))
	for i, m := range found {
		names[i] = m.Name
	}
	return agentapi.Model{}, fmt.Errorf("several models begin with %q: %s", prefix, strings.Join(names, ", "))
}

func (a *app) showModels(f *format, models agentapi.Models) error {
	return a.showValue(f, models)
}
