// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/agentapi"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/output"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
	"github.com/ifwatcher/ifwatcher/internal/confdoc"
)

// clientLabel marks configuration that was set with agentctl, unless labels
// are given.
const clientLabel, clientName = "io.ligato.from-client", "agentctl"

// errEmpty is returned for a document without any value.
var errEmpty = errors.New("no configuration in it")

func (a *app) configUpdateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "update FILE",
		Short:   "Add or change configuration",
		Long:    "Add or change the values in a file of YAML or JSON, in the form that 'config get' shows.\nThe file '-' is standard input.",
		Example: "  agentctl config update uplink.yaml\n  agentctl config get | agentctl -H other config update --replace -",
		Args:    fileNeeded,
	}
	replace := cmd.Flags().Bool("replace", false, "delete what was set before in this way and is not in the file")
	labels := cmd.Flags().StringSlice("labels", nil, "labels of the values: name=value or name")
	verbose := cmd.Flags().BoolP("verbose", "v", false, "show the transaction and the state of each value")
	f := addFormat(cmd, "")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, agent, reg, done, err := a.beginWithModels(cmd)
		if err != nil {
			return err
		}
		defer done()
		messages, err := a.readConfig(reg, args[0])
		if err != nil && (!*replace || !errors.Is(err, errEmpty)) {
			return err
		}
		result, err := agent.SetConfig(ctx, reg, messages, labelsOf(*labels), *replace)
		if err != nil {
			return err
		}
		done()
		return a.showResult(f, result, *verbose)
	}
	return cmd
}

// labelsOf returns the labels for values that are set.
func labelsOf(list []string) map[string]string {
	if labels := parseLabels(list); labels != nil {
		return labels
	}
	return map[string]string{clientLabel: clientName}
}

// readConfig reads a document from a file, or from standard input if the name
// is "-".
func (a *app) readConfig(reg *agentapi.Registry, name string) ([]proto.Message, error) {
	form, err := confdoc.New(reg)
	if err != nil {
		return nil, err
	}
	text, err := a.readFile(name)
	if err != nil {
		return nil, err
	}
	values, err := form.Read(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(values) == 0 {
		return nil, fmt.Errorf("%s: %w", name, errEmpty)
	}
	messages := make([]proto.Message, len(values))
	for i, value := range values {
		if value.Err != nil {
			return nil, fmt.Errorf("%s: %s: %w", name, value.Path, value.Err)
		}
		messages[i] = value.Message
	}
	return messages, nil
}

// readFile reads a file, or standard input if the name is "-".
func (a *app) readFile(name string) ([]byte, error) {
	if name == "-" {
		text, err := io.ReadAll(a.Stdin)
		if err != nil {
			return nil, fmt.Errorf("read standard input: %w", err)
		}
		return text, nil
	}
	return os.ReadFile(name) // its errors have the name
}

func fileNeeded(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return errors.New("one file is needed, or '-' for standard input")
	}
	return nil
}

// showResult prints OK for scripts, and to people what is not applied yet.
func (a *app) showResult(f *format, result agentapi.Result, verbose bool) error {
	if f.String() != "" {
		return output.Write(a.Stdout, f.String(), result)
	}
	if verbose {
		a.print("transaction %d", result.SeqNum)
	}
	const most = 10
	waiting := 0
	for _, v := range result.Values {
		text := v.State
		if v.Details != "" {
			text += ": " + v.Details
		}
		switch {
		case verbose:
			a.print("%s %s", v.Key, text)
		case v.State == wire.Pending:
			if waiting++; waiting <= most {
				a.note("%s is %s ('agentctl why %s' says more)", v.Key, text, v.Key)
			}
		}
	}
	if waiting > most {
		a.note("and %d more", waiting-most)
	}
	a.print("OK")
	return nil
}

func (a *app) configDeleteCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "delete FILE",
		Short: "Delete configuration",
		Long:  "Delete the values in a file of YAML or JSON; of each, only what makes its name counts.\nThe file '-' is standard input.",
		Args:  fileNeeded,
	}
	wait := cmd.Flags().Bool("waitdone", false, "wait until none of the values is there any more")
	verbose := cmd.Flags().BoolP("verbose", "v", false, "show the transaction")
	f := addFormat(cmd, "")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, agent, reg, done, err := a.beginWithModels(cmd)
		if err != nil {
			return err
		}
		defer done()
		messages, err := a.readConfig(reg, args[0])
		if err != nil {
			return err
		}
		result, err := agent.DeleteConfig(ctx, reg, messages)
		if err != nil {
			return err
		}
		if *wait {
			if err := a.waitGone(ctx, agent, reg, messages); err != nil {
				return err
			}
		}
		var text []byte
		if *verbose {
			if text, err = agent.HistoryText(ctx, strconv.FormatUint(result.SeqNum, 10)); err != nil {
				return err
			}
		}
		done()
		if *verbose && f.String() == "" {
			a.print("%s", strings.TrimSuffix(string(text), "\n"))
		}
		return a.confirm(f, "OK", result)
	}
	return cmd
}

// pollInterval is how often the agent is asked by commands that wait.
const pollInterval = 200 * time.Millisecond

func (a *app) waitGone(ctx context.Context, agent *agentapi.Client, reg *agentapi.Registry, messages []proto.Message) error {
	for _, m := range messages {
		key, err := reg.Key(m)
		if err != nil {
			return err
		}
		for {
			status, err := agent.Status(ctx, key)
			if err != nil {
				return err
			}
			if state := status.Value.State; state == "" || state == wire.Nonexistent || state == wire.Removed {
				break
			}
			if !sleep(ctx, pollInterval) {
				return fmt.Errorf("%s is still %s: %w", key, status.Value.State, ctx.Err())
			}
		}
	}
	return nil
}

// sleep waits and returns false if the context ends before.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
