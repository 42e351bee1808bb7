// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package orchestrator

import (
	"maps"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	"go.ligato.io/vpp-agent/v3/internal/refused"
	"go.ligato.io/vpp-agent/v3/pkg/models"
)

// change is what a source says about a key: a value, a value that cannot be
// used, or, with neither, that it does not want the key.
type change struct {
	key     string
	val     proto.Message
	refused error
}

// applied is what became of changes.
type applied struct {
	// values are what to tell the scheduler, nil for those to be deleted.
	values KVPairs
	// refusals are the keys whose value became, or ceased to be, refused, or is
	// refused for another reason.
	refusals []string
	// undo is the way back.
	undo func()
}

// apply changes what a source wants.
func (s *store) apply(dataSrc string, changes []change, labels map[string]Labels) applied {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys := keysOf(changes)
	before := s.refusedAmong(keys)
	undo := s.backup(dataSrc, keys)
	values := make(KVPairs, len(changes))
	for _, c := range changes {
		switch {
		case c.val != nil:
			// The last write counts, also over sources that are later by name.
			values[c.key] = s.set(dataSrc, c, labels).value(c.key)
			continue
		case c.refused != nil:
			s.set(dataSrc, c, labels)
		default:
			for lkey := range labels[c.key] {
				s.deleteLabel(c.key, lkey)
			}
			s.remove(dataSrc, c.key)
		}
		values[c.key] = nil
		if e, ok := s.winner(c.key); ok {
			values[c.key] = e.value(c.key)
		}
	}
	return applied{values: values, refusals: s.refusalsSince(before, keys), undo: undo}
}

// replace makes the given changes everything that a source wants. The values
// are those of all sources.
func (s *store) replace(dataSrc string, changes []change, labels map[string]Labels) applied {
	s.mu.Lock()
	defer s.mu.Unlock()
	obsolete := maps.Clone(s.sources[dataSrc])
	keys := keysOf(changes)
	for _, key := range keys {
		delete(obsolete, key)
	}
	keys = slices.AppendSeq(keys, maps.Keys(obsolete))
	before := s.refusedAmong(keys)
	undo := s.backup(dataSrc, keys)
	for _, c := range changes {
		if c.val == nil && c.refused == nil {
			s.remove(dataSrc, c.key)
		} else {
			s.set(dataSrc, c, labels)
		}
	}
	for key := range obsolete {
		s.remove(dataSrc, key)
	}
	all := s.merged()
	values := make(KVPairs, len(all))
	for key, e := range all {
		values[key] = e.value(key)
	}
	return applied{values: values, refusals: s.refusalsSince(before, keys), undo: undo}
}

// refusedAmong returns the reasons of the refused ones among the keys.
func (s *store) refusedAmong(keys []string) map[string]string {
	reasons := make(map[string]string)
	for _, key := range keys {
		if e, ok := s.winner(key); ok && e.isRefused() {
			reasons[key] = e.refused.Error()
		}
	}
	return reasons
}

// refusalsSince returns those of the keys whose refusal is not as it was.
func (s *store) refusalsSince(before map[string]string, keys []string) []string {
	after := s.refusedAmong(keys)
	var changed []string
	for _, key := range keys {
		reasonBefore, wasRefused := before[key]
		reason, isRefused := after[key]
		if wasRefused != isRefused || reasonBefore != reason {
			changed = append(changed, key)
		}
	}
	return changed
}

// set stores what a source wants. Of a value that cannot be used the one before
// is kept, since that is what is applied.
func (s *store) set(dataSrc string, c change, labels map[string]Labels) entry {
	e := entry{val: c.val, refused: c.refused, source: dataSrc}
	if c.refused != nil {
		e.val = s.sources[dataSrc][c.key].val
	}
	s.put(dataSrc, c.key, e)
	if ls, ok := labels[c.key]; ok || c.refused == nil {
		delete(s.labels, c.key)
		if len(ls) > 0 {
			s.labels[c.key] = maps.Clone(ls)
		}
	}
	return e
}

// backup returns a function that restores what the source has for the keys,
// and their labels. Changes of a store are made by one caller at a time.
func (s *store) backup(dataSrc string, keys []string) func() {
	entries := make(map[string]entry)
	labels := make(map[string]Labels)
	for _, key := range keys {
		if e, ok := s.sources[dataSrc][key]; ok {
			entries[key] = e
		}
		labels[key] = maps.Clone(s.labels[key])
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, key := range keys {
			if e, ok := entries[key]; ok {
				s.put(dataSrc, key, e)
			} else {
				delete(s.sources[dataSrc], key)
			}
			delete(s.labels, key)
			if len(labels[key]) > 0 {
				s.labels[key] = labels[key]
			}
		}
	}
}

// value is what the scheduler is told of an entry.
func (e entry) value(key string) proto.Message {
	if !e.isRefused() {
		return e.val
	}
	var message proto.Message = &emptypb.Empty{}
	if model, err := models.GetModelForKey(key); err == nil {
		message = model.NewInstance()
	}
	return refused.New(message, e.reason())
}

func keysOf(changes []change) []string {
	keys := make([]string, 0, len(changes))
	for _, c := range changes {
		keys = append(keys, c.key)
	}
	return keys
}
