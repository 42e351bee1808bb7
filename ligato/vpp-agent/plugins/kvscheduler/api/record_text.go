// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"fmt"
	"strings"
	"time"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/utils"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// indentStep is the number of spaces of one level in the text form.
const indentStep = 4

// nilText stands for what a decoded record lacks.
const nilText = "<NIL>"

// textWriter writes lines with an indentation. Everything is written once
// into one buffer: the text of a transaction may have thousands of lines.
type textWriter struct {
	strings.Builder
}

func (w *textWriter) line(indent int, parts ...string) {
	for range indent {
		w.WriteByte(' ')
	}
	for _, part := range parts {
		w.WriteString(part)
	}
	w.WriteByte('\n')
}

// String is StringWithOpts without details and indentation.
func (txn *RecordedTxn) String() string {
	return txn.StringWithOpts(false, false, 0)
}

// StringWithOpts renders the record for people, indented by indent spaces.
// With resultOnly the arguments and the plan are left out, with verbose the
// states before and after each operation are added.
func (txn *RecordedTxn) StringWithOpts(resultOnly, verbose bool, indent int) string {
	var w textWriter
	txn.write(&w, resultOnly, verbose, indent)
	return w.String()
}

func (txn *RecordedTxn) write(w *textWriter, resultOnly, verbose bool, indent int) {
	if txn == nil {
		w.line(indent, nilText)
		return
	}
	if !resultOnly {
		w.line(indent, "* transaction arguments:")
		txn.writeArguments(w, indent+indentStep)
		if txn.WithSimulation || len(txn.Planned) > 0 {
			w.line(indent, "* planned operations:")
			txn.Planned.write(w, verbose, indent+indentStep)
		}
	}
	if txn.PreRecord {
		return
	}
	if len(txn.Executed) == 0 {
		w.line(indent, "* executed operations:")
	} else {
		w.line(indent, "* executed operations (",
			txn.Start.Round(time.Millisecond).String(), " -> ",
			txn.Stop.Round(time.Millisecond).String(), ", dur: ",
			txn.Stop.Sub(txn.Start).Round(time.Millisecond).String(), "):")
	}
	txn.Executed.write(w, verbose, indent+indentStep)
}

func (txn *RecordedTxn) writeArguments(w *textWriter, indent int) {
	w.line(indent, "- seqNum: ", fmt.Sprint(txn.SeqNum))
	kind := TxnTypeToString(txn.TxnType)
	switch {
	case txn.TxnType == NBTransaction && txn.ResyncType != NotResync:
		kind += ", " + ResyncTypeToString(txn.ResyncType)
	case txn.TxnType == RetryFailedOps:
		kind += fmt.Sprintf(" (for txn #%d, attempt #%d)", txn.RetryForTxn, txn.RetryAttempt)
	case txn.TxnType == RetryUnimplOps:
		kind += fmt.Sprintf(" (for txn #%d)", txn.RetryForTxn)
	}
	w.line(indent, "- type: ", kind)
	if txn.Description != "" {
		w.line(indent, "- Description: ", txn.Description)
	}
	if txn.ResyncType == DownstreamResync {
		return
	}
	if len(txn.Values) == 0 {
		w.line(indent, "- values: NONE")
		return
	}
	w.line(indent, "- values:")
	for _, kv := range txn.Values {
		if txn.ResyncType != NotResync && kv.Origin == FromSB {
			// Carried along by the resync, not given by anybody.
			continue
		}
		w.line(indent+indentStep, "- key: ", kv.Key)
		w.line(indent+indentStep, "  val: ", utils.ProtoToString(kv.Value))
	}
}

// String is StringWithOpts without details and indentation.
func (op *RecordedTxnOp) String() string {
	return op.StringWithOpts(0, false, 0)
}

// StringWithOpts renders the operation, numbered index+1 and indented by
// indent spaces. With verbose the states before and after are added.
func (op *RecordedTxnOp) StringWithOpts(index int, verbose bool, indent int) string {
	var w textWriter
	op.write(&w, index, verbose, indent)
	return w.String()
}

func (op *RecordedTxnOp) write(w *textWriter, index int, verbose bool, indent int) {
	if op == nil {
		w.line(indent, nilText)
		return
	}
	head := fmt.Sprintf("%d. %v", index+1, op.Operation)
	if flags := op.flags(); len(flags) > 0 {
		head += " [" + strings.Join(flags, " ") + "]"
	}
	w.line(indent, head, ":")
	indent += indentStep

	w.line(indent, "- key: ", op.Key)
	switch op.Operation {
	case kvscheduler.TxnOperation_UPDATE:
		w.line(indent, "- prev-value: ", utils.ProtoToString(op.PrevValue), " ")
		w.line(indent, "- new-value: ", utils.ProtoToString(op.NewValue), " ")
	case kvscheduler.TxnOperation_DELETE:
		w.line(indent, "- value: ", utils.ProtoToString(op.PrevValue), " ")
	case kvscheduler.TxnOperation_CREATE:
		w.line(indent, "- value: ", utils.ProtoToString(op.NewValue), " ")
	}
	if text := errorText(op.PrevErr, op.PrevErrMsg); text != "" {
		w.line(indent, "- prev-error: ", text)
	}
	if text := errorText(op.NewErr, op.NewErrMsg); text != "" {
		w.line(indent, "- error: ", text)
	}
	if verbose {
		w.line(indent, "- prev-state: ", op.PrevState.String())
		w.line(indent, "- new-state: ", op.NewState.String())
	}
}

// errorText prefers the message, which survives encoding.
func errorText(err error, msg string) string {
	if msg == "" && err != nil {
		return err.Error()
	}
	return msg
}

// String is StringWithOpts without details and indentation.
func (ops RecordedTxnOps) String() string {
	return ops.StringWithOpts(false, 0)
}

// StringWithOpts renders the numbered operations, "<NONE>" for no operation.
func (ops RecordedTxnOps) StringWithOpts(verbose bool, indent int) string {
	var w textWriter
	ops.write(&w, verbose, indent)
	return w.String()
}

func (ops RecordedTxnOps) write(w *textWriter, verbose bool, indent int) {
	if len(ops) == 0 {
		w.line(indent, "<NONE>")
		return
	}
	for i, op := range ops {
		op.write(w, i, verbose, indent)
	}
}

// String is StringWithOpts without details and indentation.
func (txns RecordedTxns) String() string {
	return txns.StringWithOpts(false, false, 0)
}

// StringWithOpts renders the transactions, each below a line with its
// sequence number and with an empty line between them.
func (txns RecordedTxns) StringWithOpts(resultOnly, verbose bool, indent int) string {
	var w textWriter
	if len(txns) == 0 {
		w.line(indent, "<NONE>")
	}
	for i, txn := range txns {
		if i > 0 {
			w.WriteByte('\n')
		}
		if txn != nil {
			w.line(indent, fmt.Sprintf("Transaction #%d:", txn.SeqNum))
		}
		txn.write(&w, resultOnly, verbose, indent+indentStep)
	}
	return w.String()
}
