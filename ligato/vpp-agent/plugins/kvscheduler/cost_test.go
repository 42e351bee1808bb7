// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// plain returns a descriptor whose operations do nothing.
func plain(name, prefix string) *api.KVDescriptor {
	return &api.KVDescriptor{
		Name: name, NBKeyPrefix: prefix,
		KeySelector: func(key string) bool { return strings.HasPrefix(key, prefix) },
		Create:      func(string, proto.Message) (api.Metadata, error) { return nil, nil },
		Delete:      func(string, proto.Message, api.Metadata) error { return nil },
		Update: func(string, proto.Message, proto.Message, api.Metadata) (api.Metadata, error) {
			return nil, nil
		},
	}
}

func (s *Scheduler) load(t *testing.T, n int) {
	t.Helper()
	txn := s.StartNBTransaction()
	for i := range n {
		txn.SetValue(fmt.Sprintf("v/%06d", i), wrapperspb.String("a value"))
	}
	if _, err := txn.Commit(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// TestCostFollowsTheChange counts allocations, since time is not to be relied
// upon: a change, planned and executed, costs the same whatever else there is.
func TestCostFollowsTheChange(t *testing.T) {
	if testing.Short() {
		t.Skip("counts allocations")
	}
	cost := func(n int) float64 {
		s := newTest(t, `{"enable-txn-simulation": true, "record-transaction-history": false}`)
		if err := s.RegisterKVDescriptor(plain("d", "v/"), plain("sb", "sb/")); err != nil {
			t.Fatal(err)
		}
		s.load(t, n)
		value := &emptypb.Empty{}
		return testing.AllocsPerRun(200, func() {
			for _, v := range []proto.Message{value, nil} {
				if err := s.PushSBNotification(api.KVWithMetadata{Key: "sb/x", Value: v}); err != nil {
					t.Fatal(err)
				}
				s.TransactionBarrier()
				s.GetValueStatus("sb/x")
			}
		})
	}
	few, many := cost(100), cost(20_000)
	if many > 2*few+20 {
		t.Errorf("%.0f allocations with 20000 values, %.0f with 100", many, few)
	}
}

// TestLayersOfDependencies: each value needs any of those of the layer below,
// and what lacks is at the bottom. To follow every path would take for ever.
func TestLayersOfDependencies(t *testing.T) {
	s := newTest(t, "")
	d := plain("d", "l/")
	d.Dependencies = func(key string, _ proto.Message) []api.Dependency {
		var layer, n int
		if _, err := fmt.Sscanf(key, "l/%d/%d", &layer, &n); err != nil {
			return nil
		}
		deps := []api.Dependency{{Label: "below", AnyOf: api.AnyOfDependency{KeyPrefixes: []string{fmt.Sprintf("l/%02d/", layer-1)}}}}
		if layer == 1 {
			deps = append(deps, api.Dependency{Label: "ring", AnyOf: api.AnyOfDependency{KeyPrefixes: []string{"l/40/"}}})
		}
		return deps
	}
	if err := s.RegisterKVDescriptor(d, plain("sb", "sb/")); err != nil {
		t.Fatal(err)
	}
	txn := s.StartNBTransaction()
	for layer := 1; layer <= 40; layer++ {
		for n := range 4 {
			txn.SetValue(fmt.Sprintf("l/%02d/%d", layer, n), wrapperspb.String(""))
		}
	}
	if _, err := txn.Commit(context.Background()); err != nil {
		t.Fatal(err)
	}
	if state := s.GetValueStatus("l/40/0").GetValue().GetState(); state != kvscheduler.ValueState_PENDING {
		t.Errorf("state %v", state)
	}
}

// TestFailureReadsItsDescriptorOnly: nobody else is asked what there is.
func TestFailureReadsItsDescriptorOnly(t *testing.T) {
	s := newTest(t, "")
	retrieved := make(map[string]int)
	for i := range 20 {
		name := fmt.Sprintf("d%02d", i)
		d := plain(name, name+"/")
		d.Retrieve = func([]api.KVWithMetadata) ([]api.KVWithMetadata, error) {
			retrieved[name]++
			return nil, nil
		}
		d.Create = failing
		if err := s.RegisterKVDescriptor(d); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.StartNBTransaction().SetValue("d07/a", wrapperspb.String("")).Commit(context.Background()); err == nil {
		t.Error("no error")
	}
	if len(retrieved) != 1 || retrieved["d07"] != 1 {
		t.Errorf("retrieved %v", retrieved)
	}
}

// TestMemoryIsBounded: neither updates nor values that come and go leave more
// than the settings allow.
func TestMemoryIsBounded(t *testing.T) {
	s := newTest(t, `{"transaction-history-count-limit": 50}`)
	d := plain("d", "v/")
	d.WithMetadata = true
	d.Create = func(key string, _ proto.Message) (api.Metadata, error) { return key, nil }
	d.Update = func(_ string, _, _ proto.Message, meta api.Metadata) (api.Metadata, error) { return meta, nil }
	d.Dependencies = func(key string, _ proto.Message) []api.Dependency {
		return []api.Dependency{
			{Label: "key", Key: "sb/" + key},
			{Label: "prefix", AnyOf: api.AnyOfDependency{KeyPrefixes: []string{"sb/" + key}}},
			{Label: "selector", AnyOf: api.AnyOfDependency{KeySelector: func(k string) bool { return k == "sb/"+key }}},
		}
	}
	if err := s.RegisterKVDescriptor(d, plain("sb", "sb/")); err != nil {
		t.Fatal(err)
	}
	commit := func(key string, value proto.Message) {
		t.Helper()
		if _, err := s.StartNBTransaction().SetValue(key, value).Commit(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	notify := func(key string, value proto.Message) {
		t.Helper()
		if err := s.PushSBNotification(api.KVWithMetadata{Key: "sb/" + key, Value: value}); err != nil {
			t.Fatal(err)
		}
		s.TransactionBarrier()
	}
	commit("v/stays", wrapperspb.String("first"))
	notify("v/stays", &emptypb.Empty{})
	for i := range 1000 {
		commit("v/stays", wrapperspb.String(fmt.Sprint(i)))
		key := fmt.Sprint("v/", i)
		commit(key, wrapperspb.String(""))
		notify(key, &emptypb.Empty{})
		commit(key, nil)
		notify(key, nil)
	}
	c := s.core()
	if n := len(s.GetTransactionHistory(time.Time{}, time.Time{})); n != 50 {
		t.Errorf("%d transactions", n)
	}
	versions := 0
	for range c.revisions().All() {
		versions++
	}
	if versions != 50+2 {
		t.Errorf("%d versions of values", versions)
	}
	if err := c.onWorker(func() {
		if slots, nodes := c.engine.Graph.Size(); nodes != 2 || slots != 2 {
			t.Errorf("%d nodes in %d places", nodes, slots)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if names := s.GetMetadataMap("d").ListAllNames(); len(names) != 1 {
		t.Errorf("metadata of %v", names)
	}
}

// TestUnimplementedValuesNeedNoGoroutine, however often they are written.
func TestUnimplementedValuesNeedNoGoroutine(t *testing.T) {
	s := newTest(t, "")
	before := runtime.NumGoroutine()
	for i := range 200 {
		if _, err := s.StartNBTransaction().SetValue("config/a", wrapperspb.String(fmt.Sprint(i))).Commit(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if after := runtime.NumGoroutine(); after > before+50 {
		t.Errorf("%d goroutines, %d before", after, before)
	}
}

// TestRegistrationWhileInUse is about unprotected data, with the race detector.
func TestRegistrationWhileInUse(t *testing.T) {
	s := newTest(t, "")
	var wg sync.WaitGroup
	const n = 50
	wg.Go(func() {
		for i := range n {
			if err := s.RegisterKVDescriptor(plain(fmt.Sprint("d", i), fmt.Sprintf("p%d/", i))); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Go(func() {
		for i := range n {
			if _, err := s.StartNBTransaction().SetValue(fmt.Sprintf("p%d/a", i), wrapperspb.String("")).Commit(context.Background()); err != nil {
				t.Error(err)
			}
		}
	})
	for i := range n {
		ch, err := s.WatchNBKeyPrefixRegistration(fmt.Sprintf("p%d/", i))
		if err != nil && !errors.Is(err, api.ErrDescriptorExists) {
			t.Error(err)
		}
		<-ch
		if _, open := <-ch; open {
			t.Errorf("p%d/: told twice", i)
		}
	}
	wg.Wait()
	if got := len(s.GetRegisteredNBKeyPrefixes()); got != n {
		t.Errorf("%d prefixes", got)
	}
	for i := range n {
		key := fmt.Sprintf("p%d/a", i)
		for deadline := time.Now().Add(patience); s.GetValueStatus(key).GetValue().GetState() != kvscheduler.ValueState_CONFIGURED; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s is %v", key, s.GetValueStatus(key).GetValue().GetState())
			}
		}
	}
}
