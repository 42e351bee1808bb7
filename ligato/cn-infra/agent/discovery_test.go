// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"slices"
	"strings"
	"testing"

	"go.ligato.io/cn-infra/v2/infra"
)

// leaf is a plugin without dependencies.
type leaf struct {
	infra.PluginName
}

func (*leaf) Init() error  { return nil }
func (*leaf) Close() error { return nil }

func newLeaf(name string) *leaf {
	return &leaf{infra.PluginName(name)}
}

// notPlugin holds a plugin but is none.
type notPlugin struct {
	W *leaf
}

type Inner struct {
	V leaf
}

type unexported struct {
	X *leaf
}

type root struct {
	leaf
	A      *leaf
	B      any
	C      []*leaf
	D      map[string]*leaf
	E      notPlugin
	P      *notPlugin
	Inner  // embedded, exported
	F      *leaf
	G      infra.Plugin
	H      *leaf
	hidden *leaf
	unexported
}

type listHolder struct {
	infra.PluginName
	Transport any // holds a slice
	Array     [2]infra.Plugin
}

func (*listHolder) Init() error  { return nil }
func (*listHolder) Close() error { return nil }

type mutual struct {
	infra.PluginName
	Before, Other infra.Plugin
}

func (*mutual) Init() error  { return nil }
func (*mutual) Close() error { return nil }

// values is a plugin, but not a pointer.
type values []string

func (values) Init() error    { return nil }
func (values) Close() error   { return nil }
func (values) String() string { return "values" }

type holder struct {
	leaf
	Any any
}

func names(plugins []infra.Plugin) []string {
	var list []string
	for _, p := range plugins {
		list = append(list, p.String())
	}
	return list
}

func find(plugins ...infra.Plugin) []string {
	o := newOptions([]Option{AllPlugins(plugins...)})
	return names(o.Plugins)
}

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

func TestOrderOfFields(t *testing.T) {
	f := newLeaf("F")
	r := &root{
		leaf:       *newLeaf("root"),
		A:          newLeaf("A"),
		B:          newLeaf("B"),
		C:          []*leaf{newLeaf("C0"), nil, newLeaf("C1")},
		D:          map[string]*leaf{"d": newLeaf("D")},
		E:          notPlugin{newLeaf("EW")},
		P:          &notPlugin{newLeaf("PW")},
		Inner:      Inner{*newLeaf("V")},
		F:          f,
		G:          (*leaf)(nil),
		H:          f,
		hidden:     newLeaf("hidden"),
		unexported: unexported{newLeaf("X")},
	}
	expect(t, find(r), "A", "B", "C0", "C1", "V", "F", "root")

	o := newOptions([]Option{AllPlugins(r)})
	if o.Plugins[4] != infra.Plugin(&r.V) {
		t.Error("a plugin that is a struct value is not used in place")
	}
}

func TestListInInterface(t *testing.T) {
	type writers []infra.Plugin
	p := &listHolder{
		PluginName: "p",
		Transport:  writers{newLeaf("a"), newLeaf("b")},
		Array:      [2]infra.Plugin{newLeaf("c"), nil},
	}
	expect(t, find(p), "a", "b", "c", "p")
}

func TestMutualDependency(t *testing.T) {
	a, b := &mutual{PluginName: "a"}, &mutual{PluginName: "b"}
	a.Before, a.Other, b.Other = newLeaf("x"), b, a
	expect(t, find(a), "x", "b", "a")
}

func TestListedOnce(t *testing.T) {
	a := newLeaf("a")
	b := &mutual{PluginName: "b", Other: a}
	expect(t, find(a, b), "a", "b")
	expect(t, find(b, a), "a", "b")
	expect(t, find(b, b), "a", "b")

	o := newOptions([]Option{Plugins(a), AllPlugins(b), AllPlugins(b, newLeaf("c"))})
	expect(t, names(o.Plugins), "a", "b", "c")
}

func TestNothing(t *testing.T) {
	expect(t, find(nil, (*leaf)(nil)))
	o := newOptions([]Option{Plugins(&mutual{PluginName: "p", Other: newLeaf("dep")})})
	expect(t, names(o.Plugins), "p")
}

func TestRefuses(t *testing.T) {
	tests := []struct {
		name string
		opts []Option
		want []string // in the message
	}{
		{"same name", []Option{AllPlugins(newLeaf("x"), newLeaf("x"))}, []string{`"x"`, "*agent.leaf"}},
		{"same name, one found", []Option{Plugins(newLeaf("x")), AllPlugins(newLeaf("x"))}, []string{`"x"`}},
		{"same name, not found", []Option{Plugins(newLeaf("x"), newLeaf("x"))}, []string{`"x"`}},
		{"same plugin", []Option{Plugins(&leaf{"x"}, &leaf{"x"})}, []string{`"x"`}},
		{"not comparable", []Option{AllPlugins(values{"a"})}, []string{"agent.values", "pointer"}},
		{"not comparable, in a field", []Option{AllPlugins(&mutual{PluginName: "p", Other: struct{ values }{}})}, []string{"pointer"}},
		{"nil", []Option{Plugins(newLeaf("a"), nil)}, []string{"2 of 2", "nil"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				msg, _ := recover().(string)
				for _, want := range append(tt.want, "agent") {
					if !strings.Contains(msg, want) {
						t.Errorf("panic %q lacks %q", msg, want)
					}
				}
			}()
			newOptions(tt.opts)
		})
	}
}

// A slice that is a plugin itself is still a list.
func TestListThatIsPlugin(t *testing.T) {
	expect(t, find(&holder{leaf: *newLeaf("p"), Any: values{"a"}}), "p")
}
