// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package models

import (
	"slices"
	"sync"
)

// Broadcast passes what comes from one channel on to any number of
// subscribers. Closing the source closes the channels of all subscribers.
type Broadcast[T any] struct {
	mu          sync.Mutex
	subscribers []chan T
	closed      bool
}

// NewBroadcast starts to broadcast what comes from the source, until the
// source is closed. A source that is never closed is read for ever.
func NewBroadcast[T any](source <-chan T) *Broadcast[T] {
	b := new(Broadcast[T])
	go b.run(source)
	return b
}

// Subscribe returns a channel with everything that is broadcast from now on.
// It holds one element; nothing is dropped, so a subscriber that stops reading
// stops all others, too. After the source was closed the channel is closed.
func (b *Broadcast[T]) Subscribe() <-chan T {
	b.mu.Lock()
	defer b.mu.Unlock()
	subscriber := make(chan T, 1)
	if b.closed {
		close(subscriber)
	} else {
		b.subscribers = append(b.subscribers, subscriber)
	}
	return subscriber
}

func (b *Broadcast[T]) run(source <-chan T) {
	for v := range source {
		b.mu.Lock()
		subscribers := slices.Clone(b.subscribers)
		b.mu.Unlock()
		for _, subscriber := range subscribers {
			subscriber <- v
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	for _, subscriber := range b.subscribers {
		close(subscriber)
	}
}

// SourceBroadcast is a [Broadcast] together with its source.
type SourceBroadcast[T any] struct {
	*Broadcast[T]
	// S is the source: what is sent to it is broadcast. Close it to end.
	S chan T
}

// NewSourceBroadcast returns a broadcast with a source of its own.
func NewSourceBroadcast[T any]() *SourceBroadcast[T] {
	source := make(chan T)
	return &SourceBroadcast[T]{Broadcast: NewBroadcast(source), S: source}
}
