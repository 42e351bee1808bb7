// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	. "go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

func TestTexts(t *testing.T) {
	boom := errors.New("boom")
	empty := &emptypb.Empty{}
	tests := []struct {
		got  fmt.Stringer
		want string
	}{
		{SBView, "SB"}, {NBView, "NB"}, {CachedView, "cached"}, {View(9), "cached"},
		{UnknownOrigin, "unknown"}, {FromNB, "from-NB"}, {FromSB, "from-SB"}, {ValueOrigin(9), "unknown"},
		{NotResync, "NotResync"}, {FullResync, "FullResync"}, {UpstreamResync, "UpstreamResync"},
		{DownstreamResync, "DownstreamResync"}, {ResyncType(9), "UnknownResync"},
		{SBNotification, "SBNotification"}, {NBTransaction, "NBTransaction"}, {RetryFailedOps, "RetryFailedOps"},
		{RetryUnimplOps, "RetryUnimplOps"}, {TxnType(9), "UndefinedTxnType"},

		{text(ResyncTypeToString(NotResync)), "Not Resync"}, {text(ResyncTypeToString(FullResync)), "Full Resync"},
		{text(ResyncTypeToString(UpstreamResync)), "NB Sync"}, {text(ResyncTypeToString(DownstreamResync)), "SB Sync"},
		{text(TxnTypeToString(NBTransaction)), "NB Transaction"}, {text(TxnTypeToString(SBNotification)), "SB Notification"},
		{text(TxnTypeToString(RetryFailedOps)), "Retry Transaction"}, {text(TxnTypeToString(RetryUnimplOps)), "RetryUnimplOps"},

		{errText(ErrCombinedDownstreamResyncWithChange), "downstream resync combined with data changes in one transaction"},
		{errText(ErrRevertNotSupportedWithResync), "it is not supported to combine resync with revert"},
		{errText(ErrClosedScheduler), "scheduler was closed"},
		{errText(ErrTxnWaitCanceled), "waiting for result of blocking transaction was canceled"},
		{errText(ErrTxnQueueFull), "transaction queue is full"},
		{errText(ErrUnimplementedCreate), "operation Create is not implemented"},
		{errText(ErrUnimplementedDelete), "operation Delete is not implemented"},
		{errText(ErrDescriptorExists), "descriptor already exist"},
		{errText(ErrEscapedNetNs), "operation didn't preserve the original network namespace"},

		{errText(ErrInvalidValueType("", empty)), "value () has invalid type"},
		{errText(ErrInvalidValueType("k", empty)), "value () has invalid type for key: k"},
		{errText(ErrInvalidValueType("k", nil)), "value (<nil>) has invalid type for key: k"},
		{errText(ErrInvalidMetadataType("")), "metadata has invalid type"},
		{errText(ErrInvalidMetadataType("k")), "metadata has invalid type for key: k"},

		{errText((*TransactionError)(nil)), ""},
		{errText(NewTransactionError(nil, nil)), ""},
		{errText(NewTransactionError(ErrTxnQueueFull, nil)), "transaction queue is full"},
		{errText(NewTransactionError(nil, []KeyWithError{{Key: "d", TxnOperation: TxnOperation_DELETE, Error: boom}})),
			"KeyErrors: [d (DELETE): boom]"},
		{errText(NewTransactionError(nil, []KeyWithError{
			{Key: "a", TxnOperation: TxnOperation_CREATE, Error: boom},
			{Key: "b", TxnOperation: TxnOperation_UPDATE, Error: ErrUnimplementedCreate}})),
			"KeyErrors: [a (CREATE): boom, b (UPDATE): operation Create is not implemented]"},

		{errText((*InvalidValueError)(nil)), ""},
		{errText(NewInvalidValueError(nil, "a")), ""},
		{errText(NewInvalidValueError(boom)), "boom"},
		{errText(NewInvalidValueError(boom, "")), "boom"},
		{errText(NewInvalidValueError(boom, "mtu")), "field mtu is invalid: boom"},
		{errText(NewInvalidValueError(boom, "a", "b")), "fields [a b] are invalid: boom"},

		{errText(NewVerificationError("k", ExpectedToExist)), "value is not actually configured"},
		{errText(NewVerificationError("k", ExpectedToNotExist)), "value is not actually removed"},
		{errText(NewVerificationError("k", NotEquivalent)), "applied value is not equivalent with the refreshed value"},
	}
	for _, tt := range tests {
		if got := tt.got.String(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

type text string

func (s text) String() string { return string(s) }

func errText(err error) fmt.Stringer { return text(err.Error()) }

func TestInvalidMessagesError(t *testing.T) {
	boom := errors.New("boom")
	message, parent := wrapperspb.String("child"), wrapperspb.String("parent")
	msgErr := NewInvalidMessageError(message, NewInvalidValueError(boom, "mtu"), parent)
	err := NewInvalidMessagesError([]*InvalidMessageError{msgErr, NewInvalidMessageError(message, NewInvalidValueError(boom), nil)})

	lines := strings.Split(strings.TrimSpace(err.Error()), "\n")
	want := []string{
		"some messages are invalid:",
		fmt.Sprintf("message is not valid due to: field mtu is invalid: boom (message=%v, parentMessage=%v)", message, parent),
		fmt.Sprintf("message is not valid due to: boom (message=%v, parentMessage=<nil>)", message),
	}
	if len(lines) != len(want) {
		t.Fatalf("%d lines, want %d:\n%s", len(lines), len(want), err)
	}
	for i := range want {
		if lines[i] != want[i] {
			t.Errorf("line %d\ngot  %s\nwant %s", i, lines[i], want[i])
		}
	}
	if msgErr.Message() != message || msgErr.ParentMessage() != parent || !errors.Is(msgErr.ValidationError(), boom) ||
		len(msgErr.InvalidFields()) != 1 || msgErr.InvalidFields()[0] != "mtu" || err.MessageErrors()[0] != msgErr {
		t.Errorf("parts of %v", msgErr)
	}
	if !errors.Is(err, boom) {
		t.Error("the reason is not found by errors.Is")
	}
	if none := NewInvalidMessageError(nil, nil, nil); none.InvalidFields() != nil || none.ValidationError() != nil || errors.Unwrap(none) != nil {
		t.Errorf("parts of an error without a reason: %v", none)
	}
}

func TestErrorsAreFoundInside(t *testing.T) {
	boom := errors.New("boom")
	invalid := NewInvalidValueError(boom, "mtu")
	err := error(NewTransactionError(nil, []KeyWithError{{Key: "a", Error: ErrUnimplementedCreate}, {Key: "b", Error: invalid}, {Key: "c"}}))
	for _, inside := range []error{boom, invalid, ErrUnimplementedCreate} {
		if !errors.Is(err, inside) {
			t.Errorf("%v is not found", inside)
		}
	}
	if errors.Is(err, ErrTxnQueueFull) {
		t.Error("found what is not there")
	}
	if !errors.Is(NewTransactionError(ErrTxnQueueFull, nil), ErrTxnQueueFull) {
		t.Error("the reason of a refusal is not found")
	}
	var none *TransactionError
	if none.GetKVErrors() != nil || none.GetTxnInitError() != nil || none.Unwrap() != nil {
		t.Error("a nil TransactionError has contents")
	}
	var noValue *InvalidValueError
	if noValue.GetInvalidFields() != nil || noValue.GetValidationError() != nil || noValue.Unwrap() != nil {
		t.Error("a nil InvalidValueError has contents")
	}
	if v := NewVerificationError("k", NotEquivalent); v.Key() != "k" || v.Type() != NotEquivalent {
		t.Errorf("parts of %v", v)
	}
}

func TestOptions(t *testing.T) {
	ctx := context.Background()
	if rt, verbose := IsResync(ctx); rt != NotResync || verbose {
		t.Error("resync without WithResync")
	}
	if args, set := IsWithRetry(ctx); args != nil || set {
		t.Error("retry without WithRetry")
	}
	if text, set := IsWithDescription(ctx); text != "" || set {
		t.Error("description without WithDescription")
	}
	if IsNonBlockingTxn(ctx) || IsWithRevert(ctx) || IsWithSimulation(ctx) {
		t.Error("options without being set")
	}

	all := WithSimulation(WithDescription(WithRevert(WithoutBlocking(WithRetry(
		WithResync(ctx, UpstreamResync, true), time.Minute, 7, true))), ""))
	if rt, verbose := IsResync(all); rt != UpstreamResync || !verbose {
		t.Errorf("resync %v, %v", rt, verbose)
	}
	if args, set := IsWithRetry(all); !set || *args != (RetryOpt{Period: time.Minute, MaxCount: 7, ExpBackoff: true}) {
		t.Errorf("retry %v, %v", args, set)
	}
	if text, set := IsWithDescription(all); text != "" || !set {
		t.Error("an empty description is a description")
	}
	if !IsNonBlockingTxn(all) || !IsWithRevert(all) || !IsWithSimulation(all) {
		t.Error("options are lost")
	}

	defaults := RetryOpt{Period: time.Second, MaxCount: 3, ExpBackoff: true}
	if args, _ := IsWithRetry(WithRetryDefault(ctx)); *args != defaults {
		t.Errorf("default retry %v", *args)
	}
	defaults.MaxCount = 9
	if args, _ := IsWithRetry(WithRetryMaxCount(ctx, 9)); *args != defaults {
		t.Errorf("retry with a count %v", *args)
	}

	// What is returned is a copy.
	args, _ := IsWithRetry(all)
	args.MaxCount = 0
	if again, _ := IsWithRetry(all); again.MaxCount != 7 {
		t.Error("the option was changed through its copy")
	}
}

func TestTypesAsJSON(t *testing.T) {
	for n, name := range resyncTypeNames {
		checkJSON(t, n, name, NotResync)
	}
	for n, name := range txnTypeNames {
		checkJSON(t, n, name, TxnType(-1))
	}
	origin, err := json.Marshal(FromSB)
	if err != nil || string(origin) != "2" {
		t.Errorf("an origin encodes as %s (%v), want 2", origin, err)
	}
}

func checkJSON[T ResyncType | TxnType](t *testing.T, n T, name string, unknown T) {
	t.Helper()
	b, err := json.Marshal(n)
	if err != nil || string(b) != `"`+name+`"` {
		t.Errorf("%d encodes as %s (%v)", n, b, err)
	}
	for in, want := range map[string]T{string(b): n, fmt.Sprint(int(n)): n, `"nosuch"`: unknown} {
		got := T(77)
		if err := json.Unmarshal([]byte(in), &got); err != nil || got != want {
			t.Errorf("%s decodes as %d (%v), want %d", in, got, err, want)
		}
	}
	for _, in := range []string{`{}`, `1.5`, `true`} {
		got := T(77)
		if err := json.Unmarshal([]byte(in), &got); err == nil || got != 77 {
			t.Errorf("%s decodes as %d (%v), want an error", in, got, err)
		}
	}
}

func FuzzTypesUnmarshalJSON(f *testing.F) {
	for _, seed := range []string{`"FullResync"`, `"NBTransaction"`, `2`, `-1`, `null`, `"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var resync ResyncType
		if err := resync.UnmarshalJSON(b); err != nil && resync != NotResync {
			t.Errorf("changed to %v in spite of %v", resync, err)
		}
		var txn TxnType
		if err := txn.UnmarshalJSON(b); err != nil && txn != SBNotification {
			t.Errorf("changed to %v in spite of %v", txn, err)
		}
	})
}
