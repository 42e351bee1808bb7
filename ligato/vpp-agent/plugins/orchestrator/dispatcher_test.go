// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/orchestrator/contextdecorator"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
)

const prefix = "config/linux/interfaces/v2/interface/"

func iface(name string, mtu uint32) *linux_interfaces.Interface {
	return &linux_interfaces.Interface{Name: name, Mtu: mtu}
}

// from is the context of a source, with a full resync if full.
func from(source string, full bool) context.Context {
	ctx := contextdecorator.DataSrcContext(context.Background(), source)
	if full {
		ctx = kvs.WithResync(ctx, kvs.FullResync, true)
	}
	return ctx
}

func set(name string, mtu uint32) KeyVal { return KeyVal{Key: prefix + name, Val: iface(name, mtu)} }

func del(name string) KeyVal { return KeyVal{Key: prefix + name} }

func push(t *testing.T, d *dispatcher, ctx context.Context, kvPairs ...KeyVal) []Result {
	t.Helper()
	results, err := d.PushData(ctx, kvPairs, nil)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// mtu is that of the interface as the scheduler was told last, 0 if it was told
// to delete it.
func mtu(f *fakeScheduler, name string) uint32 {
	v, _ := f.values()[prefix+name].(*linux_interfaces.Interface)
	return v.GetMtu()
}

func TestPushDataResults(t *testing.T) {
	d, scheduler := testDispatcher(t)
	push(t, d, from("grpc", false), set("a", 1))
	scheduler.fail[prefix+"b"] = errors.New("no such device")
	results, err := d.PushData(from("grpc", false), []KeyVal{set("b", 1), del("a"), del("never")}, nil)
	var txnErr *kvs.TransactionError
	if !errors.As(err, &txnErr) || len(txnErr.GetKVErrors()) != 1 {
		t.Errorf("error %v, want one of a value", err)
	}
	var got []string
	for _, r := range results {
		got = append(got, fmt.Sprint(r.Key, " ", r.Status.GetState(), " ", r.Status.GetError(), r.Status.GetDetails()))
	}
	want := []string{
		"seqnum NONEXISTENT [1]",
		prefix + "b FAILED no such device[]",
		prefix + "a NONEXISTENT []",
		prefix + "never NONEXISTENT []",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("results %q, want %q", got, want)
	}
	if data := d.ListData(); len(data) != 1 || data[prefix+"b"] == nil {
		t.Errorf("a value that failed is not wanted any more: %v", data)
	}
}

func TestPushDataRefuses(t *testing.T) {
	d, scheduler := testDispatcher(t)
	for _, tc := range []struct {
		name string
		kvs  []KeyVal
		err  string
	}{
		{"key of another value", []KeyVal{{Key: prefix + "a", Val: iface("b", 1)}},
			"given key \"" + prefix + "a\" does not match with key generated from value: \"" + prefix + "b\""},
		{"empty name", []KeyVal{{Key: strings.TrimSuffix(prefix, "/"), Val: iface("", 1)}}, "is not valid for model linux.interfaces.interface"},
		{"name that leaves the prefix", []KeyVal{{Key: "config/linux/interfaces/v2", Val: iface("..", 1)}}, "is not valid for model"},
		{"no model", []KeyVal{{Key: "config/x", Val: &emptypb.Empty{}}}, "no model registered for proto message google.protobuf.Empty"},
		{"twice", []KeyVal{set("a", 1), set("a", 2)}, "found multiple key-value pairs with same key: [\"" + prefix + "a\"]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			results, err := d.PushData(context.Background(), append(tc.kvs, set("good", 1)), nil)
			if err == nil || !strings.Contains(err.Error(), tc.err) || results != nil {
				t.Errorf("results %v, error %v; want %s", results, err, tc.err)
			}
			if err != nil && (strings.Contains(err.Error(), "0x") || strings.Contains(err.Error(), "linux_interfaces")) {
				t.Errorf("error shows Go structures: %v", err)
			}
		})
	}
	if scheduler.count() != 0 || len(d.ListData()) != 0 {
		t.Error("something was changed")
	}
}

