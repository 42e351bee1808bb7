// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package syncbase

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"go.ligato.io/cn-infra/v2/datasync"
)

// labelled is a value that carries something beside the message, as local
// clients make them.
type labelled struct {
	datasync.LazyValue
	label string
}

// Receivers look into events by type assertions.
func TestShapeOfEvents(t *testing.T) {
	r := NewRegistry()
	rec := subscribe(t, r, "one", "")
	change := NewChange("k", nil, 0, datasync.Put)
	change.KeyVal = NewKeyVal("k", labelled{protoValue{wrapperspb.String("x")}, "blue"}, 0)
	data := map[string]datasync.ChangeValue{"k": change}

	var wg sync.WaitGroup
	wg.Go(func() {
		ev := <-rec.changes
		resp, ok := ev.GetChanges()[0].(*ChangeResp)
		if !ok || resp.CurrVal != datasync.LazyValue(change) {
			t.Errorf("change event has %T with %T, want the change itself", ev.GetChanges()[0], resp.CurrVal)
		}
		ev.Done(nil)
		resync := <-rec.resyncs
		kv, _ := resync.GetValues()[""].GetNext()
		pair, ok := kv.(*KeyVal)
		if !ok {
			t.Errorf("resync event has %T", kv)
		} else if v, ok := pair.LazyValue.(labelled); !ok || v.label != "blue" {
			t.Errorf("resync event has a pair of %T", pair.LazyValue)
		}
		resync.Done(nil)
	})
	if err := errors.Join(r.PropagateChanges(context.Background(), data), r.PropagateResync(context.Background(), data)); err != nil {
		t.Error(err)
	}
	wg.Wait()
}

func TestProtoValues(t *testing.T) {
	value := NewChange("k", durationpb.New(5_000_000_000), 7, datasync.Put)
	if value.GetKey() != "k" || value.GetRevision() != 7 || value.GetChangeType() != datasync.Put {
		t.Errorf("change %s@%d %s", value.GetKey(), value.GetRevision(), value.GetChangeType())
	}
	into := &durationpb.Duration{Nanos: 3}
	if err := value.GetValue(into); err != nil || into.Seconds != 5 || into.Nanos != 3 {
		t.Errorf("merged %v %v", into, err)
	}
	dynamic := dynamicpb.NewMessage(into.ProtoReflect().Descriptor())
	if err := value.GetValue(dynamic); err != nil || !proto.Equal(dynamic, durationpb.New(5_000_000_000)) {
		t.Errorf("dynamic %v %v", dynamic, err)
	}
	if err := value.GetValue(wrapperspb.String("")); err == nil {
		t.Error("a message of another type is accepted")
	}
	if err := value.GetValue(nil); err == nil {
		t.Error("no message is accepted")
	}
	if err := NewChange("k", nil, 0, datasync.Delete).GetValue(into); err != nil || into.Seconds != 5 {
		t.Errorf("deletion touched the message: %v %v", into, err)
	}
}

func TestBytesValues(t *testing.T) {
	msg := new(wrapperspb.StringValue)
	if err := NewChangeBytes("k", []byte(`"x"`), 0, datasync.Put).GetValue(msg); err != nil || msg.Value != "x" {
		t.Errorf("value %v %v", msg, err)
	}
	if err := NewKeyValBytes("k", nil, 0).GetValue(msg); err != nil || msg.Value != "x" {
		t.Errorf("no value touched the message: %v %v", msg, err)
	}
	if err := NewKeyValBytes("k", []byte("{"), 0).GetValue(msg); err == nil {
		t.Error("broken JSON is accepted")
	}
}

func TestIterator(t *testing.T) {
	it := NewKVIterator([]datasync.KeyVal{NewKeyVal("a", nil, 1), NewKeyVal("b", nil, 2)})
	var keys []string
	for kv, all := it.GetNext(); !all; kv, all = it.GetNext() {
		keys = append(keys, kv.GetKey())
	}
	if !slices.Equal(keys, []string{"a", "b"}) {
		t.Errorf("keys %v", keys)
	}
	if kv, all := it.GetNext(); kv != nil || !all {
		t.Errorf("after the end: %v %v", kv, all)
	}
}

func TestRevisions(t *testing.T) {
	r := NewLatestRev()
	value := protoValue{wrapperspb.String("x")}
	if found, prev, rev := r.Put("k", value); found || prev != nil || rev != 0 {
		t.Errorf("first put: %v %v %d", found, prev, rev)
	}
	if found, prev, rev := r.Put("k", value); !found || prev.GetRevision() != 0 || rev != 1 {
		t.Errorf("second put: %v %v %d", found, prev, rev)
	}
	if found, prev := r.PutWithRevision("k", NewKeyVal("k", value, 9)); !found || prev.GetRevision() != 1 {
		t.Errorf("put with revision: %v %v", found, prev)
	}
	r.PutWithRevision("k", NewKeyVal("k", value, 0))
	if found, kv := r.Get("k"); !found || kv.GetRevision() != 10 {
		t.Errorf("get: %v %v", found, kv)
	}
	r.Put("a", value)
	if keys := r.ListKeys(); !slices.Equal(keys, []string{"a", "k"}) {
		t.Errorf("keys %v", keys)
	}
	if found, prev := r.Del("k"); !found || prev.GetRevision() != 10 {
		t.Errorf("del: %v %v", found, prev)
	}
	if found, _ := r.Del("k"); found {
		t.Error("deleted twice")
	}
	r.Cleanup()
	if keys := r.ListKeys(); len(keys) != 0 {
		t.Errorf("keys %v after cleanup", keys)
	}
}

func TestDone(t *testing.T) {
	ev := NewResyncEventDB(context.Background(), nil)
	failed := errors.New("failed")
	ev.Done(failed) // does not wait for a reader
	ev.Done(nil)
	if err := <-ev.DoneChan; !errors.Is(err, failed) {
		t.Errorf("outcome %v, want the first", err)
	}
	NewDoneChannel(nil).Done(nil)
	new(DoneCallback).Done(nil)
	new(ChangeEvent).Done(nil)
	var got error
	(&DoneCallback{Callback: func(err error) { got = err }}).Done(failed)
	if !errors.Is(got, failed) {
		t.Errorf("callback got %v", got)
	}
}

func TestAggregateDone(t *testing.T) {
	failed := errors.New("failed")
	done := make(chan error, 1)
	AggregateDone([]func(chan error){
		func(ch chan error) { ch <- nil },
		func(ch chan error) { ch <- failed },
		func(ch chan error) { go func() { ch <- nil }() },
	}, done)
	if err := <-done; !errors.Is(err, failed) {
		t.Errorf("outcome %v", err)
	}
}

func TestAdapter(t *testing.T) {
	a := &Adapter{}
	if _, err := a.Watch("w", nil, nil); err == nil {
		t.Error("Watch without a source succeeds")
	}
	if err := a.Put("k", nil); err != nil {
		t.Errorf("Put without a sink: %v", err)
	}
	a.Watcher = NewRegistry()
	if _, err := a.Watch("w", nil, nil); err != nil {
		t.Error(err)
	}
}
