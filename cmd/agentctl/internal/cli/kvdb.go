// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/kv"
)

func (a *app) kvdbCommand() *cobra.Command {
	cmd := group("kvdb", "Show and change what the store has for agents",
		a.kvdbListCommand(), a.kvdbGetCommand(), a.kvdbPutCommand(), a.kvdbDelCommand())
	cmd.Long = "Show and change what the store (etcd, or the one in the agent) has for agents.\n" +
		"A key that does not begin with " + kv.Root + " is relative to the part of the agent with the --service-label."
	return cmd
}

// withStore runs a command on the store.
func (a *app) withStore(cmd *cobra.Command, do func(context.Context, *kv.Store) error) error {
	ctx, done := a.bounded(cmd)
	defer done()
	store, err := a.kvdb(ctx)
	if err != nil {
		return err
	}
	return do(ctx, store)
}

// storeKey completes a key. If the label is missing, the error names those that
// the store has.
func (a *app) storeKey(ctx context.Context, store *kv.Store, key string) (string, error) {
	full, err := kv.Key(a.settings.serviceLabel, key)
	if !errors.Is(err, kv.ErrNoLabel) {
		return full, err
	}
	has := "the default of an agent is vpp1"
	if labels, err := store.Labels(ctx); err == nil && len(labels) > 0 {
		has = "the store has " + strings.Join(labels, ", ")
	}
	return "", fmt.Errorf("%w: set --service-label or MICROSERVICE_LABEL (%s)", err, has)
}

func keyNeeded(_ *cobra.Command, args []string) error {
	if len(args) != 1 || strings.Trim(args[0], "/") == "" {
		return errors.New("one key is needed")
	}
	return nil
}

func (a *app) kvdbListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list [PREFIX]",
		Aliases: []string{"ls"},
		Short:   "List the keys with a prefix, with their values",
		Args:    cobra.MaximumNArgs(1),
	}
	keysOnly := cmd.Flags().Bool("keys-only", false, "list only the keys")
	f := addFormat(cmd, "")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return a.withStore(cmd, func(ctx context.Context, store *kv.Store) error {
			prefix := ""
			if len(args) == 1 {
				prefix = args[0]
			}
			full, err := kv.Prefix(a.settings.serviceLabel, prefix)
			if errors.Is(err, kv.ErrNoLabel) {
				full, err = a.storeKey(ctx, store, prefix)
			}
			if err != nil {
				return err
			}
			pairs, err := store.List(ctx, full)
			if err != nil {
				return err
			}
			if f.String() != "" {
				return a.showValue(f, pairs)
			}
			for _, p := range pairs {
				a.print("%s", p.Key)
				if !*keysOnly {
					a.print("%s", p.Value)
				}
			}
			return nil
		})
	}
	return cmd
}

func (a *app) kvdbGetCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "get KEY", Short: "Show the value of a key", Args: keyNeeded}
	f := addFormat(cmd, "")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return a.withStore(cmd, func(ctx context.Context, store *kv.Store) error {
			key, err := a.storeKey(ctx, store, args[0])
			if err != nil {
				return err
			}
			value, err := store.Get(ctx, key)
			if err != nil {
				return err
			}
			if f.String() != "" {
				pair := kv.Pair{Key: key, Value: value}
				return a.showValue(f, pair)
			}
			a.print("%s", value)
			return nil
		})
	}
	return cmd
}

func (a *app) kvdbPutCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "put KEY VALUE",
		Short: "Write a value",
		Long:  "Write a value. The value '-' is read from standard input, '@name' from a file.",
		Example: "  agentctl --service-label vpp1 kvdb put config/linux/interfaces/v2/interface/uplink \\\\\n" +
			"    '{\"name\":\"uplink\",\"type\":\"EXISTING\",\"enabled\":true,\"host_if_name\":\"eth1\"}'",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return errors.New("a key and a value are needed")
			}
			return keyNeeded(nil, args[:1])
		},
	}
	f := addFormat(cmd, "")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		value, err := a.argument(args[1])
		if err != nil {
			return err
		}
		return a.withStore(cmd, func(ctx context.Context, store *kv.Store) error {
			key, err := a.storeKey(ctx, store, args[0])
			if err != nil {
				return err
			}
			if err := store.Put(ctx, key, value); err != nil {
				return err
			}
			if strings.Contains(key, "/config/") && !json.Valid([]byte(value)) {
				a.note("agentctl: the value is not JSON; an agent can do nothing with it")
			}
			return a.confirm(f, "OK", kv.Pair{Key: key, Value: value})
		})
	}
	return cmd
}

// argument returns a value that is given on the command line, in a file or on
// standard input.
func (a *app) argument(text string) (string, error) {
	name, isFile := strings.CutPrefix(text, "@")
	if text != "-" && !isFile {
		return text, nil
	}
	content, err := a.readFile(name)
	if err != nil {
		return "", fmt.Errorf("read the value: %w", err)
	}
	return strings.TrimRight(string(content), "\n"), nil
}

func (a *app) kvdbDelCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "del KEY",
		Aliases: []string{"delete", "rm"},
		Short:   "Delete a key",
		Args:    keyNeeded,
	}
	f := addFormat(cmd, "")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return a.withStore(cmd, func(ctx context.Context, store *kv.Store) error {
			key, err := a.storeKey(ctx, store, args[0])
			if err != nil {
				return err
			}
			if err := store.Delete(ctx, key); err != nil {
				return err
			}
			return a.confirm(f, "OK", map[string]string{"Key": key})
		})
	}
	return cmd
}