func TestSourcesAreKeptApart(t *testing.T) {
	d, scheduler := testDispatcher(t)
	check := func(what string, want uint32) {
		t.Helper()
		if got := mtu(scheduler, "a"); got != want {
			t.Errorf("%s: applied is %d, want %d", what, got, want)
		}
	}
	push(t, d, from("datasync", false), set("a", 1))
	push(t, d, from("grpc", false), set("a", 2))
	check("last write", 2)
	push(t, d, from("datasync", false), set("a", 3))
	check("last write, of a source before by name", 3)
	push(t, d, from("datasync", false), del("a"))
	check("deleted by one of two", 2)
	push(t, d, from("localclient", false), set("a", 4))
	push(t, d, from("grpc", true))
	check("resync of one of two without it", 4)
	push(t, d, from("localclient", false), del("a"))
	check("deleted by all", 0)
	if data := d.ListData(); len(data) != 0 {
		t.Errorf("still wanted: %v", data)
	}
}

func TestResyncKeepsOtherSources(t *testing.T) {
	d, scheduler := testDispatcher(t)
	push(t, d, from("datasync", false), set("a", 1), set("b", 1))
	push(t, d, from("grpc", false), set("c", 2))
	push(t, d, from("localclient", false), set("b", 3))

	push(t, d, from("datasync", true), set("b", 4), set("d", 4))
	txn := scheduler.lastTxn()
	if resync, _ := kvs.IsResync(txn.ctx); resync != kvs.FullResync {
		t.Errorf("resync type %v", resync)
	}
	got := make(map[string]uint32)
	for key, val := range txn.values {
		got[strings.TrimPrefix(key, prefix)] = val.(*linux_interfaces.Interface).GetMtu()
	}
	if want := map[string]uint32{"b": 3, "c": 2, "d": 4}; !reflect.DeepEqual(got, want) {
		t.Errorf("transaction %v, want %v", got, want)
	}
}

func TestPushDataWithoutSourceIsGlobal(t *testing.T) {
	d, _ := testDispatcher(t)
	push(t, d, context.Background(), set("a", 1))
	if pairs := d.store.List("global"); len(pairs) != 1 {
		t.Errorf("global has %v", pairs)
	}
}

// What the scheduler did not take is not wanted either.
func TestPushDataNotTaken(t *testing.T) {
	d, scheduler := testDispatcher(t)
	_, err := d.PushData(from("grpc", false), []KeyVal{set("a", 1), set("b", 1)},
		map[string]Labels{prefix + "a": {"x": "1"}})
	if err != nil {
		t.Fatal(err)
	}
	before := d.ListData()
	scheduler.refuse = kvs.ErrTxnQueueFull
	for _, full := range []bool{false, true} {
		results, err := d.PushData(from("grpc", full), []KeyVal{del("a"), set("b", 2), set("c", 2)}, nil)
		if !strings.Contains(fmt.Sprint(err), kvs.ErrTxnQueueFull.Error()) || results != nil {
			t.Errorf("full %v: results %v, error %v", full, results, err)
		}
		if data := d.ListData(); !reflect.DeepEqual(data, before) {
			t.Errorf("full %v: wanted %v, was %v", full, data, before)
		}
		if labels := d.ListLabels(prefix + "a"); labels["x"] != "1" {
			t.Errorf("full %v: labels %v", full, labels)
		}
	}
}

func TestPushDataCanceled(t *testing.T) {
	d, scheduler := testDispatcher(t)
	scheduler.block = make(chan struct{})
	ctx, cancel := context.WithCancel(from("grpc", false))
	defer cancel()
	go func() {
		eventually(t, "a is wanted", func() bool { return len(d.ListData()) == 1 })
		cancel()
	}()
	_, err := d.PushData(ctx, []KeyVal{set("a", 1)}, nil)
	var txnErr *kvs.TransactionError
	if !errors.As(err, &txnErr) || !errors.Is(txnErr.GetTxnInitError(), kvs.ErrTxnWaitCanceled) {
		t.Errorf("error %v", err)
	}
	// The transaction is queued all the same.
	if len(d.ListData()) != 1 {
		t.Error("the value is not wanted")
	}
}

