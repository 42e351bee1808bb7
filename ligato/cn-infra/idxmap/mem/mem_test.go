// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package mem

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"

	"go.ligato.io/cn-infra/v2/idxmap"
	"go.ligato.io/cn-infra/v2/logging/logrus"
)

// host is the item of the tests; a list of its addresses is the index.
type host struct {
	addrs []string
	owner string
}

func indexHost(item any) map[string][]string {
	h := item.(host)
	return map[string][]string{"addr": h.addrs, "owner": {h.owner}}
}

func newTest() *mapping {
	return NewNamedMapping(logrus.NewLogger("test"), "hosts", indexHost).(*mapping)
}

func watch(t *testing.T, m idxmap.NamedMapping, subscriber string) *[]idxmap.NamedMappingGenericEvent {
	t.Helper()
	var events []idxmap.NamedMappingGenericEvent
	err := m.Watch(subscriber, func(event idxmap.NamedMappingGenericEvent) {
		events = append(events, event)
	})
	if err != nil {
		t.Fatal(err)
	}
	return &events
}

func event(name string, del, update bool, value any) idxmap.NamedMappingGenericEvent {
	return idxmap.NamedMappingGenericEvent{
		NamedMappingEvent: idxmap.NamedMappingEvent{Name: name, Del: del, Update: update, RegistryTitle: "hosts"},
		Value:             value,
	}
}

func TestEvents(t *testing.T) {
	m := newTest()
	a, b, c := host{owner: "a"}, host{owner: "b"}, host{owner: "c"}
	m.Put("before", a)
	events := watch(t, m, "test")
	if err := m.Watch("none", nil); err != nil {
		t.Fatal(err)
	}

	m.Put("x", a)
	m.Put("x", b)
	if !m.Update("x", c) {
		t.Error("an existing item is not updated")
	}
	if m.Update("y", c) {
		t.Error("an item that does not exist is updated")
	}
	if value, exists := m.Delete("x"); !exists || !reflect.DeepEqual(value, c) {
		t.Errorf("deleted %v, %t", value, exists)
	}
	if value, exists := m.Delete("x"); exists || value != nil {
		t.Errorf("deleted %v, %t, which does not exist", value, exists)
	}
	m.Put("z", a)
	m.Clear()

	want := []idxmap.NamedMappingGenericEvent{
		event("x", false, false, a),
		event("x", false, false, b),
		event("x", false, true, c),
		event("x", true, false, c),
		event("z", false, false, a),
	}
	if !reflect.DeepEqual(*events, want) {
		t.Errorf("events\n%v, want\n%v", *events, want)
	}
	if names := m.ListAllNames(); names != nil {
		t.Errorf("names %q after Clear", names)
	}
}

func TestSubscribers(t *testing.T) {
	m := newTest()
	first, second := watch(t, m, "first"), watch(t, m, "second")
	if err := m.Watch("first", nil); err == nil {
		t.Error("the name of a subscriber can be taken twice")
	}
	m.Put("x", host{})
	if len(*first) != 1 || len(*second) != 1 {
		t.Errorf("%d and %d events, want one for each", len(*first), len(*second))
	}
}

func TestLookups(t *testing.T) {
	m := newTest()
	if m.GetRegistryTitle() != "hosts" {
		t.Errorf("title %q", m.GetRegistryTitle())
	}
	m.Put("x", host{addrs: []string{"1", "2"}, owner: "o"})
	m.Put("y", host{addrs: []string{"2", "3"}, owner: "o"})
	m.Put("z", host{owner: "p"})

	for _, tt := range []struct {
		field, value string
		want         []string
	}{
		{"addr", "1", []string{"x"}},
		{"addr", "2", []string{"x", "y"}},
		{"owner", "o", []string{"x", "y"}},
		{"owner", "q", nil},
		{"nonsense", "1", nil},
	} {
		if got := m.ListNames(tt.field, tt.value); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("names with %s=%s: %#v, want %#v", tt.field, tt.value, got, tt.want)
		}
	}
	if got := m.ListAllNames(); !slices.Equal(got, []string{"x", "y", "z"}) {
		t.Errorf("names %q", got)
	}
	fields := m.ListFields("x")
	if !reflect.DeepEqual(fields, map[string][]string{"addr": {"1", "2"}, "owner": {"o"}}) {
		t.Errorf("fields %v", fields)
	}
	fields["addr"][0] = "changed"
	if m.ListFields("x")["addr"][0] != "1" {
		t.Error("fields can be changed from outside")
	}
	if fields := m.ListFields("nobody"); fields == nil || len(fields) != 0 {
		t.Errorf("fields of nobody: %#v", fields)
	}
	if value, exists := m.GetValue("nobody"); exists || value != nil {
		t.Errorf("value of nobody: %v, %t", value, exists)
	}
}

func TestWithoutIndexes(t *testing.T) {
	m := NewNamedMapping(logrus.NewLogger("test"), "plain", nil)
	m.Put("x", 1)
	m.Put("nil", nil)
	if value, exists := m.GetValue("x"); value != 1 || !exists {
		t.Errorf("value %v, %t", value, exists)
	}
	if value, exists := m.GetValue("nil"); value != nil || !exists {
		t.Errorf("value %v, %t", value, exists)
	}
	if got := m.ListNames("f", "v"); got != nil {
		t.Errorf("names %q", got)
	}
}

// model is the mapping without its indexes: everything is searched.
type model map[string]host

