// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/graph"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/registry"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// restStatus serves the statuses of one key, of a descriptor or of all values.
// With state, which may be repeated, those are left out that are in another
// state, both they and what is derived from them; with explain every one also
// tells what it waits for.
func (s *Scheduler) restStatus(query url.Values) (any, error) {
	for _, name := range []string{"key", "key-prefix", "descriptor"} {
		if _, err := one(query, name); err != nil {
			return nil, err
		}
	}
	states, err := stateArgs(query)
	if err != nil {
		return nil, err
	}
	view, explain := s.core().views.Current(), isSet(query, "explain")
	if key := query.Get("key"); key != "" {
		if explain {
			return explained(view, key), nil
		}
		return statusOf(view, key), nil
	}
	nodes := view.All()
	if prefix, name := query.Get("key-prefix"), query.Get("descriptor"); prefix != "" || name != "" {
		var desc *registry.Descriptor
		set := s.core().registry.Set()
		if prefix == "" {
			desc = set.ByName(name)
		} else if desc = set.ByNBKeyPrefix(prefix); desc == nil {
			return nil, errors.New("unknown key prefix")
		}
		nodes = view.OfDescriptor(desc)
	}
	var keys []string
	for n := range nodes {
		if n.Base == "" && hasState(view, n, states) {
			keys = append(keys, n.Key)
		}
	}
	if explain {
		return collect(keys, func(key string) *explainedStatus { return explained(view, key) }), nil
	}
	return collect(keys, func(key string) *kvscheduler.BaseValueStatus { return statusOf(view, key) }), nil
}

// collect gives nil, which is encoded as null, for no keys.
func collect[T any](keys []string, of func(string) T) (list []T) {
	for _, key := range keys {
		list = append(list, of(key))
	}
	return list
}

func stateArgs(query url.Values) (states []kvscheduler.ValueState, err error) {
	for _, name := range query["state"] {
		if name == "" {
			continue
		}
		number, known := kvscheduler.ValueState_value[strings.ToUpper(name)]
		if !known {
			var names []string
			for i := range len(kvscheduler.ValueState_name) {
				names = append(names, kvscheduler.ValueState(i).String())
			}
			return nil, &restError{http.StatusBadRequest, fmt.Errorf("unknown value state %q, expected one of %s", name, strings.Join(names, ", "))}
		}
		states = append(states, kvscheduler.ValueState(number))
	}
	return states, nil
}

// hasState reports whether the value, or one derived from it, is in one of the
// states.
func hasState(view *graph.View, n *graph.Node, states []kvscheduler.ValueState) bool {
	if len(states) == 0 || slices.Contains(states, n.State) {
		return true
	}
	return slices.ContainsFunc(n.Derived, func(key string) bool {
		d := view.Get(key)
		return d != nil && d.Base == n.Key && slices.Contains(states, d.State)
	})
}

// explainedStatus is a BaseValueStatus with what it waits for beside.
type explainedStatus struct {
	Value         *kvscheduler.ValueStatus   `json:"value,omitempty"`
	DerivedValues []*kvscheduler.ValueStatus `json:"derived_values,omitempty"`
	WaitsFor      []waitsFor                 `json:"waits_for,omitempty"`
}

// waitsFor is a dependency that is not satisfied. Any of the keys would do, or
// any key with one of the prefixes; with a selector only some of those.
type waitsFor struct {
	Label    string   `json:"label"`
	Keys     []string `json:"keys"`
	Prefixes []string `json:"prefixes"`
	Selector bool     `json:"selector"`
	// Derived is the value that waits if it is a derived one.
	Derived string `json:"derived,omitempty"`
}

func explained(view *graph.View, key string) *explainedStatus {
	status := statusOf(view, key)
	e := &explainedStatus{Value: status.GetValue(), DerivedValues: status.GetDerivedValues()}
	e.explain(view.Get(key))
	for _, derived := range e.DerivedValues {
		e.explain(view.Get(derived.GetKey()))
	}
	return e
}

func (e *explainedStatus) explain(n *graph.Node) {
	if n == nil || n.State != kvscheduler.ValueState_PENDING {
		return
	}
	for _, dep := range n.Deps {
		if !slices.Contains(n.Details, dep.Label) {
			continue
		}
		w := waitsFor{Label: dep.Label, Keys: []string{}, Prefixes: []string{}}
		if dep.Key != "" {
			w.Keys = append(w.Keys, dep.Key)
		} else {
			w.Prefixes = append(w.Prefixes, dep.AnyOf.KeyPrefixes...)
			w.Selector = dep.AnyOf.KeySelector != nil
		}
		if n.Key != e.Value.GetKey() {
			w.Derived = n.Key
		}
		e.WaitsFor = append(e.WaitsFor, w)
	}
}
