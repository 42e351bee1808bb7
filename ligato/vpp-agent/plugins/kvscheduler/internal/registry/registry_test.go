// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"errors"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
)

func newTest() *Registry { return New(&Env{Clock: func() time.Duration { return 0 }}) }

func named(name string, after ...string) *api.KVDescriptor {
	return &api.KVDescriptor{
		Name: name, RetrieveDependencies: after,
		KeySelector: func(key string) bool { return strings.HasPrefix(key, name) },
	}
}

func TestRetrieveOrder(t *testing.T) {
	r := newTest()
	for _, d := range []*api.KVDescriptor{
		named("route", "interface"), named("interface", "watcher", "unknown"), named("watcher"), named("arp", "interface"), named("zz"),
	} {
		if _, err := r.Register(d); err != nil {
			t.Fatal(err)
		}
	}
	var order []string
	for _, d := range r.Set().Retrieve {
		order = append(order, d.Name())
	}
	if got, want := strings.Join(order, " "), "watcher interface arp route zz"; got != want {
		t.Errorf("order %q, want %q", got, want)
	}
	if _, err := r.Register(named("unknown", "route")); err == nil || !strings.Contains(err.Error(), "cycle") {
		t.Errorf("a cycle: %v", err)
	}
	if r.Set().ByName("unknown") != nil {
		t.Error("a refused descriptor is registered")
	}
}

func TestForKey(t *testing.T) {
	r := newTest()
	for _, d := range []*api.KVDescriptor{named("a"), named("ab"), named("c")} {
		if _, err := r.Register(d); err != nil {
			t.Fatal(err)
		}
	}
	panicking := named("p")
	panicking.KeySelector = func(key string) bool { return key == "panic" && strings.Repeat("x", -1) == "" }
	if _, err := r.Register(panicking); err != nil {
		t.Fatal(err)
	}
	set := r.Set()
	if d, err := set.ForKey("c1"); err != nil || d.Name() != "c" {
		t.Errorf("c1: %v %v", d, err)
	}
	if d, err := set.ForKey("x"); err != nil || d != nil {
		t.Errorf("x: %v %v", d, err)
	}
	if _, err := set.ForKey("abc"); !errors.Is(err, ErrAmbiguousKey) || !strings.Contains(err.Error(), "a, ab") {
		t.Errorf("abc: %v", err)
	}
	var panicked *PanicError
	if _, err := set.ForKey("panic"); !errors.As(err, &panicked) || panicked.Callback != "KeySelector" || len(panicked.Stack) == 0 {
		t.Errorf("panic: %v", err)
	}
	for _, bad := range []*api.KVDescriptor{nil, {}, {Name: "no selector"}} {
		if _, err := r.Register(bad); err == nil {
			t.Errorf("registered %v", bad)
		}
	}
}

// TestCalls: every callback may panic or be absent.
func TestCalls(t *testing.T) {
	boom := errors.New("boom")
	full := named("full")
	full.KeyLabel = func(string) string { panic(boom) }
	full.ValueComparator = func(string, proto.Message, proto.Message) bool { panic(boom) }
	full.Validate = func(string, proto.Message) error { panic(boom) }
	full.Create = func(string, proto.Message) (api.Metadata, error) { panic(boom) }
	full.Update = func(string, proto.Message, proto.Message, api.Metadata) (api.Metadata, error) { panic(boom) }
	full.UpdateWithRecreate = func(string, proto.Message, proto.Message, api.Metadata) bool { panic(boom) }
	full.Delete = func(string, proto.Message, api.Metadata) error { panic(boom) }
	full.IsRetriableFailure = func(error) bool { panic(boom) }
	full.Dependencies = func(string, proto.Message) []api.Dependency { panic(boom) }
	full.DerivedValues = func(string, proto.Message) []api.KeyValuePair { panic(boom) }
	full.Retrieve = func([]api.KVWithMetadata) ([]api.KVWithMetadata, error) { panic(boom) }

	r := newTest()
	d, err := r.Register(full)
	if err != nil {
		t.Fatal(err)
	}
	empty, err := r.Register(named("empty"))
	if err != nil {
		t.Fatal(err)
	}
	calls := []struct {
		call   Callback
		do     func(d *Descriptor) error
		absent error
	}{
		{KeyLabel, func(d *Descriptor) error { _, err := d.Label("k"); return err }, nil},
		{ValueComparator, func(d *Descriptor) error { _, err := d.Equivalent("k", nil, nil); return err }, nil},
		{Validate, func(d *Descriptor) error { return d.Validate("k", nil) }, nil},
		{Create, func(d *Descriptor) error { _, err := d.Create("k", nil); return err }, api.ErrUnimplementedCreate},
		{UpdateWithRecreate, func(d *Descriptor) error { _, err := d.NeedsRecreate("k", nil, nil, nil); return err }, nil},
		{Delete, func(d *Descriptor) error { return d.Delete("k", nil, nil) }, api.ErrUnimplementedDelete},
		{Dependencies, func(d *Descriptor) error { _, err := d.Dependencies("k", nil); return err }, nil},
		{DerivedValues, func(d *Descriptor) error { _, err := d.DerivedValues("k", nil); return err }, nil},
	}
	for _, c := range calls {
		var panicked *PanicError
		if err := c.do(d); !errors.As(err, &panicked) || panicked.Callback != c.call.String() || !errors.Is(err, boom) {
			t.Errorf("%v that panics: %v", c.call, err)
		}
		if err := c.do(empty); !errors.Is(err, c.absent) || (err == nil) != (c.absent == nil) {
			t.Errorf("%v that is absent: %v", c.call, err)
		}
	}
	if _, err := d.Update("k", nil, nil, nil); !errors.Is(err, boom) {
		t.Errorf("Update: %v", err)
	}
	if _, err := d.Retrieve(nil); !errors.Is(err, boom) {
		t.Errorf("Retrieve: %v", err)
	}
	if !d.Retriable(boom) || !empty.Retriable(boom) {
		t.Error("not retriable")
	}
	counted := 0
	d.EachCall(func(_ string, count uint64, _, _, _ time.Duration) { counted += int(count) })
	if counted != len(calls)+3 {
		t.Errorf("%d calls counted", counted)
	}
}

func TestPrefixes(t *testing.T) {
	r := newTest()
	early, err := r.WatchNBKeyPrefix("p/")
	if err != nil {
		t.Fatal(err)
	}
	d := named("d")
	d.NBKeyPrefix = "p/"
	if _, err := r.Register(d); err != nil {
		t.Fatal(err)
	}
	late, err := r.WatchNBKeyPrefix("p/")
	if !errors.Is(err, api.ErrDescriptorExists) {
		t.Errorf("watching a registered prefix: %v", err)
	}
	for name, ch := range map[string]<-chan struct{}{"early": early, "late": late} {
		_, item := <-ch
		_, open := <-ch
		if !item || open {
			t.Errorf("%s: item %v, open %v", name, item, open)
		}
	}
	if r.Set().ByNBKeyPrefix("p/").Name() != "d" || r.Set().ByNBKeyPrefix("p") != nil || r.Set().ByNBKeyPrefix("") != nil {
		t.Error("by prefix")
	}
}
