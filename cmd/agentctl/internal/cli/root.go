// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"go.ligato.io/cn-infra/v2/agent"
)

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "agentctl",
		Short: "Show and change what an agent does",
		Long: "agentctl shows and changes what an agent does: its values and what they wait for,\n" +
			"the interfaces of its host, its configuration, its log levels and its store.",
		Version:       agent.BuildVersion,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          subcommandNeeded,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return a.settings.complete(cmd.Root().PersistentFlags(), a.Getenv)
		},
	}
	root.SetVersionTemplate("agentctl version {{.Version}}\n")
	root.SetFlagErrorFunc(usageError)
	a.settings.addFlags(root.PersistentFlags())
	root.AddCommand(
		a.statusCommand(),
		a.interfacesCommand(),
		a.whyCommand(),
		a.valuesCommand(),
		a.dumpCommand(),
		a.modelCommand(),
		a.configCommand(),
		a.generateCommand(),
		a.importCommand(),
		a.kvdbCommand(),
		a.logCommand(),
		a.metricsCommand(),
	)
	root.AddCommand(notHere()...)
	checkUsage(root)
	return root
}

// checkUsage makes every error about arguments say where help is.
func checkUsage(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usageError(cmd, err)
			}
			return nil
		}
	}
	for _, sub := range cmd.Commands() {
		checkUsage(sub)
	}
}

func usageError(cmd *cobra.Command, err error) error {
	return fmt.Errorf("%w; see '%s --help'", err, cmd.CommandPath())
}

// group returns a command that only has subcommands.
func group(use, short string, subcommands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  subcommandNeeded,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(subcommands...)
	return cmd
}

func subcommandNeeded(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	cmd.SuggestionsMinimumDistance = 2
	text := fmt.Sprintf("unknown command %q for %q", args[0], cmd.CommandPath())
	if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
		text += ", did you mean " + strings.Join(similar, ", ") + "?"
	}
	return errors.New(text)
}

// notHere are the commands of vpp-agent's tool that this one does not have, each
// with what to do instead.
func notHere() []*cobra.Command {
	var list []*cobra.Command
	for name, text := range map[string]string{
		"vpp":     "this agent configures the Linux host; it has no VPP to talk to",
		"report":  "this agentctl makes no reports; 'report -i' of vpp-agent's own agentctl makes one of this agent too",
		"service": "this agentctl calls no gRPC services by name; vpp-agent's own agentctl does, or any client that uses server reflection",
	} {
		list = append(list, &cobra.Command{
			Use:                name,
			Short:              "Only in vpp-agent's own agentctl",
			Hidden:             true,
			DisableFlagParsing: true,
			RunE:               func(*cobra.Command, []string) error { return errors.New(text) },
		})
	}
	return list
}
