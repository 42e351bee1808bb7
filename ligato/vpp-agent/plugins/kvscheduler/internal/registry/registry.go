// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
)

// Registry is the set of descriptors. It is safe for concurrent use; readers
// take a Set and need no lock.
type Registry struct {
	env *Env

	mu       sync.Mutex
	set      atomic.Pointer[Set]
	waiting  map[string][]chan struct{} // by NB key prefix
	prefixes []string
}

// Set is an immutable state of the registry.
type Set struct {
	// Generation is higher for every later state of one registry.
	Generation int
	// Descriptors are in the order of registration; ID is the index.
	Descriptors []*Descriptor
	// Retrieve are the descriptors in the order in which they retrieve: after
	// those they name in RetrieveDependencies, by name where that is open.
	Retrieve []*Descriptor

	byName map[string]*Descriptor
}

// ErrAmbiguousKey is for a key that more than one descriptor selects.
var ErrAmbiguousKey = errors.New("key is selected by more than one descriptor")

// New returns an empty registry whose descriptors are called in env.
func New(env *Env) *Registry {
	r := &Registry{env: env, waiting: make(map[string][]chan struct{})}
	r.set.Store(&Set{byName: map[string]*Descriptor{}})
	return r
}

// Set returns the descriptors registered by now.
func (r *Registry) Set() *Set {
	return r.set.Load()
}

// Register adds one descriptor. It is refused if its name is taken
// (api.ErrDescriptorExists), if it has no name or key selector, or if the
// order of retrieval would become a cycle.
func (r *Registry) Register(desc *api.KVDescriptor) (*Descriptor, error) {
	if desc == nil || desc.Name == "" || desc.KeySelector == nil {
		return nil, errors.New("descriptor needs Name and KeySelector")
	}
	r.mu.Lock()
	defer r.mu.Unlock()

	old := r.set.Load()
	if old.byName[desc.Name] != nil {
		return nil, api.ErrDescriptorExists
	}
	d := newDescriptor(desc, len(old.Descriptors), r.env)
	next := &Set{
		Generation:  old.Generation + 1,
		Descriptors: append(slices.Clip(old.Descriptors), d),
		byName:      make(map[string]*Descriptor, len(old.byName)+1),
	}
	for _, d := range next.Descriptors {
		next.byName[d.Name()] = d
	}
	var err error
	if next.Retrieve, err = retrieveOrder(next); err != nil {
		return nil, fmt.Errorf("descriptor %s: %w", desc.Name, err)
	}
	r.set.Store(next)

	if prefix := desc.NBKeyPrefix; prefix != "" {
		if !slices.Contains(r.prefixes, prefix) {
			r.prefixes = append(r.prefixes, prefix)
		}
		for _, ch := range r.waiting[prefix] {
			ch <- struct{}{}
			close(ch)
		}
		delete(r.waiting, prefix)
	}
	return d, nil
}

// NBKeyPrefixes returns the prefixes to be watched, in the order of their
// first registration.
func (r *Registry) NBKeyPrefixes() []string {
	r.mu.Lock()
	defer r.mu.Unlock()

	return slices.Clone(r.prefixes)
}

// WatchNBKeyPrefix returns a channel that gets one item and is closed when a
// descriptor with that prefix is registered. If there is one, this has
// happened already and api.ErrDescriptorExists is returned too.
func (r *Registry) WatchNBKeyPrefix(prefix string) (<-chan struct{}, error) {
	r.mu.Lock()
	defer r.mu.Unlock()

	ch := make(chan struct{}, 1)
	if slices.Contains(r.prefixes, prefix) {
		ch <- struct{}{}
		close(ch)
		return ch, api.ErrDescriptorExists
	}
	r.waiting[prefix] = append(r.waiting[prefix], ch)
	return ch, nil
}

// ByName returns nil if there is no such descriptor.
func (s *Set) ByName(name string) *Descriptor {
	return s.byName[name]
}

// ByNBKeyPrefix returns the descriptor with exactly this prefix or nil. Of
// several, the one registered first is returned.
func (s *Set) ByNBKeyPrefix(prefix string) *Descriptor {
	for _, d := range s.Descriptors {
		if prefix != "" && d.NBKeyPrefix() == prefix {
			return d
		}
	}
	return nil
}

// ForKey returns the descriptor that selects key, nil if none does. The error
// is ErrAmbiguousKey with the names, or that of a selector that panicked.
func (s *Set) ForKey(key string) (found *Descriptor, err error) {
	var asked *Descriptor
	defer func() { // once for all of them, since most keys ask all of them
		if p := recover(); p != nil {
			found, err = nil, asked.panicked("KeySelector", p)
		}
	}()
	var more []string
	for _, asked = range s.Descriptors {
		switch {
		case !asked.kv.KeySelector(key):
		case found == nil:
			found = asked
		default:
			more = append(more, asked.Name())
		}
	}
	if len(more) > 0 {
		return nil, fmt.Errorf("%w: %s, %s", ErrAmbiguousKey, found.Name(), strings.Join(more, ", "))
	}
	return found, nil
}

// retrieveOrder sorts topologically. Names that are not registered (yet) do
// not matter.
func retrieveOrder(s *Set) ([]*Descriptor, error) {
	byName := slices.SortedFunc(slices.Values(s.Descriptors), func(a, b *Descriptor) int {
		return strings.Compare(a.Name(), b.Name())
	})
	order := make([]*Descriptor, 0, len(byName))
	done := make(map[*Descriptor]bool, len(byName))
	for len(order) < len(byName) {
		progress := false
		for _, d := range byName {
			waits := slices.ContainsFunc(d.kv.RetrieveDependencies, func(name string) bool {
				dep := s.byName[name]
				return dep != nil && !done[dep]
			})
			if done[d] || waits {
				continue
			}
			done[d], progress = true, true
			order = append(order, d)
			break // the first by name that is ready
		}
		if !progress {
			var rest []string
			for _, d := range byName {
				if !done[d] {
					rest = append(rest, d.Name())
				}
			}
			return nil, fmt.Errorf("retrieve dependencies form a cycle among %s", strings.Join(rest, ", "))
		}
	}
	return order, nil
}
