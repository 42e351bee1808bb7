// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"context"
	"errors"

	"go.ligato.io/cn-infra/v2/datasync"
)

// ErrNotReady is returned by operations on a store that is not connected yet.
var ErrNotReady = errors.New("key-value store is not connected")

// Item is one stored pair.
type Item struct {
	Key   string
	Value datasync.LazyValue
	Rev   int64 // revision of the last change of the value, 0 if the store has none
}

// equaler is implemented by values that can be compared without being decoded.
type equaler interface {
	Equal(datasync.LazyValue) bool
}

// unchanged tells whether the item is what it was. The revision alone does not
// tell: a store that was wiped and filled again in the same way has the same
// revisions for other values.
func (i Item) unchanged(before Item) bool {
	if i.Rev == 0 || i.Rev != before.Rev {
		return false
	}
	v, ok := i.Value.(equaler)
	return !ok || v.Equal(before.Value)
}

// Change is one change of one key.
type Change struct {
	Op    datasync.Op
	Key   string
	Value datasync.LazyValue // nil for a deletion
	Rev   int64              // 0 if the store has none
	Prev  datasync.LazyValue // nil if there was none; set by the mirror
}

// Snapshot is everything under some prefixes at one revision.
type Snapshot struct {
	Store    uint64 // identity of the store, 0 if it has none
	Revision int64  // 0 if the store has none
	Items    []Item
}

// Stream has the changes after a snapshot.
type Stream interface {
	// Next waits for changes and returns them in the order of the store. An
	// error ends the stream.
	Next() ([]Change, error)
}

// Store can be followed. Keys are relative to a prefix that only it knows.
type Store interface {
	// Open lists what is under the prefixes and returns the stream of the
	// changes after that. The context ends both. The prefixes are not empty
	// and none of them is a prefix of another.
	Open(ctx context.Context, prefixes []string) (Snapshot, Stream, error)
	// Had tells whether at revision at the key had a value last changed at
	// revision rev; known is false if the history does not reach back.
	Had(ctx context.Context, key string, rev, at int64) (had, known bool, err error)
	// Report tells what is wrong with following, nil when all is well, in the
	// name of the follower.
	Report(follower string, err error)
}

// Followable is implemented by watchers whose store can be followed.
type Followable interface {
	FollowStore() Store
}
