// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"go.etcd.io/etcd/api/v3/mvccpb"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/db/keyval"
)

// BytesWatchPutResp is a changed value.
type BytesWatchPutResp struct {
	key             string
	value, previous []byte
	rev             int64
}

// NewBytesWatchPutResp returns a changed value; prevValue is nil if there was none.
func NewBytesWatchPutResp(key string, value []byte, prevValue []byte, revision int64) *BytesWatchPutResp {
	return &BytesWatchPutResp{key: key, value: value, previous: prevValue, rev: revision}
}

// GetChangeType returns Put.
func (r *BytesWatchPutResp) GetChangeType() datasync.Op { return datasync.Put }

// GetKey returns the key.
func (r *BytesWatchPutResp) GetKey() string { return r.key }

// GetValue returns the value.
func (r *BytesWatchPutResp) GetValue() []byte { return r.value }

// GetPrevValue returns the value before, nil if there was none.
func (r *BytesWatchPutResp) GetPrevValue() []byte { return r.previous }

// GetRevision returns the revision of the change.
func (r *BytesWatchPutResp) GetRevision() int64 { return r.rev }

// BytesWatchDelResp is a deleted value.
type BytesWatchDelResp struct {
	key      string
	previous []byte
	rev      int64
}

// NewBytesWatchDelResp returns a deleted value.
func NewBytesWatchDelResp(key string, prevValue []byte, revision int64) *BytesWatchDelResp {
	return &BytesWatchDelResp{key: key, previous: prevValue, rev: revision}
}

// GetChangeType returns Delete.
func (r *BytesWatchDelResp) GetChangeType() datasync.Op { return datasync.Delete }

// GetKey returns the key.
func (r *BytesWatchDelResp) GetKey() string { return r.key }

// GetValue returns nil.
func (r *BytesWatchDelResp) GetValue() []byte { return nil }

// GetPrevValue returns the value that was deleted.
func (r *BytesWatchDelResp) GetPrevValue() []byte { return r.previous }

// GetRevision returns the revision of the deletion.
func (r *BytesWatchDelResp) GetRevision() int64 { return r.rev }

// pair is a stored pair.
type pair struct {
	key   string
	value []byte
	rev   int64
}

func (p *pair) GetKey() string       { return p.key }
func (p *pair) GetValue() []byte     { return p.value }
func (p *pair) GetPrevValue() []byte { return nil }
func (p *pair) GetRevision() int64   { return p.rev }

// pairIterator walks over stored pairs and strips the prefix of the broker.
type pairIterator struct {
	kvs   []*mvccpb.KeyValue
	strip int
}

func (it *pairIterator) GetNext() (kv keyval.BytesKeyVal, stop bool) {
	if len(it.kvs) == 0 {
		return nil, true
	}
	next := it.kvs[0]
	it.kvs = it.kvs[1:]
	return &pair{key: string(next.Key[it.strip:]), value: next.Value, rev: next.ModRevision}, false
}

// keyIterator is the same for keys.
type keyIterator struct {
	kvs   []*mvccpb.KeyValue
	strip int
}

func (it *keyIterator) GetNext() (key string, rev int64, stop bool) {
	if len(it.kvs) == 0 {
		return "", 0, true
	}
	next := it.kvs[0]
	it.kvs = it.kvs[1:]
	return string(next.Key[it.strip:]), next.ModRevision, false
}
