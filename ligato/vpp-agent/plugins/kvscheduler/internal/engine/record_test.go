// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// parseOps reads "C a NONEXISTENT>PENDING; ...".
func parseOps(text string) (ops []*api.RecordedTxnOp) {
	kinds := map[string]kvscheduler.TxnOperation{
		"C": kvscheduler.TxnOperation_CREATE, "U": kvscheduler.TxnOperation_UPDATE, "D": kvscheduler.TxnOperation_DELETE,
	}
	for _, item := range strings.Split(text, "; ") {
		fields := strings.Fields(item)
		from, to, _ := strings.Cut(fields[2], ">")
		ops = append(ops, &api.RecordedTxnOp{
			Operation: kinds[fields[0]], Key: fields[1],
			PrevState: kvscheduler.ValueState(kvscheduler.ValueState_value[from]),
			NewState:  kvscheduler.ValueState(kvscheduler.ValueState_value[to]),
		})
	}
	return ops
}

func showOps(ops []*api.RecordedTxnOp) string {
	var items []string
	for _, op := range ops {
		items = append(items, fmt.Sprintf("%.1s %s %v>%v", op.Operation, op.Key, op.PrevState, op.NewState))
	}
	return strings.Join(items, "; ")
}

func TestCompress(t *testing.T) {
	for ops, want := range map[string]string{
		"C a NONEXISTENT>PENDING": "C a NONEXISTENT>PENDING",
		"C a NONEXISTENT>PENDING; C b NONEXISTENT>CONFIGURED; C a PENDING>FAILED":    "C b NONEXISTENT>CONFIGURED; C a NONEXISTENT>FAILED",
		"C a NONEXISTENT>PENDING; D a PENDING>REMOVED; C a REMOVED>CONFIGURED":       "C a NONEXISTENT>PENDING; D a PENDING>REMOVED; C a REMOVED>CONFIGURED",
		"D a CONFIGURED>PENDING; D b CONFIGURED>REMOVED; D a PENDING>REMOVED":        "D a CONFIGURED>REMOVED; D b CONFIGURED>REMOVED",
		"C a NONEXISTENT>PENDING; C a PENDING>PENDING; C a PENDING>CONFIGURED":       "C a NONEXISTENT>CONFIGURED",
		"D a CONFIGURED>PENDING; C a PENDING>CONFIGURED; D a CONFIGURED>PENDING":     "D a CONFIGURED>PENDING; C a PENDING>CONFIGURED; D a CONFIGURED>PENDING",
		"U a CONFIGURED>PENDING; D a PENDING>REMOVED; C a NONEXISTENT>UNIMPLEMENTED": "U a CONFIGURED>PENDING; D a PENDING>REMOVED; C a NONEXISTENT>UNIMPLEMENTED",
	} {
		if got := showOps(compress(parseOps(ops))); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", ops, got, want)
		}
	}
}

func TestDelay(t *testing.T) {
	constant := &api.RetryOpt{Period: time.Second}
	doubling := &api.RetryOpt{Period: time.Second, ExpBackoff: true}
	for _, tt := range []struct {
		opt     *api.RetryOpt
		attempt int
		want    time.Duration
	}{
		{constant, 1, time.Second},
		{constant, 9, time.Second},
		{doubling, 1, time.Second},
		{doubling, 4, 8 * time.Second},
		{doubling, 1000, 4096 * time.Second},
	} {
		if got := delay(tt.opt, tt.attempt); got != tt.want {
			t.Errorf("delay before attempt %d of %+v: %v, want %v", tt.attempt, tt.opt, got, tt.want)
		}
	}
}
