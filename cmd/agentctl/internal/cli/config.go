// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/agentapi"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/output"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
	"github.com/ifwatcher/ifwatcher/internal/confdoc"
)

func (a *app) configCommand() *cobra.Command {
	return group("config", "Show and change the configuration of the agent",
		a.configGetCommand(), a.configRetrieveCommand(), a.configUpdateCommand(), a.configDeleteCommand(),
		a.configHistoryCommand(), a.configResyncCommand(), a.configWatchCommand())
}

func (a *app) configGetCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "get",
		Short: "Show the configuration that was asked of the agent",
		Args:  cobra.NoArgs,
	}
	labels := cmd.Flags().StringSlice("labels", nil, "only values with these labels: name=value, name, or !name for those without")
	f := addFormat(cmd, "")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.showConfig(cmd, f, func(ctx context.Context, agent *agentapi.Client, reg *agentapi.Registry) ([]agentapi.Item, error) {
			return agent.GetConfig(ctx, reg, parseLabels(*labels))
		})
	}
	return cmd
}

func (a *app) configRetrieveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "retrieve",
		Aliases: []string{"dump", "read"},
		Short:   "Show the part of the configuration that is applied",
		Args:    cobra.NoArgs,
	}
	f := addFormat(cmd, "")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return a.showConfig(cmd, f, func(ctx context.Context, agent *agentapi.Client, reg *agentapi.Registry) ([]agentapi.Item, error) {
			items, err := agent.DumpState(ctx, reg)
			// What the host has by itself is no configuration.
			return slices.DeleteFunc(items, func(i agentapi.Item) bool { return i.Model == wire.HostInterfaceModel }), err
		})
	}
	return cmd
}

func (a *app) showConfig(cmd *cobra.Command, f *format, get func(context.Context, *agentapi.Client, *agentapi.Registry) ([]agentapi.Item, error)) error {
	ctx, agent, reg, done, err := a.beginWithModels(cmd)
	if err != nil {
		return err
	}
	defer done()
	form, err := confdoc.New(reg)
	if err != nil {
		return err
	}
	items, err := get(ctx, agent, reg)
	if err != nil {
		return err
	}
	messages := make([]proto.Message, len(items))
	for i, item := range items {
		messages[i] = item.Message
	}
	raw, err := form.JSON(messages)
	if err != nil {
		return err
	}
	done()
	if f.String() == "" {
		f.f = output.YAML
	}
	var value map[string]any
	if err := decode(raw, &value); err != nil {
		return err
	}
	return a.show(f, raw, value)
}

func parseLabels(list []string) map[string]string {
	if len(list) == 0 {
		return nil
	}
	labels := make(map[string]string, len(list))
	for _, text := range list {
		name, value, _ := strings.Cut(text, "=")
		labels[name] = value
	}
	return labels
}
