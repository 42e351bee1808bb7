// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/output"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
)

// watched is one operation as 'config watch' shows it in JSON.
type watched struct {
	Time      time.Time `json:"time"`
	SeqNum    uint64    `json:"seq_num"`
	Type      string    `json:"type"`
	Operation string    `json:"operation"`
	Key       string    `json:"key"`
	PrevState string    `json:"prev_state,omitempty"`
	NewState  string    `json:"new_state,omitempty"`
	Error     string    `json:"error,omitempty"`
}

// watchOperations shows the operations on keys with one of the prefixes. Without
// any it shows all but those on values that only show what the host has: the
// scheduler's own keys of interfaces tell what happens because of it.
func (a *app) watchOperations(cmd *cobra.Command, f *format, prefixes []string) error {
	return a.follow(cmd, func(txn wire.Txn) error {
		for _, op := range txn.Executed {
			if !isWatched(op.Key, prefixes) {
				continue
			}
			if err := a.showOperation(f, txn, op); err != nil {
				return err
			}
		}
		return nil
	})
}

func isWatched(key string, prefixes []string) bool {
	if len(prefixes) == 0 {
		return !strings.HasPrefix(key, wire.HostInterfaceKeyPrefix)
	}
	return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(key, prefix) })
}

func (a *app) showOperation(f *format, txn wire.Txn, op wire.TxnOp) error {
	if f.String() == output.JSON {
		return json.NewEncoder(a.Stdout).Encode(watched{
			Time: txn.Stop, SeqNum: txn.SeqNum, Type: txn.TxnType,
			Operation: op.Operation, Key: op.Key, PrevState: op.PrevState, NewState: op.NewState, Error: op.NewErrMsg,
		})
	}
	text := output.Printable(operationText(op))
	color := stateColor(op.NewState)
	if op.NewErrMsg != "" {
		color = output.Bad
	}
	_, err := fmt.Fprintf(a.Stdout, "%s #%d %s\n", txn.Stop.Local().Format("15:04:05.000"), txn.SeqNum, a.Stdout.Paint(color, text))
	return err
}

// follow calls visit with each transaction that is recorded from now on. It
// ends without error when the user does it.
func (a *app) follow(cmd *cobra.Command, visit func(wire.Txn) error) error {
	agent, err := a.agent()
	if err != nil {
		return err
	}
	var since time.Time
	seen := map[uint64]time.Time{} // start by number, of those that can come again
	for first := true; ; first = false {
		ctx, done := a.boundedQuietly(cmd)
		raw, err := agent.History(ctx, since)
		done()
		if ended(cmd.Context()) {
			return nil
		}
		if err != nil {
			return err
		}
		var txns []wire.Txn
		if err := decode(raw, &txns); err != nil {
			return err
		}
		for _, txn := range txns {
			if txn.PreRecord || seen[txn.SeqNum].Equal(txn.Start) && !txn.Start.IsZero() {
				continue
			}
			seen[txn.SeqNum] = txn.Start
			if txn.Start.After(since) {
				since = txn.Start
			}
			if !first {
				if err := visit(txn); err != nil {
					return err
				}
			}
		}
		maps.DeleteFunc(seen, func(_ uint64, start time.Time) bool { return start.Before(since.Add(-time.Hour)) })
		if !sleep(cmd.Context(), pollInterval) {
			return nil
		}
	}
}
