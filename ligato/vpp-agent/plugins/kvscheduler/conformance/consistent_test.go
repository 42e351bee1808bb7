// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"fmt"
	"maps"
	"slices"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	kvsproto "go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// checkConsistent checks what holds after every transaction, whatever has
// failed: what is configured has all it needs, unless it is to be deleted, and
// what is pending lacks something. Rings are left out: a member that fails
// leaves the others as they are.
func (p *player) checkConsistent() error {
	there, wanted := p.dumps(kvs.CachedView), p.dumps(kvs.NBView)
	// Whether a derived value that failed is there, the statuses do not tell.
	surely, perhaps := maps.Clone(there), maps.Clone(there)
	derived := make(map[string]string)
	for _, key := range slices.Concat(baseKeys, southKeys) {
		values := make(map[string]string)
		for _, kv := range derivedValues(newValue(there[key])) {
			values[kv.Key] = textOf(kv.Value)
		}
		for _, status := range p.GetValueStatus(key).GetDerivedValues() {
			text := values[status.GetKey()]
			switch status.GetState() {
			case kvsproto.ValueState_CONFIGURED, kvsproto.ValueState_OBTAINED:
				surely[status.GetKey()] = text
				fallthrough
			case kvsproto.ValueState_FAILED, kvsproto.ValueState_INVALID:
				perhaps[status.GetKey()] = text
			}
			if p.state(key) == kvsproto.ValueState_CONFIGURED && values[status.GetKey()] != "" {
				derived[status.GetKey()] = text
			}
		}
	}
	check := func(key, text string) error {
		status := p.GetValueStatus(key).GetValue()
		switch {
		case status.GetState() == kvsproto.ValueState_CONFIGURED && len(unmet(text, perhaps)) > 0:
			return fmt.Errorf("%s is configured without %v", key, unmet(text, perhaps))
		case status.GetState() == kvsproto.ValueState_PENDING && len(unmet(text, surely)) == 0:
			return fmt.Errorf("%s lacks nothing but is pending, for %v", key, status.GetDetails())
		}
		return nil
	}
	for _, values := range []map[string]string{wanted, derived} {
		for _, key := range slices.Sorted(maps.Keys(values)) {
			if slices.Contains(ringKeys, key) {
				continue
			}
			if err := check(key, values[key]); err != nil {
				return err
			}
		}
	}
	return nil
}

// dumps are the texts of the base values of the random descriptors.
func (p *player) dumps(view kvs.View) map[string]string {
	texts := make(map[string]string)
	for _, name := range []string{"main", "replaced", "watcher"} {
		values, err := p.DumpValuesByDescriptor(name, view)
		if err != nil {
			p.t.Fatal(err)
		}
		for _, kv := range values {
			texts[kv.Key] = textOf(kv.Value)
		}
	}
	return texts
}