// Readers must not wait for a transaction, however long it takes.
func TestReadersDoNotWait(t *testing.T) {
	d, scheduler := testDispatcher(t)
	push(t, d, from("grpc", false), set("a", 1))
	scheduler.block = make(chan struct{})
	done := make(chan error)
	go func() {
		_, err := d.PushData(from("grpc", false), []KeyVal{set("b", 1)}, nil)
		done <- err
	}()
	eventually(t, "b is wanted", func() bool { return d.ListData()[prefix+"b"] != nil })
	if status, err := d.GetStatus(prefix + "a"); err != nil || status.GetState() != kvscheduler.ValueState_CONFIGURED {
		t.Errorf("status %v, %v", status, err)
	}
	d.ListLabels(prefix + "a")
	if _, err := d.ListState(); err != nil {
		t.Error(err)
	}
	select {
	case err := <-done:
		t.Fatalf("the push is over: %v", err)
	default:
	}
	close(scheduler.block)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestLabels(t *testing.T) {
	d, _ := testDispatcher(t)
	label := func(full bool, kvPair KeyVal, labels Labels) {
		t.Helper()
		if _, err := d.PushData(from("grpc", full), []KeyVal{kvPair}, map[string]Labels{kvPair.Key: labels}); err != nil {
			t.Fatal(err)
		}
	}
	check := func(what string, want Labels) {
		t.Helper()
		if got := d.ListLabels(prefix + "a"); len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("%s: labels %v, want %v", what, got, want)
		}
	}
	label(false, set("a", 1), Labels{"x": "1", "y": "2"})
	check("set", Labels{"x": "1", "y": "2"})
	d.ListLabels(prefix + "a")["x"] = "changed by the caller"
	check("list changed by the caller", Labels{"x": "1", "y": "2"})
	label(false, set("a", 2), Labels{"z": "3", "y": "4"})
	check("replaced", Labels{"y": "4", "z": "3"})
	push(t, d, from("datasync", false), set("a", 3))
	check("set without labels", nil)
	label(false, set("a", 2), Labels{"z": "3", "y": "4"})
	label(false, del("a"), Labels{"y": "4"})
	check("deleted by one of two", Labels{"z": "3"})
	push(t, d, from("datasync", false), del("a"))
	check("deleted by all", nil)
	label(false, set("a", 2), Labels{"z": "3"})
	label(true, set("b", 2), nil)
	check("gone with a resync", nil)
}

func TestStoreLabels(t *testing.T) {
	var s Store = newStore()
	s.AddLabel("k", "x", "1")
	if !s.HasLabel("k", "x") || s.HasLabel("k", "y") || s.HasLabel("l", "x") {
		t.Errorf("labels %v", s.ListLabels("k"))
	}
	s.DeleteLabel("k", "x")
	s.AddLabel("k", "y", "1")
	s.ResetLabels("k")
	if len(s.ListLabels("k")) != 0 {
		t.Errorf("labels %v", s.ListLabels("k"))
	}
	s.Update("src", "k", &emptypb.Empty{})
	s.AddLabel("k", "x", "1")
	s.Reset("src")
	if len(s.ListAll()) != 0 || s.HasLabel("k", "x") {
		t.Error("something is left after a reset")
	}
}

func TestListState(t *testing.T) {
	d, scheduler := testDispatcher(t)
	scheduler.state = []kvs.KVWithMetadata{{Key: prefix + "a", Value: iface("a", 1)}}
	state, err := d.ListState()
	if err != nil || !proto.Equal(state[prefix+"a"], iface("a", 1)) {
		t.Errorf("state %v, %v", state, err)
	}
}

// TestRandomPushes compares the dispatcher with the plainest model of it: what
// each source wants, and which source wrote a key last.
func TestRandomPushes(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	d, scheduler := testDispatcher(t)
	sources := []string{"datasync", "global", "grpc"}
	names := []string{"a", "b", "c", "d"}
	wants := map[string]map[string]uint32{"datasync": {}, "global": {}, "grpc": {}}
	applied := map[string]uint32{}
	lastByName := func(name string) uint32 {
		var last uint32
		for _, source := range sources {
			if mtu := wants[source][name]; mtu != 0 {
				last = mtu
			}
		}
		return last
	}
	for step := range 2000 {
		source := sources[rnd.IntN(len(sources))]
		full := rnd.IntN(10) == 0
		var kvPairs []KeyVal
		if full {
			wants[source] = map[string]uint32{}
		}
		for _, name := range names {
			switch rnd.IntN(4) {
			case 0:
				mtu := uint32(step + 1)
				kvPairs = append(kvPairs, set(name, mtu))
				wants[source][name] = mtu
				applied[name] = mtu
			case 1:
				kvPairs = append(kvPairs, del(name))
				delete(wants[source], name)
				applied[name] = lastByName(name)
			}
		}
		if full {
			for _, name := range names {
				applied[name] = lastByName(name)
			}
		}
		push(t, d, from(source, full), kvPairs...)
		for _, name := range names {
			if got := mtu(scheduler, name); got != applied[name] {
				t.Fatalf("step %d: %s is %d, want %d", step, name, got, applied[name])
			}
			listed, _ := d.ListData()[prefix+name].(*linux_interfaces.Interface)
			if got := listed.GetMtu(); got != lastByName(name) {
				t.Fatalf("step %d: %s is listed as %d, want %d", step, name, got, lastByName(name))
			}
		}
	}
}
