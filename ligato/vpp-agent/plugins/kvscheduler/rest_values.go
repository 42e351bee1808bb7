// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"errors"
	"net/http"
	"net/url"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/graph"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/utils"
)

// dumpIndex lists what can be dumped; the first two are parallel.
type dumpIndex struct {
	Descriptors []string
	KeyPrefixes []string
	Views       []string
}

func (s *Scheduler) restDump(query url.Values) (any, error) {
	descriptor, err := one(query, "descriptor")
	if err != nil {
		return nil, err
	}
	prefix, err := one(query, "key-prefix")
	if err != nil {
		return nil, err
	}
	view, err := one(query, "view")
	if err != nil {
		return nil, err
	}
	if descriptor == "" && prefix == "" {
		return s.dumpIndex(), nil
	}
	which := api.SBView
	switch view {
	case "", api.SBView.String():
	case api.NBView.String():
		which = api.NBView
	case api.CachedView.String():
		which = api.CachedView
	default:
		return nil, errors.New("unrecognized system view")
	}
	var values []api.KVWithMetadata
	if descriptor != "" {
		values, err = s.dumpKnown(descriptor, which)
	} else {
		if values, err = s.DumpValuesByKeyPrefix(prefix, which); err != nil {
			err = &restError{http.StatusNotFound, err}
		}
	}
	if err != nil {
		return nil, err
	}
	var dump []api.RecordedKVWithMetadata
	for _, kv := range values {
		dump = append(dump, api.RecordedKVWithMetadata{
			RecordedKVPair: api.RecordedKVPair{Key: kv.Key, Value: utils.RecordProtoMessage(kv.Value), Origin: kv.Origin},
			Metadata:       kv.Metadata,
		})
	}
	return dump, nil
}

// dumpKnown refuses unknown descriptors in every view.
func (s *Scheduler) dumpKnown(descriptor string, view api.View) ([]api.KVWithMetadata, error) {
	if s.core().registry.Set().ByName(descriptor) == nil {
		return nil, errDescriptorNotRegistered
	}
	return s.DumpValuesByDescriptor(descriptor, view)
}

func (s *Scheduler) dumpIndex() dumpIndex {
	index := dumpIndex{
		Descriptors: []string{},
		KeyPrefixes: []string{},
		Views:       []string{api.SBView.String(), api.NBView.String(), api.CachedView.String()},
	}
	for _, desc := range s.core().registry.Set().Retrieve {
		index.Descriptors = append(index.Descriptors, desc.Name())
		index.KeyPrefixes = append(index.KeyPrefixes, desc.NBKeyPrefix())
	}
	return index
}

// node is how timelines and snapshots show a value.
type node struct {
	Key              string
	Label            string
	Value            *utils.RecordedProtoMessage
	Flags            flags
	MetadataFields   map[string][]string
	Targets          []target
	TargetUpdateOnly bool
}

// target is what a value depends on or what is derived from it.
type target struct {
	Relation     string
	Label        string
	ExpectedKey  string
	MatchingKeys []string
}

// keyLookup finds the keys of the values that there were at some time.
type keyLookup interface {
	exists(key string) bool
	withPrefix(prefix string) []string
}

func showNode(n *graph.Node, at keyLookup) node {
	shown := node{Key: n.Key, Label: n.Label, Value: n.Value, Flags: flagsOf(n)}
	if shown.Label == "" {
		shown.Label = n.Key
	}
	if n.Metadata != nil && n.Desc != nil && n.Desc.Map != nil {
		shown.MetadataFields = n.Desc.Map.ListFields(n.Label)
	}
	for _, dep := range n.Deps {
		shown.Targets = append(shown.Targets, target{
			Relation: DependencyRelation, Label: dep.Label,
			ExpectedKey: expectedKey(dep), MatchingKeys: matchingKeys(dep, at),
		})
	}
	for _, key := range n.Derived {
		shown.Targets = append(shown.Targets, target{
			Relation: DerivesRelation, Label: key,
			ExpectedKey: key, MatchingKeys: matchingKeys(api.Dependency{Key: key}, at),
		})
	}
	return shown
}

// expectedKey is empty for a dependency that has a selector only.
func expectedKey(dep api.Dependency) string {
	if dep.Key != "" {
		return dep.Key
	}
	text := ""
	for i, prefix := range dep.AnyOf.KeyPrefixes {
		if i > 0 {
			text += " | "
		}
		text += prefix + "*"
	}
	return text
}

func matchingKeys(dep api.Dependency, at keyLookup) []string {
	matching := []string{}
	if dep.Key != "" {
		if at.exists(dep.Key) {
			matching = append(matching, dep.Key)
		}
		return matching
	}
	prefixes := dep.AnyOf.KeyPrefixes
	if len(prefixes) == 0 {
		prefixes = []string{""}
	}
	seen := make(map[string]bool)
	for _, prefix := range prefixes {
		for _, key := range at.withPrefix(prefix) {
			if !seen[key] && graph.Matches(dep, key) {
				seen[key] = true
				matching = append(matching, key)
			}
		}
	}
	return matching
}
