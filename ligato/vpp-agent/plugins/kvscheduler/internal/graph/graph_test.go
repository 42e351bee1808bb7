// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package graph

import (
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/emptypb"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/registry"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

func onKey(key string) api.Dependency { return api.Dependency{Label: key, Key: key} }

func onPrefix(prefixes ...string) api.Dependency {
	return api.Dependency{Label: fmt.Sprint(prefixes), AnyOf: api.AnyOfDependency{KeyPrefixes: prefixes}}
}

func onPart(part string, prefixes ...string) api.Dependency {
	return api.Dependency{Label: "~" + part + fmt.Sprint(prefixes), AnyOf: api.AnyOfDependency{
		KeyPrefixes: prefixes,
		KeySelector: func(key string) bool { return strings.Contains(key, part) },
	}}
}

// set makes a node; pending if it is not available.
func (g *Graph) set(key string, available bool, deps ...api.Dependency) (affected []*Slot) {
	n := g.Edit(g.Slot(key))
	n.Update.Wanted = &emptypb.Empty{}
	state := kvscheduler.ValueState_PENDING
	if available {
		state = kvscheduler.ValueState_CONFIGURED
	}
	g.SetState(n, state)
	g.SetDeps(n, deps)
	return g.SetAvailable(n, available)
}

func TestReady(t *testing.T) {
	tests := []struct {
		name  string
		build func(g *Graph)
		unmet []string // of x; nil for ready
	}{
		{"no dependencies", func(g *Graph) { g.set("x", false) }, nil},
		{"key", func(g *Graph) { g.set("x", false, onKey("a")); g.set("a", true) }, nil},
		{"key, target first", func(g *Graph) { g.set("a", true); g.set("x", false, onKey("a")) }, nil},
		{"pending target", func(g *Graph) { g.set("a", false); g.set("x", false, onKey("a")) }, []string{"a"}},
		{"removed target", func(g *Graph) { g.set("a", true); g.set("x", false, onKey("a")); g.Remove(g.Slot("a")) }, []string{"a"}},
		{"prefix within a path element", func(g *Graph) { g.set("x", false, onPrefix("w/eth")); g.set("w/eth0", true) }, nil},
		{"the same, target first", func(g *Graph) { g.set("w/eth0", true); g.set("x", false, onPrefix("w/eth")) }, nil},
		{"one of two prefixes", func(g *Graph) { g.set("x", false, onPrefix("v/", "w/")); g.set("w/1", true) }, nil},
		{"two of the same prefix, one goes", func(g *Graph) {
			g.set("x", false, onPrefix("w/"))
			g.set("w/1", true)
			g.set("w/2", true)
			g.Remove(g.Slot("w/1"))
		}, nil},
		{"selector", func(g *Graph) { g.set("x", false, onPart("eth")); g.set("w/eth0", true) }, nil},
		{"selector and prefix", func(g *Graph) { g.set("w/eth0", true); g.set("x", false, onPart("eth", "v/")) }, []string{"~eth[v/]"}},
		{"another witness", func(g *Graph) {
			g.set("x", false, onPart("eth"))
			g.set("eth0", true)
			g.set("eth1", true)
			g.Remove(g.Slot("eth0"))
		}, nil},
		{"neither key nor prefix", func(g *Graph) { g.set("x", false, api.Dependency{Label: "nothing"}) }, []string{"nothing"}},

		{"ring", func(g *Graph) { g.set("a", false, onKey("x")); g.set("x", false, onKey("a")) }, nil},
		{"ring of prefixes", func(g *Graph) { g.set("r/a", false, onKey("x")); g.set("x", false, onPrefix("r/")) }, nil},
		{"ring that lacks something", func(g *Graph) {
			g.set("a", false, onKey("x"), onKey("out"))
			g.set("x", false, onKey("a"))
		}, []string{"a"}},
		{"ring that has all", func(g *Graph) {
			g.set("out", true)
			g.set("a", false, onKey("x"), onKey("out"))
			g.set("x", false, onKey("a"))
		}, nil},
		{"ring that is there but for one", func(g *Graph) { g.set("a", false, onKey("x")); g.set("x", true, onKey("a")) }, nil},
		{"the same by prefix", func(g *Graph) { g.set("a", false, onPrefix("x", "y")); g.set("x", true, onKey("a")) }, nil},
		{"outside a ring", func(g *Graph) {
			g.set("a", false, onKey("b"))
			g.set("b", false, onKey("a"))
			g.set("x", false, onKey("a"))
		}, []string{"a"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := New()
			tt.build(g)
			if got, want := g.Ready(g.Get("x")), tt.unmet == nil; got != want {
				t.Errorf("Ready: %v, want %v", got, want)
			}
			if got := g.Unmet(g.Get("x")); tt.unmet != nil && !slices.Equal(got, tt.unmet) {
				t.Errorf("Unmet: %v, want %v", got, tt.unmet)
			}
			g.Rollback()
			if slots, nodes := g.Size(); slots+nodes+len(g.available)+len(g.conds.byPrefix)+len(g.conds.bySelector)+len(g.conds.open)+len(g.conds.witnesses) != 0 {
				t.Errorf("after Rollback: %+v", g.conds)
			}
		})
	}
}

// TestAgainstSearch compares with an evident search after random changes,
// some of which are undone.
func TestAgainstSearch(t *testing.T) {
	descriptors := []*registry.Descriptor{nil, {ID: 0}, {ID: 2}}
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 1))
		g := New()
		var before map[string]string
		for step := range 300 {
			key := fmt.Sprintf("%c/%d", 'a'+r.IntN(3), r.IntN(6))
			switch n := r.IntN(20); {
			case n < 3:
				g.Remove(g.Slot(key))
			case n < 12:
				g.set(key, r.IntN(2) == 0, randomDeps(r)...)
				n := g.Edit(g.Slot(key))
				n.Desc, n.Base = descriptors[r.IntN(len(descriptors))], []string{"", "", "base"}[r.IntN(3)]
			case n < 17:
				if n := g.Get(key); n != nil {
					g.SetAvailable(g.Edit(n.slot), !n.Available)
				}
			case n == 17:
				g.Commit()
				g.Publish()
				checkView(t, g)
				before = contents(g)
			case n == 18:
				g.Keep()
				before = contents(g)
			default:
				if before != nil {
					g.Rollback()
					if diff := cmp.Diff(before, contents(g)); diff != "" {
						t.Fatalf("seed %d step %d: after Rollback -want +got\n%s", seed, step, diff)
					}
				}
			}
			checkBases(t, g, descriptors)
			for n := range g.All() {
				if got, want := g.Unmet(n), search(g, n); !slices.Equal(got, want) {
					t.Fatalf("seed %d step %d: unmet of %s: %v, want %v", seed, step, n.Key, got, want)
				}
			}
		}
	}
}

