// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/agentapi"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/kv"
	"github.com/ifwatcher/ifwatcher/internal/confdoc"
)

func (a *app) importCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Write the values in a file into the store, or set them over gRPC",
		Long: "Write the values in a file into the store, or set them in the agent over gRPC. Each line of the file has\n" +
			"a key and a value in JSON, with a space between them; empty lines and those that begin with '#' do not\n" +
			"count. The file '-' is standard input. Nothing is written if any line is wrong.\n\n" +
			"The store takes as many values as --txops at once: all of them, or none.",
		Example: "  agentctl --service-label vpp1 import uplinks.txt\n  agentctl import --grpc uplinks.txt",
		Args:    fileNeeded,
	}
	overGRPC := cmd.Flags().Bool("grpc", false, "set the values in the agent, which does not keep them across a restart")
	atOnce := cmd.Flags().Uint("txops", kv.TxnOps, "how many values to write into the store in one transaction")
	f := addFormat(cmd, "")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *atOnce == 0 {
			return usageError(cmd, fmt.Errorf("--txops: nothing can be written in transactions without values"))
		}
		text, err := a.readFile(args[0])
		if err != nil {
			return err
		}
		lines, err := parseLines(text)
		if err != nil {
			return fmt.Errorf("%s: %w", args[0], err)
		}
		if *overGRPC {
			return a.importOverGRPC(cmd, f, args[0], lines)
		}
		return a.importIntoStore(cmd, f, args[0], lines, int(*atOnce))
	}
	return cmd
}

// imported is a line of a file that is imported.
type imported struct {
	number int
	key    string
	value  []byte
}

func (l imported) errorf(format string, args ...any) error {
	return fmt.Errorf("line %d: %w", l.number, fmt.Errorf(format, args...))
}

func parseLines(text []byte) ([]imported, error) {
	var lines []imported
	number := 0
	for line := range bytes.Lines(text) {
		number++
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		key, value, _ := bytes.Cut(line, []byte(" "))
		l := imported{number: number, key: string(key), value: bytes.TrimSpace(value)}
		if !json.Valid(l.value) {
			return nil, l.errorf("not a key, a space and a value in JSON")
		}
		lines = append(lines, l)
	}
	if len(lines) == 0 {
		return nil, errEmpty
	}
	return lines, nil
}

func (a *app) importIntoStore(cmd *cobra.Command, f *format, name string, lines []imported, atOnce int) error {
	return a.withStore(cmd, func(ctx context.Context, store *kv.Store) error {
		pairs := make([]kv.Pair, len(lines))
		first := map[string]int{}
		for i, l := range lines {
			key, err := a.storeKey(ctx, store, l.key)
			if err != nil {
				return err
			}
			if number, ok := first[key]; ok {
				return fmt.Errorf("%s: %w", name, l.errorf("the key of line %d again", number))
			}
			first[key] = l.number
			pairs[i] = kv.Pair{Key: key, Value: string(l.value)}
		}
		for written := 0; written < len(pairs); {
			batch := pairs[written:min(written+atOnce, len(pairs))]
			if err := store.PutAll(ctx, batch); err != nil {
				if written > 0 {
					err = fmt.Errorf("%w; the first %d of %d values are written", err, written, len(pairs))
				}
				return err
			}
			written += len(batch)
		}
		return a.confirm(f, "OK", pairs)
	})
}

func (a *app) importOverGRPC(cmd *cobra.Command, f *format, name string, lines []imported) error {
	ctx, agent, reg, done, err := a.beginWithModels(cmd)
	if err != nil {
		return err
	}
	defer done()
	messages := make([]proto.Message, len(lines))
	for i, l := range lines {
		if messages[i], err = l.message(reg); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	result, err := agent.SetConfig(ctx, reg, messages, labelsOf(nil), false)
	if err != nil {
		return err
	}
	done()
	return a.showResult(f, result, false)
}

// message returns the value as an instance of the model that the key is of.
func (l imported) message(reg *agentapi.Registry) (proto.Message, error) {
	key := l.key
	if below, ok := strings.CutPrefix(key, kv.Root); ok {
		_, key, _ = strings.Cut(below, "/")
	}
	model, err := reg.GetModelForKey(key)
	if err != nil {
		return nil, l.errorf("the agent has no model for the key %s", key)
	}
	message := model.NewInstance()
	if err := confdoc.Unmarshal(l.value, message); err != nil {
		return nil, l.errorf("%w", err)
	}
	switch own, err := confdoc.Key(reg, message); {
	case err != nil:
		return nil, l.errorf("%w", err)
	case own != key:
		return nil, l.errorf("the value belongs to the key %s, not to %s", own, key)
	}
	return message, nil
}
