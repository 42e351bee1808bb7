// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package idxmap

import (
	"time"

	"go.ligato.io/cn-infra/v2/logging"
)

// DefaultNotifTimeout is how long a callback made by [ToChan] waits for room
// in its channel.
const DefaultNotifTimeout = 2 * time.Second

// NamedMapping is the read-only side of a mapping. It is safe for concurrent
// use.
type NamedMapping interface {
	// GetRegistryTitle returns the title of the mapping.
	GetRegistryTitle() string
	// GetValue returns the value stored under the name.
	GetValue(name string) (value any, exists bool)
	// ListAllNames returns all names, nil when there are none.
	ListAllNames() (names []string)
	// ListNames returns the names of the items that have the value in the
	// given secondary index, nil when there are none.
	ListNames(field string, value string) (names []string)
	// ListFields returns the secondary indexes of one item. The result is
	// never nil.
	ListFields(name string) map[string][]string
	// Watch has the callback told about every later change. It is an error
	// when there is already a subscriber of that name.
	Watch(subscriber string, callback func(NamedMappingGenericEvent)) error
}

// NamedMappingRW is a mapping that can be changed.
type NamedMappingRW interface {
	NamedMapping
	// Put stores a value under a name, replacing the one that is there.
	Put(name string, value any)
	// Update replaces the value of an existing name; it reports false and does
	// nothing when there is no such name.
	Update(name string, value any) (success bool)
	// Delete removes a name and returns its value.
	Delete(name string) (value any, exists bool)
	// Clear removes everything without telling subscribers.
	Clear()
}

// NamedMappingEvent is a change of a mapping. An item that was put, be it new
// or not, has neither flag.
type NamedMappingEvent struct {
	Name string
	// Del is set when the item was deleted.
	Del bool
	// Update is set when the item was updated.
	Update bool
	// RegistryTitle is the title of the mapping.
	RegistryTitle string
}

// NamedMappingGenericEvent is a change with the value: the new one, or the
// removed one of a deletion.
type NamedMappingGenericEvent struct {
	NamedMappingEvent
	Value any
}

// ToChan returns a callback for Watch that sends the events to ch. An event
// that finds no room within [DefaultNotifTimeout] is dropped with a warning.
//
// Two kinds of opts are known, others are ignored: a logging.Logger for the
// warning, and a time.Duration that replaces the timeout.
func ToChan(ch chan NamedMappingGenericEvent, opts ...any) func(dto NamedMappingGenericEvent) {
	timeout := DefaultNotifTimeout
	warnf := func(format string, args ...any) { logging.Warnf(format, args...) }
	for _, opt := range opts {
		switch opt := opt.(type) {
		case logging.Logger:
			warnf = opt.Warnf
		case time.Duration:
			timeout = opt
		}
	}

	return func(dto NamedMappingGenericEvent) {
		select {
		case ch <- dto:
			return
		default:
		}
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		select {
		case ch <- dto:
		case <-timer.C:
			warnf("%s: event for %q dropped: its receiver took none for %v", dto.RegistryTitle, dto.Name, timeout)
		}
	}
}
