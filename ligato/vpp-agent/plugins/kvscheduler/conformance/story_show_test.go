// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	kvsproto "go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

func showStatus(status *kvsproto.ValueStatus, withOp bool) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s: %v", status.GetKey(), status.GetState())
	if op := status.GetLastOperation(); withOp && op != kvsproto.TxnOperation_UNDEFINED {
		fmt.Fprintf(&out, ", last %v", op)
	}
	if details := status.GetDetails(); len(details) > 0 {
		fmt.Fprintf(&out, " %v", details)
	}
	if text := status.GetError(); text != "" {
		fmt.Fprintf(&out, " error: %s", text)
	}
	return out.String()
}

func (p *player) status(c command) []string    { return p.statuses(c, true) }
func (p *player) showState(c command) []string { return p.statuses(c, false) }

func (p *player) statuses(c command, withOp bool) (lines []string) {
	for _, key := range c.args {
		status := p.GetValueStatus(key)
		lines = append(lines, showStatus(status.GetValue(), withOp))
		for _, derived := range status.GetDerivedValues() {
			lines = append(lines, "  "+showStatus(derived, withOp))
		}
	}
	return lines
}

func sortedByKey(statuses []*kvsproto.BaseValueStatus) (lines []string) {
	sorted := slices.Clone(statuses)
	slices.SortStableFunc(sorted, func(a, b *kvsproto.BaseValueStatus) int {
		return strings.Compare(a.GetValue().GetKey(), b.GetValue().GetKey())
	})
	for _, status := range sorted {
		lines = append(lines, showStatus(status.GetValue(), true))
	}
	return lines
}

func showTxn(txn *kvs.RecordedTxn, withPlan bool) string {
	var out strings.Builder
	fmt.Fprintf(&out, "txn %d: %v", txn.SeqNum, txn.TxnType)
	if txn.ResyncType != kvs.NotResync {
		fmt.Fprintf(&out, " %v", txn.ResyncType)
	}
	if txn.TxnType == kvs.RetryFailedOps || txn.TxnType == kvs.RetryUnimplOps {
		fmt.Fprintf(&out, " for txn %d", txn.RetryForTxn)
	}
	if txn.RetryAttempt > 0 {
		fmt.Fprintf(&out, ", attempt %d", txn.RetryAttempt)
	}
	if withPlan && txn.WithSimulation {
		out.WriteString(", simulated")
	}
	if txn.Description != "" {
		fmt.Fprintf(&out, ", %q", txn.Description)
	}
	return out.String()
}

func showOp(op *kvs.RecordedTxnOp) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%v %s: %v -> %v", op.Operation, op.Key, op.PrevState, op.NewState)
	for _, flag := range []struct {
		set  bool
		word string
	}{
		{op.NOOP, "NOOP"}, {op.IsDerived && !op.IsProperty, "DERIVED"}, {op.IsProperty, "PROPERTY"},
		{op.IsRecreate, "RECREATE"}, {op.IsRevert, "REVERT"}, {op.IsRetry, "RETRY"},
	} {
		if flag.set {
			out.WriteString(" " + flag.word)
		}
	}
	if op.NewErr != nil {
		fmt.Fprintf(&out, " error: %v", op.NewErr)
	}
	return out.String()
}

func (p *player) record(c command) (lines []string) {
	var txn *kvs.RecordedTxn
	if len(c.args) > 0 {
		txn = p.GetRecordedTransaction(p.number(c.args[0]))
	} else if all := p.GetTransactionHistory(time.Time{}, time.Time{}); len(all) > 0 {
		txn = all[len(all)-1]
	}
	if txn == nil {
		return []string{"not recorded"}
	}
	_, plan := c.flags["plan"]
	lines = append(lines, showTxn(txn, plan))
	if _, values := c.flags["values"]; values {
		// Their order in the record is of no meaning.
		sorted := slices.SortedFunc(slices.Values(txn.Values), func(a, b kvs.RecordedKVPair) int { return strings.Compare(a.Key, b.Key) })
		for _, kv := range sorted {
			line := "value " + kv.Key + " removed"
			if kv.Value != nil {
				line = "value " + show(kv.Key, kv.Value.Message)
			}
			lines = append(lines, fmt.Sprintf("%s %v", line, kv.Origin))
		}
	}
	if plan {
		for _, op := range txn.Planned {
			lines = append(lines, "planned "+showOp(op))
		}
	}
	for _, op := range txn.Executed {
		lines = append(lines, showOp(op))
	}
	return lines
}

func (p *player) history(command) (lines []string) {
	for _, txn := range p.GetTransactionHistory(time.Time{}, time.Time{}) {
		lines = append(lines, fmt.Sprintf("%s: %d values, %d operations", showTxn(txn, false), len(txn.Values), len(txn.Executed)))
	}
	return lines
}

func (p *player) dump(c command) (lines []string) {
	view := map[string]kvs.View{"SB": kvs.SBView, "NB": kvs.NBView, "cached": kvs.CachedView}[c.args[0]]
	dump := p.DumpValuesByDescriptor
	if _, byPrefix := c.flags["prefix"]; byPrefix {
		dump = p.DumpValuesByKeyPrefix
	}
	kvList, err := dump(c.args[1], view)
	if err != nil {
		return failed(err)
	}
	slices.SortFunc(kvList, func(a, b kvs.KVWithMetadata) int { return strings.Compare(a.Key, b.Key) })
	for _, kv := range kvList {
		lines = append(lines, fmt.Sprintf("%s %v%s", show(kv.Key, kv.Value), kv.Origin, showMetadata(kv.Metadata)))
	}
	return lines
}

func (p *player) metadata(c command) (lines []string) {
	names := p.GetMetadataMap(c.args[0])
	if names == nil {
		return []string{"no metadata map"}
	}
	all := make(map[string]any)
	for _, name := range names.ListAllNames() {
		all[name], _ = names.GetValue(name)
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		lines = append(lines, fmt.Sprintf("%s: %v", name, all[name]))
	}
	return lines
}

// errTxn gives the TransactionError inside err.
func errTxn(err error) *kvs.TransactionError {
	var txnErr *kvs.TransactionError
	errors.As(err, &txnErr)
	return txnErr
}
