// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/output"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
)

// logLevels are those that the loggers of an agent have.
var logLevels = []string{"debug", "info", "warn", "error", "fatal", "panic", "trace"}

func (a *app) logCommand() *cobra.Command {
	return group("log", "Show and set the levels of the agent's loggers", a.logListCommand(), a.logSetCommand())
}

func (a *app) logListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:               "list [LOGGER]",
		Aliases:           []string{"ls"},
		Short:             "List the loggers with their levels",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: a.completeLoggers,
	}
	f := addFormat(cmd, "")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, done := a.bounded(cmd)
		defer done()
		list, err := a.loggers(ctx)
		if err != nil {
			return err
		}
		if len(args) == 1 {
			list = slices.DeleteFunc(list, func(l wire.Logger) bool { return l.Logger != args[0] })
			if len(list) == 0 {
				return noLogger(args[0])
			}
		}
		done()
		if f.String() != "" {
			return a.showValue(f, list)
		}
		t := output.Table{Head: []string{"LOGGER", "LEVEL"}}
		for _, l := range list {
			t.Row(output.Text("%s", l.Logger), output.Text("%s", l.Level))
		}
		return t.Write(a.Stdout)
	}
	return cmd
}

// loggers returns the loggers of the agent, sorted by name.
func (a *app) loggers(ctx context.Context) ([]wire.Logger, error) {
	agent, err := a.agent()
	if err != nil {
		return nil, err
	}
	list, err := agent.Loggers(ctx)
	slices.SortFunc(list, func(x, y wire.Logger) int { return cmp.Compare(x.Logger, y.Logger) })
	return list, err
}

func noLogger(name string) error {
	return fmt.Errorf("the agent has no logger %q; 'agentctl log list' shows which it has", name)
}

func (a *app) logSetCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:               "set LOGGER LEVEL",
		Short:             "Set the level of a logger",
		ValidArgsFunction: a.completeLogSet,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return errors.New("a logger and a level are needed")
			}
			return nil
		},
	}
	f := addFormat(cmd, "")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, done := a.bounded(cmd)
		defer done()
		list, err := a.loggers(ctx)
		if err != nil {
			return err
		}
		// The agent would take any name.
		if !slices.ContainsFunc(list, func(l wire.Logger) bool { return l.Logger == args[0] }) {
			return noLogger(args[0])
		}
		set, err := a.client.SetLogLevel(ctx, args[0], args[1])
		if err != nil {
			return err
		}
		done()
		return a.confirm(f, fmt.Sprintf("logger %s has level %s", set.Logger, set.Level), set)
	}
	return cmd
}
