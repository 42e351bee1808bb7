// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	kvsproto "go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// model is the scheduler at its simplest: it remembers what is wanted and
// what is reported, and computes everything else anew when asked. It knows
// nothing of an order of operations or of failures, and is right only when
// nothing fails and no value of a ring has more than one way to be satisfied.
type model struct {
	wanted   map[string]string // text of values by base key, from the north
	reported map[string]string // the same, from the south
}

func newModel() *model {
	return &model{wanted: make(map[string]string), reported: make(map[string]string)}
}

const (
	reportedKeys      = "sb/"
	unimplementedKeys = "U"
)

// apply does one command of a story.
func (m *model) apply(name string, c command) {
	switch name {
	case "commit":
		m.commit(c)
	case "notify":
		for _, v := range c.values {
			if key, msg := parseAssignment(v); strings.HasPrefix(key, reportedKeys) {
				set(m.reported, key, msg == nil, textOf(msg))
			}
		}
	}
}

func (m *model) commit(c command) {
	next := maps.Clone(m.wanted)
	switch c.flags["resync"] {
	case "full", "upstream":
		clear(next)
	}
	values := make(map[string]proto.Message)
	for _, v := range c.values {
		key, msg := parseAssignment(v)
		values[key] = msg // the last one wins
	}
	_, revert := c.flags["revert"]
	for key, msg := range values {
		if revert && isBad(key, textOf(msg)) {
			return // all or nothing
		}
		set(next, key, msg == nil, textOf(msg))
	}
	m.wanted = next
}

func set(values map[string]string, key string, remove bool, text string) {
	if remove {
		delete(values, key)
		return
	}
	values[key] = text
}

// isBad tells whether a descriptor refuses the value.
func isBad(key, text string) bool {
	return parseValue(text).content == "bad" && !strings.HasPrefix(key, unimplementedKeys)
}

// available gives the text of all values that are there: everything, minus
// what lacks something, minus what then lacks something, and so on.
func (m *model) available() map[string]string {
	base := maps.Clone(m.reported)
	for key, text := range m.wanted {
		if !isBad(key, text) && !strings.HasPrefix(key, unimplementedKeys) {
			base[key] = text
		}
	}
	for {
		all := maps.Clone(base)
		missing := make(map[string]bool) // derived values without what they need
		for again := true; again; {
			again = false
			all = withDerived(base, missing)
			for key, text := range all {
				if _, isBase := base[key]; !isBase && len(unmet(text, all)) > 0 && !missing[key] {
					missing[key], again = true, true
				}
			}
		}
		lacking := 0
		for key, text := range m.wanted {
			if _, there := base[key]; there && len(unmet(text, all)) > 0 {
				delete(base, key)
				lacking++
			}
		}
		if lacking == 0 {
			return all
		}
	}
}

func withDerived(base map[string]string, missing map[string]bool) map[string]string {
	all := maps.Clone(base)
	for _, text := range base {
		for _, derived := range derivedValues(newValue(text)) {
			if !missing[derived.Key] {
				all[derived.Key] = textOf(derived.Value)
			}
		}
	}
	return all
}

// unmet lists the labels of the dependencies that do not hold.
func unmet(text string, all map[string]string) (labels []string) {
	for _, dep := range dependencies(newValue(text)) {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(all)), func(key string) bool { return satisfies(key, dep) }) {
			labels = append(labels, dep.Label)
		}
	}
	return labels
}

func satisfies(key string, dep kvs.Dependency) bool {
	if dep.Key != "" {
		return key == dep.Key
	}
	prefixes, selects := dep.AnyOf.KeyPrefixes, dep.AnyOf.KeySelector
	matches := len(prefixes) == 0
	for _, prefix := range prefixes {
		matches = matches || strings.HasPrefix(key, prefix)
	}
	return matches && (selects == nil || selects(key))
}

// states gives the state of every value that is not NONEXISTENT.
func (m *model) states() map[string]kvsproto.ValueState {
	states := make(map[string]kvsproto.ValueState)
	all := m.available()
	addDerived := func(text string, there kvsproto.ValueState) {
		for _, derived := range derivedValues(newValue(text)) {
			states[derived.Key] = kvsproto.ValueState_PENDING
			if _, available := all[derived.Key]; available {
				states[derived.Key] = there
			}
		}
	}
	for key, text := range m.reported {
		states[key] = kvsproto.ValueState_OBTAINED
		addDerived(text, kvsproto.ValueState_OBTAINED)
	}
	for key, text := range m.wanted {
		_, there := all[key]
		switch {
		case strings.HasPrefix(key, unimplementedKeys):
			states[key] = kvsproto.ValueState_UNIMPLEMENTED
		case isBad(key, text):
			states[key] = kvsproto.ValueState_INVALID
		case there:
			states[key] = kvsproto.ValueState_CONFIGURED
			addDerived(text, kvsproto.ValueState_CONFIGURED)
		default:
			states[key] = kvsproto.ValueState_PENDING
		}
	}
	return states
}

// objects lists what the system must have, sorted by key as in a snapshot.
func (m *model) objects() (lines []string) {
	all := m.available()
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if !strings.HasPrefix(key, "P") { // a property is no object
			lines = append(lines, show(key, newValue(all[key])))
		}
	}
	return lines
}
