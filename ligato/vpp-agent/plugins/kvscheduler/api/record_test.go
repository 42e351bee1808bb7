// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/utils"
	. "go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"

	// The messages of the recorded history.
	_ "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	_ "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"
)

// testdata/history.json and history.txt show one history as a running agent
// served it and as a client printed it.

func readHistory(t *testing.T) (RecordedTxns, []byte) {
	t.Helper()
	served, err := os.ReadFile("testdata/history.json")
	if err != nil {
		t.Fatal(err)
	}
	var txns RecordedTxns
	if err := json.Unmarshal(served, &txns); err != nil {
		t.Fatal(err)
	}
	return txns, served
}

func TestHistoryRoundTripsThroughJSON(t *testing.T) {
	txns, served := readHistory(t)
	got, err := json.MarshalIndent(txns, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(bytes.TrimSpace(served)), string(got)); diff != "" {
		t.Errorf("-served +encoded again\n%s", diff)
	}
}

func TestHistoryDecodesToItsValues(t *testing.T) {
	txns, _ := readHistory(t)
	if len(txns) != 5 {
		t.Fatalf("%d transactions, want 5", len(txns))
	}
	resync := txns[1]
	if resync.TxnType != NBTransaction || resync.ResyncType != FullResync || resync.Values[0].Origin != FromSB {
		t.Errorf("transaction 1 decoded as %+v", resync)
	}
	op := txns[2].Executed[0]
	if op.Operation != TxnOperation_CREATE || op.NewState != ValueState_PENDING || !op.NOOP ||
		op.NewValue.ProtoMsgName != "ligato.linux.interfaces.Interface" || op.PrevValue != nil {
		t.Errorf("operation of transaction 2 decoded as %+v", op)
	}
}