func randomDeps(r *rand.Rand) (deps []api.Dependency) {
	all := []api.Dependency{
		onKey("a/1"), onKey("b/2"), onPrefix("a"), onPrefix("b/", "c/3"), onPrefix(""), onPart("5"), onPart("2", "a/", "b/2"),
	}
	for _, i := range r.Perm(len(all))[:r.IntN(4)] {
		deps = append(deps, all[i])
	}
	return deps
}

func search(g *Graph, n *Node) (unmet []string) {
	for _, dep := range n.Deps {
		met := false
		for to := range g.All() {
			met = met || to.Available && Matches(dep, to.Key)
		}
		if !met {
			unmet = append(unmet, dep.Label)
		}
	}
	return unmet
}

// checkBases compares the lists of base nodes with a search for them.
func checkBases(t *testing.T, g *Graph, descriptors []*registry.Descriptor) {
	t.Helper()
	keysOf := func(nodes iter.Seq[*Node], is func(*Node) bool) (keys []string) {
		for n := range nodes {
			if is(n) {
				keys = append(keys, n.Key)
			}
		}
		return keys
	}
	if got, want := keysOf(g.Bases(), func(*Node) bool { return true }), keysOf(g.All(), isBase); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
		t.Fatalf("base nodes %v, want %v", got, want)
	}
	for _, d := range descriptors {
		got := keysOf(slices.Values(g.OfDescriptor(d)), func(*Node) bool { return true })
		want := keysOf(g.All(), func(n *Node) bool { return isBase(n) && n.Desc == d })
		if slices.Sort(want); !slices.Equal(got, want) {
			t.Fatalf("nodes of %v: %v, want %v", d, got, want)
		}
	}
}

