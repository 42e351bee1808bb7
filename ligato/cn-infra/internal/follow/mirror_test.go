// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"go.ligato.io/cn-infra/v2/datasync"
)

// text is a value.
type text string

func (v text) GetValue(into proto.Message) error {
	into.(*wrapperspb.StringValue).Value = string(v)
	return nil
}

func (v text) Equal(other datasync.LazyValue) bool { return other == datasync.LazyValue(v) }

// history answers the one question that a mirror may ask.
type history struct {
	Store
	had, known bool
	err        error
	asked      int
}

func (h *history) Had(context.Context, string, int64, int64) (bool, bool, error) {
	h.asked++
	return h.had, h.known, h.err
}

func item(key string, rev int64) Item {
	return Item{Key: key, Value: text(fmt.Sprint(key, rev)), Rev: rev}
}

func take(t *testing.T, m *Mirror, snap Snapshot) {
	t.Helper()
	if _, _, err := m.Take(t.Context(), nil, &snap, []string{""}); err != nil {
		t.Fatal(err)
	}
}

func show(changes []Change) (lines []string) {
	for _, c := range changes {
		prev := "-"
		if c.Prev != nil {
			prev = string(c.Prev.(text))
		}
		lines = append(lines, fmt.Sprintf("%s %s@%d was %s", c.Op, c.Key, c.Rev, prev))
	}
	return lines
}

func TestVerdicts(t *testing.T) {
	known := Snapshot{Store: 1, Revision: 10, Items: []Item{item("a", 3), item("b", 10)}}
	tests := map[string]struct {
		next    Snapshot
		history history
		want    Verdict
		changes []string
	}{
		"nothing happened": {
			next: Snapshot{Store: 1, Revision: 10, Items: known.Items}, want: Same,
		},
		"changed, created and deleted": {
			next: Snapshot{Store: 1, Revision: 15, Items: []Item{item("b", 12), item("c", 11)}}, want: Same,
			changes: []string{"Delete a@15 was a3", "Put c@11 was -", "Put b@12 was b10"},
		},
		"another cluster": {
			next: Snapshot{Store: 2, Revision: 15, Items: []Item{item("a", 12)}}, want: Other,
			changes: []string{"Delete b@15 was b10", "Put a@12 was a3"},
		},
		"lower revision": {
			next: Snapshot{Store: 1, Revision: 9, Items: known.Items[:1]}, want: Other,
			changes: []string{"Delete b@9 was b10"},
		},
		"an old item that nobody knew": {
			next: Snapshot{Store: 1, Revision: 15, Items: []Item{item("a", 3), item("b", 10), item("c", 7)}}, want: Other,
			changes: []string{"Put c@7 was -"},
		},
		"an item that got older": {
			next: Snapshot{Store: 1, Revision: 15, Items: []Item{item("a", 2), item("b", 10)}}, want: Other,
			changes: []string{"Put a@2 was a3"},
		},
		"filled again alike with other values": {
			next: Snapshot{Store: 1, Revision: 15, Items: []Item{{Key: "a", Value: text("new"), Rev: 3}, item("b", 10)}}, want: Other,
			changes: []string{"Put a@3 was a3"},
		},
		"another cluster filled alike": {
			next: Snapshot{Store: 2, Revision: 10, Items: []Item{{Key: "a", Value: text("new"), Rev: 3}, item("b", 10)}}, want: Other,
			changes: []string{"Put a@3 was a3"},
		},
		"empty, another cluster":  {next: Snapshot{Store: 2, Revision: 15}, want: Emptied},
		"empty, lower revision":   {next: Snapshot{Store: 1, Revision: 1}, want: Emptied},
		"empty, other history":    {next: Snapshot{Store: 1, Revision: 15}, history: history{known: true}, want: Emptied},
		"empty, the same history": {next: Snapshot{Store: 1, Revision: 15}, history: history{known: true, had: true}, want: Same, changes: []string{"Delete a@15 was a3", "Delete b@15 was b10"}},
		"empty, no history":       {next: Snapshot{Store: 1, Revision: 15}, want: Same, changes: []string{"Delete a@15 was a3", "Delete b@15 was b10"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var m Mirror
			if verdict, _, err := m.Take(t.Context(), nil, &known, []string{""}); verdict != First || err != nil {
				t.Fatalf("first listing: %v %v", verdict, err)
			}
			verdict, changes, err := m.Take(t.Context(), &tt.history, &tt.next, []string{""})
			if err != nil || verdict != tt.want {
				t.Errorf("verdict %v %v, want %v", verdict, err, tt.want)
			}
			if got := show(changes); !slices.Equal(got, tt.changes) {
				t.Errorf("changes %q, want %q", got, tt.changes)
			}
			if kept := tt.want == Emptied; m.Kept() != kept || kept && len(m.Items()) != 2 {
				t.Errorf("kept %v with %d items", m.Kept(), len(m.Items()))
			}
		})
	}
}

