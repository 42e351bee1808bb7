// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvdbsync

import (
	"context"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/datasync/syncbase"
	"go.ligato.io/cn-infra/v2/internal/follow"
)

// changeEvent is an event with one change.
type changeEvent struct {
	syncbase.DoneCallback
	change change
}

// GetContext returns a context that never ends: what a receiver began it may
// finish, whatever becomes of the subscription.
func (e *changeEvent) GetContext() context.Context { return context.Background() }

// GetChanges returns the change.
func (e *changeEvent) GetChanges() []datasync.ProtoWatchResp {
	return []datasync.ProtoWatchResp{&e.change}
}

// change is a change of the store.
type change follow.Change

func (c *change) GetChangeType() datasync.Op { return c.Op }
func (c *change) GetKey() string             { return c.Key }
func (c *change) GetRevision() int64         { return c.Rev }

// GetValue leaves the message as it is after a deletion.
func (c *change) GetValue(value proto.Message) error {
	if c.Value == nil {
		return nil
	}
	return c.Value.GetValue(value)
}

func (c *change) GetPrevValue(prevValue proto.Message) (prevValueExist bool, err error) {
	if c.Prev == nil {
		return false, nil
	}
	return true, c.Prev.GetValue(prevValue)
}

// newResyncEvent puts each item under the longest prefix that it has.
func newResyncEvent(items []follow.Item, prefixes []string) *syncbase.ResyncEventDB {
	byPrefix := make(map[string][]datasync.KeyVal)
	for _, item := range items {
		longest, found := "", false
		for _, p := range prefixes {
			if follow.Under(item.Key, []string{p}) && (!found || len(p) > len(longest)) {
				longest, found = p, true
			}
		}
		if found {
			byPrefix[longest] = append(byPrefix[longest], syncbase.NewKeyVal(item.Key, item.Value, item.Rev))
		}
	}
	its := make(map[string]datasync.KeyValIterator)
	for _, p := range prefixes {
		its[p] = syncbase.NewKVIterator(byPrefix[p])
	}
	return syncbase.NewResyncEventDB(context.Background(), its)
}