// checkView compares the view with the graph.
func checkView(t *testing.T, g *Graph) {
	t.Helper()
	view, n := g.Views.Current(), 0
	for range view.All() {
		n++
	}
	for node := range g.All() {
		if view.Get(node.Key) != node {
			t.Errorf("%s is not published", node.Key)
		}
		n--
	}
	if n != 0 {
		t.Errorf("the view has %d nodes more", n)
	}
}

func contents(g *Graph) map[string]string {
	all := make(map[string]string)
	for n := range g.All() {
		all[n.Key] = fmt.Sprint(n.Available, n.State, g.Unmet(n))
	}
	return all
}

func TestAffected(t *testing.T) {
	g := New()
	g.set("x", false, onKey("a"), onPrefix("p/"))
	g.set("y", false, onPrefix("p/"), onPart("q"))
	steps := []struct {
		key       string
		available bool
		want      []string
	}{
		{"a", true, []string{"x"}},
		{"p/1", true, []string{"x", "y"}},
		{"p/2", true, nil},
		{"p/1", false, nil},
		{"p/2", false, []string{"x", "y"}},
		{"q", true, []string{"y"}},
	}
	for _, step := range steps {
		var got []string
		for _, s := range g.set(step.key, step.available) {
			got = append(got, s.Key)
		}
		slices.Sort(got)
		if !slices.Equal(got, step.want) {
			t.Errorf("%s available=%v affects %v, want %v", step.key, step.available, got, step.want)
		}
	}
}

// TestViewNeverChanges: what was published stays as it was.
func TestViewNeverChanges(t *testing.T) {
	g := New()
	for i := range 100 {
		g.set(fmt.Sprintf("k%03d", i), true)
	}
	changes := g.Commit()
	g.Publish()
	view := g.Views.Current()
	if len(changes) != 100 {
		t.Errorf("%d changes", len(changes))
	}
	node := view.Get("k001")
	g.Edit(g.Slot("k001")).Label = "changed"
	g.Remove(g.Slot("k002"))
	g.set("new", true)
	changes = g.Commit()
	g.Publish()
	next := g.Views.Current()

	if node.Label != "" || view.Get("k001") != node || view.Get("k002") == nil || view.Get("new") != nil {
		t.Error("the first view has changed")
	}
	if next.Get("k001").Label != "changed" || next.Get("k002") != nil || next.Get("new") == nil {
		t.Error("the second view lacks changes")
	}
	got := make(map[string]bool)
	for _, c := range changes {
		got[c.Key()] = true
	}
	if want := map[string]bool{"k001": true, "k002": true, "new": true}; !maps.Equal(got, want) {
		t.Errorf("changes %v", got)
	}
	var keys []string
	for n := range next.WithPrefix("k09") {
		keys = append(keys, n.Key)
	}
	if len(keys) != 10 || !slices.IsSorted(keys) {
		t.Errorf("with prefix: %v", keys)
	}
}

func FuzzTrie(f *testing.F) {
	f.Add("a/b a/ a/bc", "a/bcd")
	f.Fuzz(func(t *testing.T, prefixes, key string) {
		var root trie
		conds := make(map[string]*condition)
		for _, prefix := range strings.Split(prefixes, " ") {
			if conds[prefix] == nil {
				conds[prefix] = &condition{prefix: prefix}
				root.insert(prefix, conds[prefix])
			}
		}
		check := func() {
			want, got := make(map[string]bool), make(map[string]bool)
			for prefix := range conds {
				if strings.HasPrefix(key, prefix) {
					want[prefix] = true
				}
			}
			root.walk(key, func(c *condition) { got[c.prefix] = true })
			if !maps.Equal(want, got) {
				t.Fatalf("prefixes of %q among %q: %v, want %v", key, prefixes, got, want)
			}
		}
		check()
		for prefix, c := range conds {
			root.remove(prefix, c)
			delete(conds, prefix)
			check()
		}
		if len(root.children)+len(root.conds) != 0 {
			t.Fatalf("the empty trie has %d children", len(root.children))
		}
	})
}