func TestHistoryThatCannotBeReadChangesNothing(t *testing.T) {
	var m Mirror
	known := Snapshot{Store: 1, Revision: 10, Items: []Item{item("a", 3)}}
	take(t, &m, known)
	broken := errors.New("no connection")
	if _, _, err := m.Take(t.Context(), &history{err: broken}, &Snapshot{Store: 1, Revision: 15}, []string{""}); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if m.Kept() || len(m.Items()) != 1 || m.Revision() != 10 {
		t.Errorf("kept %v, %d items, revision %d", m.Kept(), len(m.Items()), m.Revision())
	}
}

func TestKeptItemsEnd(t *testing.T) {
	begin := func() *Mirror {
		var m Mirror
		take(t, &m, Snapshot{Store: 1, Revision: 10, Items: []Item{item("a", 3)}})
		take(t, &m, Snapshot{Store: 2, Revision: 1})
		if !m.Kept() {
			t.Fatal("not kept")
		}
		return &m
	}
	t.Run("not by listing again", func(t *testing.T) {
		m := begin()
		if verdict, _, _ := m.Take(t.Context(), nil, &Snapshot{Store: 2, Revision: 5}, []string{""}); verdict != Emptied {
			t.Errorf("verdict %v", verdict)
		}
	})
	t.Run("when there is a key", func(t *testing.T) {
		m := begin()
		next := Snapshot{Store: 2, Revision: 2, Items: []Item{item("b", 2)}}
		verdict, _, _ := m.Take(t.Context(), nil, &next, []string{""})
		if items := m.Items(); verdict != Other || m.Kept() || len(items) != 1 || items[0].Key != "b" {
			t.Errorf("verdict %v, kept %v, items %v", verdict, m.Kept(), items)
		}
	})
	t.Run("when somebody confirms", func(t *testing.T) {
		m := begin()
		if got := m.Apply([]Change{{Op: datasync.Put, Key: "x", Value: text("x"), Rev: 2}}); len(got) != 0 || !m.Confirmed() {
			t.Errorf("told %v, confirmed %v", got, m.Confirmed())
		}
		verdict, changes, _ := m.Take(t.Context(), nil, &Snapshot{Store: 2, Revision: 3}, []string{""})
		if verdict != Other || m.Kept() || len(m.Items()) != 0 || len(changes) != 1 {
			t.Errorf("verdict %v, kept %v, items %v, changes %v", verdict, m.Kept(), m.Items(), changes)
		}
	})
	t.Run("when the first store is back", func(t *testing.T) {
		m := begin()
		next := Snapshot{Store: 1, Revision: 11, Items: []Item{item("a", 3)}}
		if verdict, changes, _ := m.Take(t.Context(), nil, &next, []string{""}); verdict != Other || len(changes) != 0 || m.Kept() {
			t.Errorf("verdict %v, changes %v, kept %v", verdict, changes, m.Kept())
		}
	})
}

func TestNothingOldIsApplied(t *testing.T) {
	var m Mirror
	take(t, &m, Snapshot{Store: 1, Revision: 10, Items: []Item{item("a", 3)}})
	got := show(m.Apply([]Change{
		{Op: datasync.Put, Key: "a", Value: text("old"), Rev: 2},
		{Op: datasync.Delete, Key: "a", Rev: 10},
		{Op: datasync.Delete, Key: "missing", Rev: 11},
		{Op: datasync.Put, Key: "a", Value: text("a12"), Rev: 12},
		{Op: datasync.Delete, Key: "a", Rev: 13},
		{Op: datasync.Put, Key: "a", Value: text("a14"), Rev: 14},
	}))
	want := []string{"Put a@12 was a3", "Delete a@13 was a12", "Put a@14 was -"}
	if !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	if m.Revision() != 14 {
		t.Errorf("revision %d", m.Revision())
	}
}

