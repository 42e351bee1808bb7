// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/output"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
)

func (a *app) configHistoryCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "history [NUMBER]",
		Short:   "Show the transactions that the agent has carried out",
		Long:    "Show the transactions that the agent has carried out, or one of them with its operations.",
		Example: "  agentctl config history\n  agentctl config history 4\n  agentctl config history -f log",
		Args:    cobra.MaximumNArgs(1),
	}
	details := cmd.Flags().Bool("details", false, "show the operations of each transaction")
	f := addFormat(cmd, "log")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		number := ""
		if len(args) == 1 {
			number = args[0]
			if _, err := strconv.ParseUint(number, 10, 64); err != nil {
				return usageError(cmd, fmt.Errorf("%q is not the number of a transaction", number))
			}
		}
		ctx, agent, done, err := a.begin(cmd)
		if err != nil {
			return err
		}
		defer done()
		if f.String() == "log" || f.String() == "" && (*details || number != "") {
			text, err := agent.HistoryText(ctx, number)
			if err != nil {
				return err
			}
			done()
			a.print("%s", strings.TrimSuffix(string(text), "\n"))
			return nil
		}
		if number != "" {
			raw, err := agent.Transaction(ctx, number)
			if err != nil {
				return err
			}
			var txn wire.Txn
			if err := decode(raw, &txn); err != nil {
				return err
			}
			done()
			return a.show(f, raw, txn)
		}
		raw, err := agent.History(ctx, time.Time{})
		if err != nil {
			return err
		}
		var txns []wire.Txn
		if err := decode(raw, &txns); err != nil {
			return err
		}
		done()
		if f.String() != "" {
			return a.show(f, raw, txns)
		}
		return a.showHistory(txns)
	}
	return cmd
}

func (a *app) configResyncCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "resync",
		Short: "Have the agent compare what is wanted with what is there, and repair it",
		Args:  cobra.NoArgs,
	}
	retry := cmd.Flags().Bool("retry", false, "have operations that fail tried again")
	verbose := cmd.Flags().Bool("verbose", false, "have the agent print what it finds; show the operations here")
	f := addFormat(cmd, "")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		ctx, agent, done, err := a.begin(cmd)
		if err != nil {
			return err
		}
		defer done()
		raw, err := agent.Resync(ctx, *retry, *verbose)
		if err != nil {
			return err
		}
		var txn wire.Txn
		if err := decode(raw, &txn); err != nil {
			return err
		}
		done()
		if f.String() != "" {
			return a.show(f, raw, txn)
		}
		if err := a.showHistory([]wire.Txn{txn}); err != nil {
			return err
		}
		if *verbose {
			for _, op := range txn.Executed {
				a.print("%s", operationText(op))
			}
		}
		return nil
	}
	return cmd
}

func (a *app) showHistory(txns []wire.Txn) error {
	t := output.Table{Head: []string{"SEQ", "TYPE", "START", "INPUT", "OPERATIONS", "RESULT", "SUMMARY"}}
	for _, txn := range txns {
		input := "<none>"
		if n := len(txn.Values); n == 1 {
			input = "1 value"
		} else if n > 1 {
			input = fmt.Sprintf("%d values", n)
		}
		kind, color := txnType(txn)
		operations, states, failed := summarize(txn.Executed)
		result := output.Cell{}
		switch {
		case failed > 0:
			result = output.Cell{Text: "error", Color: output.Bad}
		case len(txn.Executed) > 0:
			result = output.Cell{Text: "ok", Color: output.Good}
		}
		t.Row(output.Text("%d", txn.SeqNum), output.Cell{Text: kind, Color: color}, output.Text("%s", output.Age(a.Now().Sub(txn.Start))),
			output.Text("%s", input), output.Text("%s", operations), result, output.Text("%s", states))
	}
	return t.Write(a.Stdout)
}

// txnType says what a transaction was for.
func txnType(txn wire.Txn) (string, output.Color) {
	switch txn.TxnType {
	case "SBNotification":
		return "status update", output.Info
	case "RetryFailedOps", "RetryUnimplOps":
		return fmt.Sprintf("retry of %d", txn.RetryForTxn), output.Waits
	case "NBTransaction":
		switch txn.ResyncType {
		case "FullResync":
			return "config replace", output.Waits
		case "UpstreamResync":
			return "config sync", output.Waits
		case "DownstreamResync":
			return "status sync", output.Waits
		}
		return "config change", output.Waits
	}
	return txn.TxnType, output.Plain
}

// summarize counts operations and the states that they led to.
func summarize(ops []wire.TxnOp) (operations, states string, failed int) {
	byOperation, byState := map[string]int{}, map[string]int{}
	for _, op := range ops {
		byOperation[op.Operation]++
		if op.NewErrMsg != "" {
			failed++
		}
		// A state that is left out is the zero state.
		state := op.NewState
		if state == "" {
			state = wire.Nonexistent
		}
		byState[state]++
	}
	return counts(byOperation), counts(byState), failed
}

func counts(by map[string]int) string {
	if len(by) == 0 {
		return "<none>"
	}
	var list []string
	for _, name := range slices.Sorted(maps.Keys(by)) {
		list = append(list, fmt.Sprintf("%s:%d", name, by[name]))
	}
	return strings.Join(list, ", ")
}

// operationText is one operation of a transaction in a line.
func operationText(op wire.TxnOp) string {
	from, to := op.PrevState, op.NewState
	if from == "" {
		from = wire.Nonexistent
	}
	if to == "" {
		to = wire.Nonexistent
	}
	text := fmt.Sprintf("%s %s: %s -> %s", op.Operation, op.Key, from, to)
	if op.NewErrMsg != "" {
		text += ": " + op.NewErrMsg
	}
	return text
}
