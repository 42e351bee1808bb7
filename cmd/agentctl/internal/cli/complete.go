// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/agentapi"
)

// completionTimeout is how long a shell may be kept waiting.
const completionTimeout = 2 * time.Second

// complete asks the agent for what an argument can be. If it cannot be asked,
// nothing is offered; a shell is no place for errors.
func (a *app) complete(cmd *cobra.Command, typed string, ask func(context.Context, *agentapi.Client) ([]string, error)) ([]string, cobra.ShellCompDirective) {
	if a.settings.complete(cmd.Root().PersistentFlags(), a.Getenv) != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx, cancel := context.WithTimeout(context.Background(), completionTimeout)
	defer cancel()
	agent, err := a.agent()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	list, err := ask(ctx, agent)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return slices.DeleteFunc(list, func(item string) bool { return !strings.HasPrefix(item, typed) }), cobra.ShellCompDirectiveNoFileComp
}

func (a *app) completeModels(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	return a.complete(cmd, typed, func(ctx context.Context, agent *agentapi.Client) ([]string, error) {
		models, err := agent.KnownModels(ctx, agentapi.ClassConfig)
		names := make([]string, len(models))
		for i, m := range models {
			names[i] = m.Name
		}
		return names, err
	})
}

func (a *app) completeKeys(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	return a.complete(cmd, typed, func(ctx context.Context, agent *agentapi.Client) ([]string, error) {
		statuses, err := agent.AllStatuses(ctx)
		keys := make([]string, len(statuses))
		for i, s := range statuses {
			keys[i] = s.Value.Key
		}
		return keys, err
	})
}

func (a *app) completeLoggers(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return a.complete(cmd, typed, func(ctx context.Context, agent *agentapi.Client) ([]string, error) {
		loggers, err := agent.Loggers(ctx)
		names := make([]string, len(loggers))
		for i, l := range loggers {
			names[i] = l.Logger
		}
		return names, err
	})
}

func (a *app) completeLogSet(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 1 {
		return logLevels, cobra.ShellCompDirectiveNoFileComp
	}
	return a.completeLoggers(cmd, args, typed)
}
