// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"go.ligato.io/vpp-agent/v3/pkg/models"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	kvsproto "go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
)

func TestNamesOfDescriptorsAreUnique(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]")
	named := func(name, keys string) *kvs.KVDescriptor {
		d, err := newDescriptor(s.system, name, keys)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	err := s.RegisterKVDescriptor(named("one", "one/*"), named("main", "x/*"), named("two", "two/*"))
	if !errors.Is(err, kvs.ErrDescriptorExists) {
		t.Errorf("error %v, want %v", err, kvs.ErrDescriptorExists)
	}
	// Those before it are registered, those after it are not.
	s.mustCommit("one/a=1", "two/a=1", "x/a=1")
	s.expectState("one/a", kvsproto.ValueState_CONFIGURED)
	s.expectState("two/a", kvsproto.ValueState_UNIMPLEMENTED)
	s.expectState("x/a", kvsproto.ValueState_UNIMPLEMENTED)
}

func TestPrefixes(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "main/*", "prefix=main/")
	s.describe("hidden", "hidden/*")
	s.describe("other", "other/*", "prefix=other/")
	prefixes := slices.Sorted(slices.Values(s.GetRegisteredNBKeyPrefixes()))
	if want := []string{"main/", "other/"}; !slices.Equal(prefixes, want) {
		t.Errorf("prefixes %v, want %v", prefixes, want)
	}

	known, err := s.WatchNBKeyPrefixRegistration("main/")
	if !errors.Is(err, kvs.ErrDescriptorExists) {
		t.Errorf("error %v, want %v", err, kvs.ErrDescriptorExists)
	}
	expectOneItem(s, known)
	late, err := s.WatchNBKeyPrefixRegistration("late/")
	if err != nil {
		t.Fatal(err)
	}
	later, err := s.WatchNBKeyPrefixRegistration("late/")
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-late:
		t.Error("told too early")
	default:
	}
	s.describe("late", "late/*", "prefix=late/")
	expectOneItem(s, late)
	expectOneItem(s, later)
}

func expectOneItem(s *sched, c <-chan struct{}) {
	s.t.Helper()
	for _, want := range []bool{true, false} {
		var got bool
		s.within("the channel", func() { _, got = <-c })
		if got != want {
			s.t.Errorf("item %v, want %v", got, want)
		}
	}
}

// TestOverlappingDescriptors: a programming error fails the values that it
// concerns, and nothing else.
func TestOverlappingDescriptors(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-m]")
	s.describe("overlapping", "[m-z]")
	s.within("the transactions", func() {
		_, err := s.commit(context.Background(), "a=1", "m=1", "z=1")
		if errs := errTxn(err).GetKVErrors(); len(errs) != 1 || errs[0].Key != "m" {
			t.Errorf("error %v, want one for m", err)
		}
		_, _ = s.commit(context.Background(), "m delete")
		s.notify("m=2")
		_, _ = s.commit(kvs.WithResync(context.Background(), kvs.FullResync, false), "a=1", "m=1", "z=1")
	})
	s.expectState("a", kvsproto.ValueState_CONFIGURED)
	s.expectState("z", kvsproto.ValueState_CONFIGURED)
	if s.system.has("m") {
		t.Error("one of the two descriptors was chosen")
	}
}

// TestCycleOfRetrieveDependencies: found at registration, or ignored.
func TestCycleOfRetrieveDependencies(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("a", "a/*", "after=nosuch")
	one, _ := newDescriptor(s.system, "one", "one/*", "after=two")
	two, _ := newDescriptor(s.system, "two", "two/*", "after=one")
	s.within("registration", func() { _ = s.RegisterKVDescriptor(one, two) })
	s.within("the resync", func() {
		if _, err := s.commit(kvs.WithResync(context.Background(), kvs.FullResync, false), "a/a=1"); err != nil {
			t.Error(err)
		}
	})
	s.expectState("a/a", kvsproto.ValueState_CONFIGURED)
}

// TestRetrieveOrder: after what a descriptor names, otherwise alphabetical.
func TestRetrieveOrder(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("b", "b/*", "shows-retrieve", "after=d")
	s.describe("c", "c/*", "shows-retrieve", "after=nosuch")
	s.describe("d", "d/*", "shows-retrieve")
	s.describe("a", "a/*", "shows-retrieve", "after=b")
	s.describe("silent", "s/*", "no-retrieve")
	if _, err := s.commit(kvs.WithResync(context.Background(), kvs.FullResync, false)); err != nil {
		t.Fatal(err)
	}
	got := s.system.takeLog()
	index := func(name string) int { return slices.Index(got, "retrieve "+name+":") }
	if len(got) != 4 || index("d") > index("b") || index("b") > index("a") || index("c") > index("d") || index("c") < 0 {
		t.Errorf("order %q", got)
	}
}

// TestLateDescriptor: values wait for their descriptor, and all of them are
// applied in one transaction when it registers.
func TestLateDescriptor(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]")
	const n = 300
	prefix := linux_interfaces.ModelInterface.KeyPrefix()
	key := func(i int) string { return models.Key(&linux_interfaces.Interface{Name: fmt.Sprint("if", i)}) }
	for range 3 {
		txn := s.StartNBTransaction()
		for i := range n {
			txn.SetValue(key(i), &linux_interfaces.Interface{Name: fmt.Sprint("if", i)})
		}
		if _, err := txn.Commit(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	s.mustCommit("d=1 needs " + key(7))
	if _, err := s.StartNBTransaction().SetValue(key(0), nil).Commit(context.Background()); err != nil {
		t.Fatal(err)
	}
	s.expectState(key(7), kvsproto.ValueState_UNIMPLEMENTED)
	before := len(s.GetTransactionHistory(noTime, noTime))
	s.describe("late", prefix+"*", "prefix="+prefix)
	s.eventually("the late values", func() bool { return s.state(key(n-1)) == kvsproto.ValueState_CONFIGURED })
	s.TransactionBarrier()
	s.expectState(key(7), kvsproto.ValueState_CONFIGURED)
	s.expectState("d", kvsproto.ValueState_CONFIGURED)
	s.expectState(key(0), kvsproto.ValueState_NONEXISTENT)
	history := s.GetTransactionHistory(noTime, noTime)[before:]
	if len(history) != 1 || history[0].TxnType != kvs.RetryUnimplOps {
		t.Errorf("the late values took %d transactions:\n%v", len(history), history)
	}
}