func TestNewPrefixIsNoContradiction(t *testing.T) {
	var m Mirror
	if _, _, err := m.Take(t.Context(), nil, &Snapshot{Store: 1, Revision: 10, Items: []Item{item("a/1", 3)}}, []string{"a/"}); err != nil {
		t.Fatal(err)
	}
	next := Snapshot{Store: 1, Revision: 10, Items: []Item{item("a/1", 3), item("b/1", 5)}}
	verdict, changes, _ := m.Take(t.Context(), nil, &next, []string{"a/", "b/"})
	if got := show(changes); verdict != Same || !slices.Equal(got, []string{"Put b/1@5 was -"}) {
		t.Errorf("verdict %v, changes %q", verdict, got)
	}
	m.Forget([]string{"b/"})
	if items := m.Items(); len(items) != 1 || items[0].Key != "b/1" {
		t.Errorf("items %v", items)
	}
	if verdict, _, _ := m.Take(t.Context(), nil, &next, []string{"a/", "b/"}); verdict != Same {
		t.Errorf("verdict %v after forgetting and listing again", verdict)
	}
}

// A random store, with sessions that break at any time, lost stores and restored
// ones, against a receiver that does what it is told.
func TestRandomWalk(t *testing.T) {
	for seed := range int64(200) {
		rnd := rand.New(rand.NewSource(seed))
		type store struct {
			id    uint64
			rev   int64
			items map[string]Item
			log   []Change
		}
		s := &store{id: 1, items: map[string]Item{}}
		backup := *s
		clusters := s.id
		var m Mirror
		told := map[string]string{} // what a receiver has
		sent := 0                   // changes of this session that the mirror has seen

		tell := func(changes []Change) {
			for _, c := range changes {
				prev, found := told[c.Key]
				if found != (c.Prev != nil) || found && prev != string(c.Prev.(text)) {
					t.Fatalf("seed %d: previous value of %s is %v, receiver has %q", seed, c.Key, c.Prev, prev)
				}
				if c.Op == datasync.Delete {
					delete(told, c.Key)
				} else {
					told[c.Key] = string(c.Value.(text))
				}
			}
		}
		list := func() {
			snap := Snapshot{Store: s.id, Revision: s.rev, Items: slices.Collect(maps.Values(s.items))}
			verdict, changes, err := m.Take(t.Context(), &history{}, &snap, []string{""})
			if err != nil {
				t.Fatal(err)
			}
			if verdict == Other || verdict == First {
				clear(told)
				for _, it := range m.Items() {
					told[it.Key] = string(it.Value.(text))
				}
			} else {
				tell(changes)
			}
			sent = len(s.log)
		}
		list()
		for range 200 {
			switch n := rnd.Intn(100); {
			case n < 50:
				s.rev++
				key := fmt.Sprint("k", rnd.Intn(5))
				// Two histories of one cluster that set the same key at the same
				// revision cannot be told apart, and need not.
				it := item(key, s.rev)
				s.items[key] = it
				s.log = append(s.log, Change{Op: datasync.Put, Key: key, Value: it.Value, Rev: s.rev})
			case n < 70:
				s.rev++
				key := fmt.Sprint("k", rnd.Intn(5))
				if _, found := s.items[key]; found {
					delete(s.items, key)
					s.log = append(s.log, Change{Op: datasync.Delete, Key: key, Rev: s.rev})
				}
			case n < 80:
				tell(m.Apply(s.log[sent:]))
				sent = len(s.log)
				if m.Confirmed() {
					list()
				}
			case n < 90:
				list()
			case n < 93:
				s.items = maps.Clone(s.items)
				backup = *s
			case n < 96: // restored, maybe as a new cluster
				*s = backup
				s.items = maps.Clone(backup.items)
				if rnd.Intn(2) == 0 {
					clusters++
					s.id = clusters
				}
				list()
			default: // wiped
				*s = store{id: s.id, items: map[string]Item{}}
				list()
			}
		}
		list()
		if m.Kept() {
			if len(s.items) != 0 {
				t.Fatalf("seed %d: kept, but the store has %v", seed, s.items)
			}
			continue
		}
		want := map[string]string{}
		for key, it := range s.items {
			want[key] = string(it.Value.(text))
		}
		if !maps.Equal(told, want) {
			t.Fatalf("seed %d: receiver has %v, store has %v", seed, told, want)
		}
	}
}
