// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package mem

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"go.ligato.io/cn-infra/v2/idxmap"
	"go.ligato.io/cn-infra/v2/logging"
)

// IndexFunction returns the secondary indexes of an item: the values that it
// is to be found by, by the name of the index.
type IndexFunction func(item any) map[string][]string

// NewNamedMapping returns an empty mapping. Without an index function there
// are no secondary indexes. Nothing is logged; the logger may be nil.
//
// Callbacks run in the goroutine of a writer and may use the mapping. With one
// writer, an event has been delivered when the method that caused it returns.
// While another goroutine, or a callback further up in this one, delivers
// events, it delivers this one too, after those before it: every subscriber
// sees the changes in the order in which they took effect.
func NewNamedMapping(logger logging.Logger, title string, indexFunction IndexFunction) idxmap.NamedMappingRW {
	return &mapping{
		title:       title,
		indexOf:     indexFunction,
		items:       make(map[string]item),
		indexes:     make(map[index]map[string]struct{}),
		subscribers: make(map[string]struct{}),
	}
}

type item struct {
	value  any
	fields map[string][]string
}

// index is one bucket of a secondary index.
type index struct {
	field, value string
}

// notification is an event with those who had subscribed when it happened.
type notification struct {
	event     idxmap.NamedMappingGenericEvent
	callbacks []func(idxmap.NamedMappingGenericEvent)
}

type mapping struct {
	title   string
	indexOf IndexFunction

	mu          sync.RWMutex
	items       map[string]item
	indexes     map[index]map[string]struct{}
	subscribers map[string]struct{}
	// callbacks is replaced, never changed, because notifications share it.
	callbacks []func(idxmap.NamedMappingGenericEvent)

	// queue has the events in the order of the changes; the goroutine that set
	// delivering empties it.
	queue      []notification
	delivering bool
}

func (m *mapping) GetRegistryTitle() string {
	return m.title
}

func (m *mapping) GetValue(name string) (value any, exists bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()

	it, ok := m.items[name]
	return it.value, ok
}

func (m *mapping) ListAllNames() (names []string) {
	m.mu.RLock()
	defer m.mu.RUnlock()

	return slices.Sorted(maps.Keys(m.items))
}

func (m *mapping) ListNames(field string, value string) (names []string) {
	m.mu.RLock()
	defer m.mu.RUnlock()

	return slices.Sorted(maps.Keys(m.indexes[index{field, value}]))
}

func (m *mapping) ListFields(name string) map[string][]string {
	m.mu.RLock()
	defer m.mu.RUnlock()

	return cloneFields(m.items[name].fields)
}

func (m *mapping) Watch(subscriber string, callback func(idxmap.NamedMappingGenericEvent)) error {
	m.mu.Lock()
	defer m.mu.Unlock()

	if _, taken := m.subscribers[subscriber]; taken {
		return fmt.Errorf("%s: there is already a subscriber named %q", m.title, subscriber)
	}
	m.subscribers[subscriber] = struct{}{}
	if callback != nil {
		m.callbacks = append(slices.Clip(m.callbacks), callback)
	}
	return nil
}

func (m *mapping) Put(name string, value any) {
	it := m.newItem(value)

	m.mu.Lock()
	m.replace(name, it)
	m.enqueue(idxmap.NamedMappingEvent{Name: name}, value)
	m.mu.Unlock()

	m.deliver()
}

func (m *mapping) Update(name string, value any) (success bool) {
	it := m.newItem(value)

	m.mu.Lock()
	if _, exists := m.items[name]; !exists {
		m.mu.Unlock()
		return false
	}
	m.replace(name, it)
	m.enqueue(idxmap.NamedMappingEvent{Name: name, Update: true}, value)
	m.mu.Unlock()

	m.deliver()
	return true
}

func (m *mapping) Delete(name string) (value any, exists bool) {
	m.mu.Lock()
	it, exists := m.items[name]
	if !exists {
		m.mu.Unlock()
		return nil, false
	}
	m.remove(name)
	m.enqueue(idxmap.NamedMappingEvent{Name: name, Del: true}, it.value)
	m.mu.Unlock()

	m.deliver()
	return it.value, true
}

func (m *mapping) Clear() {
	m.mu.Lock()
	defer m.mu.Unlock()

	clear(m.items)
	clear(m.indexes)
}

// newItem computes the indexes, without the lock and before anything changes:
// an index function that panics or reads the mapping does no harm.
func (m *mapping) newItem(value any) item {
	it := item{value: value}
	if m.indexOf != nil {
		it.fields = cloneFields(m.indexOf(value))
	}
	return it
}

func (m *mapping) replace(name string, it item) {
	m.remove(name)
	m.items[name] = it
	for field, values := range it.fields {
		for _, value := range values {
			bucket := m.indexes[index{field, value}]
			if bucket == nil {
				bucket = make(map[string]struct{})
				m.indexes[index{field, value}] = bucket
			}
			bucket[name] = struct{}{}
		}
	}
}

func (m *mapping) remove(name string) {
	for field, values := range m.items[name].fields {
		for _, value := range values {
			bucket := m.indexes[index{field, value}]
			delete(bucket, name)
			if len(bucket) == 0 {
				delete(m.indexes, index{field, value})
			}
		}
	}
	delete(m.items, name)
}

func (m *mapping) enqueue(event idxmap.NamedMappingEvent, value any) {
	if len(m.callbacks) == 0 {
		return
	}
	event.RegistryTitle = m.title
	m.queue = append(m.queue, notification{
		event:     idxmap.NamedMappingGenericEvent{NamedMappingEvent: event, Value: value},
		callbacks: m.callbacks,
	})
}

// deliver empties the queue unless someone else is doing that.
func (m *mapping) deliver() {
	m.mu.Lock()
	if m.delivering {
		m.mu.Unlock()
		return
	}
	m.delivering = true
	defer func() {
		m.delivering = false
		m.mu.Unlock()
	}()

	for len(m.queue) > 0 {
		next := m.queue[0]
		m.queue[0] = notification{}
		m.queue = m.queue[1:]
		m.notify(next)
	}
}

// notify calls back without the lock, and has it again when it returns or
// panics.
func (m *mapping) notify(n notification) {
	m.mu.Unlock()
	defer m.mu.Lock()
	for _, callback := range n.callbacks {
		callback(n.event)
	}
}

func cloneFields(fields map[string][]string) map[string][]string {
	clone := make(map[string][]string, len(fields))
	for field, values := range fields {
		clone[field] = slices.Clone(values)
	}
	return clone
}