func TestHistoryAsText(t *testing.T) {
	txns, _ := readHistory(t)
	want, err := os.ReadFile("testdata/history.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), txns.String()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func value(s string) *utils.RecordedProtoMessage {
	return utils.RecordProtoMessage(wrapperspb.String(s))
}

var start = time.Date(2026, 1, 1, 10, 0, 0, 1, time.UTC)

// unindent removes the indentation that a literal has in this file.
func unindent(s string) string {
	return strings.ReplaceAll(strings.TrimPrefix(s, "\n"), "\n\t\t", "\n")[2:]
}

func TestRecordAsText(t *testing.T) {
	change := &RecordedTxn{
		Start: start, Stop: start.Add(1500 * time.Microsecond), SeqNum: 7,
		TxnType: NBTransaction, WithSimulation: true, Description: "swap a and b",
		Values: []RecordedKVPair{
			{Key: "a", Value: value("1"), Origin: FromNB},
			{Key: "b", Origin: FromNB},
			{Key: "e", Value: utils.RecordProtoMessage(&emptypb.Empty{}), Origin: FromNB},
		},
		Executed: RecordedTxnOps{
			{Operation: TxnOperation_DELETE, Key: "b", PrevState: ValueState_CONFIGURED, PrevValue: value("0"), NewState: ValueState_REMOVED},
			{Operation: TxnOperation_UPDATE, Key: "a", PrevState: ValueState_RETRYING, PrevValue: value("0"), PrevErr: errors.New("was busy"),
				NewState: ValueState_FAILED, NewValue: value("1"), NewErr: errors.New("is busy"), NewErrMsg: "is busy"},
			{Operation: TxnOperation_CREATE, Key: "e", NewValue: utils.RecordProtoMessage(&emptypb.Empty{}), NewState: ValueState_CONFIGURED},
		},
	}
	retry := &RecordedTxn{Start: start, Stop: start, SeqNum: 8, TxnType: RetryFailedOps, RetryForTxn: 7, RetryAttempt: 2, PreRecord: true,
		Planned: RecordedTxnOps{{Operation: TxnOperation_CREATE, Key: "a", NewValue: value("1"), IsRetry: true, PrevState: ValueState_RETRYING, NewState: ValueState_CONFIGURED}}}
	resync := &RecordedTxn{Start: start, Stop: start, SeqNum: 9, TxnType: NBTransaction, ResyncType: FullResync,
		Values: []RecordedKVPair{{Key: "a", Value: value("1"), Origin: FromNB}, {Key: "sb", Value: value("x"), Origin: FromSB}}}

	tests := []struct {
		name string
		got  string
		want string
	}{
		{"everything", change.StringWithOpts(false, true, 0), `
		* transaction arguments:
		    - seqNum: 7
		    - type: NB Transaction
		    - Description: swap a and b
		    - values:
		        - key: a
		          val: { value:"1" }
		        - key: b
		          val: <NIL>
		        - key: e
		          val: <EMPTY>
		* planned operations:
		    <NONE>
		* executed operations (2026-01-01 10:00:00 +0000 UTC -> 2026-01-01 10:00:00.002 +0000 UTC, dur: 2ms):
		    1. DELETE:
		        - key: b
		        - value: { value:"0" } 
		        - prev-state: CONFIGURED
		        - new-state: REMOVED
		    2. UPDATE [STILL-FAILING]:
		        - key: a
		        - prev-value: { value:"0" } 
		        - new-value: { value:"1" } 
		        - prev-error: was busy
		        - error: is busy
		        - prev-state: RETRYING
		        - new-state: FAILED
		    3. CREATE:
		        - key: e
		        - value: <EMPTY> 
		        - prev-state: NONEXISTENT
		        - new-state: CONFIGURED
`},
		{"result only", (&RecordedTxn{Start: start, Stop: start, Executed: change.Executed[:1]}).StringWithOpts(true, false, 2), `
		  * executed operations (2026-01-01 10:00:00 +0000 UTC -> 2026-01-01 10:00:00 +0000 UTC, dur: 0s):
		      1. DELETE:
		          - key: b
		          - value: { value:"0" } 
`},
		{"retry being executed", retry.String(), `
		* transaction arguments:
		    - seqNum: 8
		    - type: Retry Transaction (for txn #7, attempt #2)
		    - values: NONE
		* planned operations:
		    1. CREATE [RETRY FIXED]:
		        - key: a
		        - value: { value:"1" } 
`},
		{"resync leaves out what it carries along", resync.String(), `
		* transaction arguments:
		    - seqNum: 9
		    - type: NB Transaction, Full Resync
		    - values:
		        - key: a
		          val: { value:"1" }
		* executed operations:
		    <NONE>
`},
		{"downstream resync has no values", (&RecordedTxn{SeqNum: 1, TxnType: NBTransaction, ResyncType: DownstreamResync}).String(), `
		* transaction arguments:
		    - seqNum: 1
		    - type: NB Transaction, SB Sync
		* executed operations:
		    <NONE>
`},
		{"late descriptor", (&RecordedTxn{SeqNum: 2, TxnType: RetryUnimplOps, RetryForTxn: 1}).String(), `
		* transaction arguments:
		    - seqNum: 2
		    - type: RetryUnimplOps (for txn #1)
		    - values: NONE
		* executed operations:
		    <NONE>
`},
		{"notification", (&RecordedTxn{SeqNum: 3, TxnType: SBNotification, Values: []RecordedKVPair{{Key: "sb", Value: value("x"), Origin: FromSB}}}).String(), `
		* transaction arguments:
		    - seqNum: 3
		    - type: SB Notification
		    - values:
		        - key: sb
		          val: { value:"x" }
		* executed operations:
		    <NONE>
`},
		{"one operation", change.Executed[0].String(), `
		1. DELETE:
		    - key: b
		    - value: { value:"0" } 
`},
		{"no operations", RecordedTxnOps(nil).StringWithOpts(false, 4), `
		    <NONE>
`},
		{"no transactions", RecordedTxns(nil).String(), `
		<NONE>
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(unindent(tt.want), tt.got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestRecordIsTheSameTextAfterJSON(t *testing.T) {
	txn := &RecordedTxn{Start: start, Stop: start.Add(time.Second), SeqNum: 1, TxnType: NBTransaction,
		Executed: RecordedTxnOps{{Operation: TxnOperation_UPDATE, Key: "a", PrevValue: value("0"), NewValue: value("1"),
			PrevState: ValueState_CONFIGURED, NewState: ValueState_FAILED, NewErr: errors.New("boom"), NewErrMsg: "boom"}}}
	b, err := json.Marshal(txn)
	if err != nil {
		t.Fatal(err)
	}
	var back RecordedTxn
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(txn.StringWithOpts(false, true, 0), back.StringWithOpts(false, true, 0)); diff != "" {
		t.Errorf("-recorded +decoded\n%s", diff)
	}
}

func TestRecordAsJSON(t *testing.T) {
	txn := &RecordedTxn{
		Start: start, Stop: start.Add(500 * time.Microsecond).Add(-1), SeqNum: 0, TxnType: NBTransaction,
		Values: []RecordedKVPair{{Key: "k", Value: value("a"), Origin: FromNB}, {Key: "gone", Origin: FromNB}},
		Executed: RecordedTxnOps{{Operation: TxnOperation_CREATE, Key: "k", NewState: ValueState_PENDING,
			NewValue: value("a"), NOOP: true}},
	}
	want := `{"Start":"2026-01-01T10:00:00.000000001Z","Stop":"2026-01-01T10:00:00.0005Z","SeqNum":0,` +
		`"TxnType":"NBTransaction",` +
		`"Values":[{"Key":"k","Value":{"ProtoMsgName":"google.protobuf.StringValue","ProtoMsgData":"a"},"Origin":1},` +
		`{"Key":"gone","Value":null,"Origin":1}],` +
		`"Executed":[{"Operation":"CREATE","Key":"k","NewState":"PENDING",` +
		`"NewValue":{"ProtoMsgName":"google.protobuf.StringValue","ProtoMsgData":"a"},"NOOP":true}]}`
	got, err := json.Marshal(txn)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestDumpElementAsJSON(t *testing.T) {
	element := RecordedKVWithMetadata{RecordedKVPair: RecordedKVPair{
		Key: "linux/interface/host-name/eth0", Value: utils.RecordProtoMessage(&emptypb.Empty{}), Origin: FromSB}}
	want := `{"Key":"linux/interface/host-name/eth0",` +
		`"Value":{"ProtoMsgName":"google.protobuf.Empty","ProtoMsgData":{}},"Origin":2,"Metadata":null}`
	got, err := json.Marshal(element)
	if err != nil || string(got) != want {
		t.Errorf("got  %s (%v)\nwant %s", got, err, want)
	}
}

// TestTextGrowsWithTheRecord guards against building the text by repeated
// concatenation, where thousands of values cost gigabytes.
func TestTextGrowsWithTheRecord(t *testing.T) {
	allocated := func(n int) uint64 {
		txn := &RecordedTxn{SeqNum: 1, TxnType: NBTransaction}
		for range n {
			txn.Values = append(txn.Values, RecordedKVPair{Key: "some/key", Value: value("v"), Origin: FromNB})
			txn.Executed = append(txn.Executed, &RecordedTxnOp{Operation: TxnOperation_CREATE, Key: "some/key", NewValue: value("v")})
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_ = txn.String()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	small, large := allocated(500), allocated(5000)
	if large > 30*small {
		t.Errorf("text of 500 values allocates %d bytes, of 5000 values %d", small, large)
	}
}

func FuzzRecordUnmarshalJSON(f *testing.F) {
	served, err := os.ReadFile("testdata/history.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(served)
	f.Add([]byte(`[{"TxnType":"nosuch","ResyncType":9,"Executed":[null]}]`))
	f.Add([]byte(`[{"Executed":[{"Operation":4,"NewState":"FAILED","PrevState":"RETRYING"}]}]`))
	f.Add([]byte(`[null]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var txns RecordedTxns
		if json.Unmarshal(b, &txns) != nil {
			return
		}
		if txns.StringWithOpts(false, true, 1) == "" {
			t.Error("no text")
		}
	})
}
