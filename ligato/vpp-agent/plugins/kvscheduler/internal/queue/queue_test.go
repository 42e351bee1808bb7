// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package queue

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/wrapperspb"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/engine"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/utils"
)

// parse reads "a=1 b" as a value for a and the removal of b.
func parse(text string) (values []engine.Value) {
	for _, item := range strings.Fields(text) {
		key, value, found := strings.Cut(item, "=")
		v := engine.Value{Key: key}
		if found {
			v.Value = utils.RecordProtoMessage(wrapperspb.String(value))
		}
		values = append(values, v)
	}
	return values
}

func show(values []engine.Value) string {
	var items []string
	for _, v := range values {
		item := v.Key
		if v.Value != nil {
			item += "=" + v.Value.Message.(*wrapperspb.StringValue).GetValue()
		}
		items = append(items, item)
	}
	return strings.Join(items, " ")
}

func TestNotificationsAreMergedWhenMany(t *testing.T) {
	q := New(time.Now)
	defer q.Close()
	for i := range 10 * Capacity {
		if err := q.PushNotification(parse(fmt.Sprintf("k%d=%d", i%7, i))); err != nil {
			t.Fatal(err)
		}
	}
	if got := q.Len(); got != Capacity {
		t.Errorf("%d entries", got)
	}
	last := make(map[string]string)
	for range Capacity {
		e, ok := q.Pop()
		if !ok || !e.IsNotification() {
			t.Fatal("no notification")
		}
		for _, item := range strings.Fields(show(e.Notification())) {
			key, value, _ := strings.Cut(item, "=")
			last[key] = value
		}
	}
	for k := range 7 {
		n := 10*Capacity - 1
		for n%7 != k {
			n--
		}
		if got, want := last[fmt.Sprintf("k%d", k)], fmt.Sprint(n); got != want {
			t.Errorf("k%d is %s at last, want %s", k, got, want)
		}
	}
}

func TestPlaces(t *testing.T) {
	q := New(time.Now)
	for i := range Capacity {
		if err := q.TryPush(i); err != nil {
			t.Fatal(err)
		}
	}
	if err := q.TryPush("one more"); !errors.Is(err, api.ErrTxnQueueFull) {
		t.Errorf("push to a full queue: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := q.WaitPush(ctx, "canceled"); !errors.Is(err, context.Canceled) {
		t.Errorf("push with a canceled context: %v", err)
	}
	if err := q.Push("no place needed"); err != nil {
		t.Error(err)
	}
	pushed := make(chan error)
	go func() { pushed <- q.WaitPush(context.Background(), "waited") }()
	var order []any
	for range Capacity + 2 {
		e, _ := q.Pop()
		order = append(order, e.Payload)
	}
	if err := <-pushed; err != nil {
		t.Error(err)
	}
	if order[0] != 0 || order[Capacity] != "no place needed" || order[Capacity+1] != "waited" {
		t.Errorf("order %v", order)
	}

	go func() { pushed <- q.WaitPush(context.Background(), "dropped") }()
	if err := <-pushed; err != nil {
		t.Error(err)
	}
	q.Close()
	q.Close()
	if _, ok := q.Pop(); ok {
		t.Error("entry after Close")
	}
	for _, err := range []error{q.Push(1), q.TryPush(1), q.WaitPush(context.Background(), 1), q.PushNotification(parse("a"))} {
		if !errors.Is(err, api.ErrClosedScheduler) {
			t.Errorf("push after Close: %v", err)
		}
	}
}