func (m model) names(match func(host) bool) []string {
	var names []string
	for name, h := range m {
		if match(h) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func TestAgainstModel(t *testing.T) {
	m, want := newTest(), model{}
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(n int) string { return fmt.Sprint(r.IntN(n)) }
	for step := range 3000 {
		name := pick(8)
		h := host{addrs: []string{pick(5), pick(5)}[:r.IntN(3)], owner: pick(3)}
		switch r.IntN(20) {
		case 0:
			m.Clear()
			clear(want)
		case 1, 2, 3, 4, 5, 6:
			_, wantExists := want[name]
			if _, exists := m.Delete(name); exists != wantExists {
				t.Fatalf("step %d: deleted %t, want %t", step, exists, wantExists)
			}
			delete(want, name)
		case 7, 8, 9, 10, 11, 12:
			_, exists := want[name]
			if m.Update(name, h) != exists {
				t.Fatalf("step %d: updated %t, want %t", step, !exists, exists)
			}
			if exists {
				want[name] = h
			}
		default:
			m.Put(name, h)
			want[name] = h
		}

		for i := range 5 {
			value := fmt.Sprint(i)
			names := want.names(func(h host) bool { return slices.Contains(h.addrs, value) })
			if got := m.ListNames("addr", value); !slices.Equal(got, names) {
				t.Fatalf("step %d: names with address %s: %q, want %q", step, value, got, names)
			}
			names = want.names(func(h host) bool { return h.owner == value })
			if got := m.ListNames("owner", value); !slices.Equal(got, names) {
				t.Fatalf("step %d: names with owner %s: %q, want %q", step, value, got, names)
			}
		}
		if got := m.ListAllNames(); !slices.Equal(got, slices.Sorted(maps.Keys(want))) {
			t.Fatalf("step %d: names %q, want %v", step, got, want)
		}
	}
}

// Indexes of values that nobody has any more take no room.
func TestIndexesShrink(t *testing.T) {
	m := newTest()
	for i := range 100 {
		m.Put("x", host{owner: fmt.Sprint(i)})
	}
	if len(m.indexes) != 1 {
		t.Errorf("%d indexes for one item", len(m.indexes))
	}
	m.Delete("x")
	if len(m.indexes) != 0 {
		t.Errorf("%d indexes for nothing", len(m.indexes))
	}
}

func TestIndexFunctionPanics(t *testing.T) {
	m := newTest()
	m.Put("x", host{owner: "o"})
	for _, change := range []func(){
		func() { m.Put("x", "no host") },
		func() { m.Update("x", "no host") },
		func() { m.Put("new", "no host") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			change()
		}()
	}
	if got := m.ListNames("owner", "o"); !slices.Equal(got, []string{"x"}) {
		t.Errorf("names %q after panics", got)
	}
	if got := m.ListAllNames(); !slices.Equal(got, []string{"x"}) {
		t.Errorf("names %q after panics", got)
	}
}

// A callback may use the mapping; what it changes is told after the event that
// it is called for.
func TestCallbackUsesMapping(t *testing.T) {
	m := newTest()
	var order []string
	err := m.Watch("writer", func(event idxmap.NamedMappingGenericEvent) {
		order = append(order, "begin "+event.Name)
		switch event.Name {
		case "x":
			m.Put("y", host{})
			m.Update("x-copy", host{})
		case "y":
			m.Delete("y")
			if err := m.Watch("late", func(event idxmap.NamedMappingGenericEvent) {
				order = append(order, "late "+event.Name)
			}); err != nil && !event.Del {
				t.Error(err)
			}
		}
		order = append(order, "end "+event.Name)
	})
	if err != nil {
		t.Fatal(err)
	}
	m.Put("x", host{})
	m.Put("z", host{})
	want := []string{
		"begin x", "end x", // the put
		"begin y", "end y", // the put made for x
		"begin y", "end y", // the deletion made for y, before there was a late subscriber
		"begin z", "end z", "late z",
	}
	if !slices.Equal(order, want) {
		t.Errorf("order %q, want %q", order, want)
	}
}

func TestCallbackPanics(t *testing.T) {
	m := newTest()
	events := watch(t, m, "good")
	angry := true
	if err := m.Watch("bad", func(idxmap.NamedMappingGenericEvent) {
		if angry {
			panic("bad callback")
		}
	}); err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic of a callback is hidden")
			}
		}()
		m.Put("x", host{})
	}()
	angry = false
	m.Put("y", host{})
	if len(*events) != 2 {
		t.Errorf("events %v after a panic, want those of x and y", *events)
	}
}

// Whoever replays the events of concurrent writers has the same items.
func TestConcurrentWriters(t *testing.T) {
	m := newTest()
	replayed := map[string]any{}
	var mu sync.Mutex
	if err := m.Watch("replay", func(event idxmap.NamedMappingGenericEvent) {
		// The lock is for the race detector's sake: calls never overlap.
		if !mu.TryLock() {
			t.Error("callbacks of one mapping overlap")
			return
		}
		defer mu.Unlock()
		_, exists := replayed[event.Name]
		if (event.Update || event.Del) && !exists {
			t.Errorf("event %+v for an item that was not there", event)
		}
		if event.Del {
			delete(replayed, event.Name)
		} else {
			replayed[event.Name] = event.Value
		}
	}); err != nil {
		t.Fatal(err)
	}

	var wg sync.WaitGroup
	for writer := range 6 {
		wg.Go(func() {
			for i := range 300 {
				name := fmt.Sprint(i % 3)
				h := host{owner: fmt.Sprint(writer, "-", i)}
				switch (i + writer) % 3 {
				case 0:
					m.Put(name, h)
				case 1:
					m.Update(name, h)
				case 2:
					m.Delete(name)
				}
				m.ListNames("owner", h.owner)
				m.GetValue(name)
			}
		})
	}
	wg.Wait()

	stored := map[string]any{}
	for _, name := range m.ListAllNames() {
		stored[name], _ = m.GetValue(name)
	}
	if !reflect.DeepEqual(replayed, stored) {
		t.Errorf("replayed %v, stored %v", replayed, stored)
	}
}
