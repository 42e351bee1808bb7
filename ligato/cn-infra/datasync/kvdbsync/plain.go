// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvdbsync

import (
	"context"
	"fmt"
	"sync"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/db/keyval"
	"go.ligato.io/cn-infra/v2/internal/follow"
)

// plainStore follows a store by brokers and watchers alone. It watches before it
// lists, and what the listing has already is left out by its revision. That the
// store was replaced it cannot notice.
type plainStore struct {
	broker  keyval.ProtoBroker
	watcher keyval.ProtoWatcher
}

func (s *plainStore) Open(ctx context.Context, prefixes []string) (follow.Snapshot, follow.Stream, error) {
	stream := &plainStream{ctx: ctx, ready: make(chan struct{}, 1)}
	closeChan := make(chan string)
	if err := s.watcher.Watch(stream.add, closeChan, prefixes...); err != nil {
		return follow.Snapshot{}, nil, fmt.Errorf("watching: %w", err)
	}
	context.AfterFunc(ctx, func() { close(closeChan) })

	var snap follow.Snapshot
	for _, prefix := range prefixes {
		it, err := s.broker.ListValues(prefix)
		if err != nil {
			return snap, nil, fmt.Errorf("listing %q: %w", prefix, err)
		}
		for kv, stop := it.GetNext(); !stop; kv, stop = it.GetNext() {
			snap.Items = append(snap.Items, follow.Item{Key: kv.GetKey(), Value: kv, Rev: kv.GetRevision()})
		}
		if err := it.Close(); err != nil {
			return snap, nil, fmt.Errorf("listing %q: %w", prefix, err)
		}
	}
	return snap, stream, nil
}

func (s *plainStore) Had(context.Context, string, int64, int64) (had, known bool, err error) {
	return false, false, nil
}

func (s *plainStore) Report(string, error) {}

// plainStream is a queue without bound, since the store must not be held up.
type plainStream struct {
	ctx   context.Context
	ready chan struct{}

	mu    sync.Mutex
	queue []follow.Change
}

func (s *plainStream) add(resp datasync.ProtoWatchResp) {
	c := follow.Change{Op: resp.GetChangeType(), Key: resp.GetKey(), Rev: resp.GetRevision()}
	if c.Op != datasync.Delete {
		c.Value = resp
	}
	s.mu.Lock()
	s.queue = append(s.queue, c)
	s.mu.Unlock()
	select {
	case s.ready <- struct{}{}:
	default:
	}
}

func (s *plainStream) Next() ([]follow.Change, error) {
	select {
	case <-s.ready:
	case <-s.ctx.Done():
		return nil, s.ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	changes := s.queue
	s.queue = nil
	return changes, nil
}
