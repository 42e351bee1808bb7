// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvproto

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/db/keyval"
)

// pair is a key with values that are decoded when asked for.
type pair struct {
	keyval.BytesKvPair
	serializer keyval.Serializer
}

// GetValue decodes an empty value, too: whether that is an error is the matter of
// the serializer.
func (p *pair) GetValue(value proto.Message) error {
	return p.decode(p.BytesKvPair.GetValue(), value)
}

// GetPrevValue tells that there was none if the store does not know it.
func (p *pair) GetPrevValue(prevValue proto.Message) (prevValueExist bool, err error) {
	data := p.BytesKvPair.GetPrevValue()
	if data == nil {
		return false, nil
	}
	return true, p.decode(data, prevValue)
}

func (p *pair) decode(data []byte, into proto.Message) error {
	if err := p.serializer.Unmarshal(data, into); err != nil {
		return fmt.Errorf("value of %q: %w", p.GetKey(), err)
	}
	return nil
}

// keyVal is a stored pair.
type keyVal struct {
	pair
	datasync.WithRevision
}

// watchResp is a change.
type watchResp struct {
	pair
	resp keyval.BytesWatchResp
}

// NewWatchResp returns the change with values that are decoded when asked for.
// After a deletion GetValue leaves the message as it is.
func NewWatchResp(serializer keyval.Serializer, resp keyval.BytesWatchResp) datasync.ProtoWatchResp {
	return &watchResp{pair{resp, serializer}, resp}
}

func (r *watchResp) GetChangeType() datasync.Op { return r.resp.GetChangeType() }
func (r *watchResp) GetRevision() int64         { return r.resp.GetRevision() }

func (r *watchResp) GetValue(value proto.Message) error {
	if r.resp.GetChangeType() == datasync.Delete {
		return nil
	}
	return r.pair.GetValue(value)
}

type valueIterator struct {
	bytes      keyval.BytesKeyValIterator
	serializer keyval.Serializer
}

func (it *valueIterator) GetNext() (kv keyval.ProtoKeyVal, stop bool) {
	next, stop := it.bytes.GetNext()
	if stop {
		return nil, true
	}
	return &keyVal{pair{next, it.serializer}, next}, false
}

func (it *valueIterator) Close() error { return nil }

type keyIterator struct {
	keyval.BytesKeyIterator
}

func (it *keyIterator) Close() error { return nil }
