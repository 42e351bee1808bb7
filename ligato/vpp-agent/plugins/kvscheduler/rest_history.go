// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/history"
)

// revisionReply is a version of a value; Until is zero for the current one.
type revisionReply struct {
	Since, Until time.Time
	node
}

// revisions returns nil if nothing is recorded.
func (c *core) revisions() *history.Revisions {
	if c.history == nil {
		return nil
	}
	return c.history.Revisions(c.views.Current().All())
}

func showRevision(r history.Revision, at keyLookup) *revisionReply {
	return &revisionReply{Since: r.Since, Until: r.Until, node: showNode(r.Node, at)}
}

func (s *Scheduler) restKeyTimeline(query url.Values) (any, error) {
	key, err := one(query, "key")
	if err != nil {
		return nil, err
	}
	if key == "" {
		return nil, errors.New("missing key argument")
	}
	at, err := timeArg(query, "time")
	if err != nil {
		return nil, err
	}
	revisions := s.core().revisions()
	if revisions == nil {
		return nil, nil
	}
	var timeline []*revisionReply
	keys := &timelineKeys{revisions: revisions}
	for _, r := range revisions.Timeline(key) {
		keys.at = r.Since
		if r.Until.IsZero() {
			keys.at = time.Now()
		}
		if at.IsZero() {
			timeline = append(timeline, showRevision(r, keys))
		} else if r.At(at) {
			return showRevision(r, keys), nil
		}
	}
	if !at.IsZero() {
		return nil, nil
	}
	return timeline, nil
}

func (s *Scheduler) restGraphSnapshot(query url.Values) (any, error) {
	at, err := timeArg(query, "time")
	if err != nil {
		return nil, err
	}
	if at.IsZero() {
		at = time.Now()
	}
	all := s.core().revisions()
	if all == nil {
		return nil, nil
	}
	revisions := all.At(at)
	keys := newSnapshotKeys(revisions)
	var snapshot []*revisionReply
	for _, r := range revisions {
		snapshot = append(snapshot, showRevision(r, keys))
	}
	return snapshot, nil
}

// flagStats counts revisions by the value of a flag.
type flagStats struct {
	TotalCount    uint64
	PerValueCount map[string]uint64
}

func (s *Scheduler) restFlagStats(query url.Values) (any, error) {
	name, err := one(query, "flag")
	if err != nil {
		return nil, err
	}
	if name == "" {
		return nil, errors.New("missing flag argument")
	}
	if !slices.Contains(flagNames, name) {
		return nil, fmt.Errorf("unknown flag %q, expected one of %s", name, strings.Join(flagNames, ", "))
	}
	stats := flagStats{PerValueCount: make(map[string]uint64)}
	revisions := s.core().revisions()
	if revisions == nil {
		return stats, nil
	}
	prefixes := query["prefix"]
	for r := range revisions.All() {
		if len(prefixes) > 0 && !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(r.Node.Key, p) }) {
			continue
		}
		for _, flag := range flagsOf(r.Node) {
			if flag.GetName() == name {
				stats.TotalCount++
				stats.PerValueCount[flag.GetValue()]++
			}
		}
	}
	return stats, nil
}

// timelineKeys looks up keys at a time that changes.
type timelineKeys struct {
	revisions *history.Revisions
	at        time.Time
	sorted    []string // all keys, made when first needed
}

func (k *timelineKeys) exists(key string) bool { return k.revisions.Existed(key, k.at) }

func (k *timelineKeys) withPrefix(prefix string) []string {
	if k.sorted == nil {
		k.sorted = k.revisions.Keys()
	}
	return slices.DeleteFunc(slices.Clone(havePrefix(k.sorted, prefix)), func(key string) bool { return !k.exists(key) })
}

// snapshotKeys are the keys at one time, sorted.
type snapshotKeys []string

func newSnapshotKeys(revisions []history.Revision) snapshotKeys {
	keys := make(snapshotKeys, len(revisions))
	for i, r := range revisions {
		keys[i] = r.Node.Key
	}
	slices.Sort(keys)
	return keys
}

func (k snapshotKeys) exists(key string) bool {
	_, found := slices.BinarySearch(k, key)
	return found
}

func (k snapshotKeys) withPrefix(prefix string) []string { return havePrefix(k, prefix) }

// havePrefix returns the part of a sorted list with the prefix.
func havePrefix(sorted []string, prefix string) []string {
	from, _ := slices.BinarySearch(sorted, prefix)
	to := from
	for to < len(sorted) && strings.HasPrefix(sorted[to], prefix) {
		to++
	}
	return sorted[from:to]
}
