// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvdbsync

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/db/keyval"
)

// memory is a store that knows brokers and watchers only.
type memory struct {
	keyval.ProtoBroker
	mu       sync.Mutex
	rev      int64
	data     map[string]memoryValue
	watchers map[int]func(datasync.ProtoWatchResp)
	listing  func() // called before each listing
}

type memoryValue struct {
	op  datasync.Op
	key string
	msg *wrapperspb.StringValue
	rev int64
}

func (v memoryValue) GetKey() string                           { return v.key }
func (v memoryValue) GetRevision() int64                       { return v.rev }
func (v memoryValue) GetChangeType() datasync.Op               { return v.op }
func (v memoryValue) GetValue(into proto.Message) error        { proto.Merge(into, v.msg); return nil }
func (v memoryValue) GetPrevValue(proto.Message) (bool, error) { return false, nil }

func (m *memory) String() string                        { return "memory" }
func (m *memory) Disabled() bool                        { return false }
func (m *memory) OnConnect(callback func() error)       { _ = callback() }
func (m *memory) NewBroker(string) keyval.ProtoBroker   { return m }
func (m *memory) NewWatcher(string) keyval.ProtoWatcher { return m }

func (m *memory) set(op datasync.Op, key, value string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rev++
	v := memoryValue{op, key, wrapperspb.String(value), m.rev}
	if op == datasync.Delete {
		delete(m.data, key)
	} else {
		m.data[key] = v
	}
	for _, w := range m.watchers {
		w(v)
	}
}

func (m *memory) Watch(resp func(datasync.ProtoWatchResp), closeChan chan string, _ ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	id := len(m.watchers)
	m.watchers[id] = resp
	go func() {
		<-closeChan
		m.mu.Lock()
		defer m.mu.Unlock()
		m.watchers[id] = func(datasync.ProtoWatchResp) {}
	}()
	return nil
}

func (m *memory) ListValues(prefix string) (keyval.ProtoKeyValIterator, error) {
	m.listing()
	m.mu.Lock()
	defer m.mu.Unlock()
	it := new(memoryIterator)
	for key, v := range m.data {
		if strings.HasPrefix(key, prefix) {
			it.values = append(it.values, v)
		}
	}
	slices.SortFunc(it.values, func(a, b memoryValue) int { return strings.Compare(a.key, b.key) })
	return it, nil
}

type memoryIterator struct{ values []memoryValue }

func (it *memoryIterator) GetNext() (keyval.ProtoKeyVal, bool) {
	if len(it.values) == 0 {
		return nil, true
	}
	next := it.values[0]
	it.values = it.values[1:]
	return next, false
}

func (it *memoryIterator) Close() error { return nil }

// A store without the ability to be followed: what happens between watching and
// listing comes once, in the listing.
func TestStoreOfBrokersAndWatchers(t *testing.T) {
	m := &memory{data: map[string]memoryValue{}, watchers: map[int]func(datasync.ProtoWatchResp){}}
	m.listing = func() {
		m.listing = func() {}
		m.set(datasync.Put, "config/a", "2")
		m.set(datasync.Delete, "config/b", "")
	}
	m.set(datasync.Put, "config/a", "1")
	m.set(datasync.Put, "config/b", "1")

	p := newTestPlugin(t, m, nil)
	if p.String() != "kvdb-memory-datasync" {
		t.Errorf("name %s", p)
	}
	p.ResyncOrch = nil
	r := watch(t, p, "r", "config/")
	if err := p.AfterInit(); err != nil {
		t.Fatal(err)
	}
	r.expect(t, "resync config/a=2")
	m.set(datasync.Put, "config/c", "3")
	m.set(datasync.Delete, "config/a", "")
	r.expect(t, "put config/c=3", "delete config/a")
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	m.set(datasync.Put, "config/d", "4")
	r.expect(t)
}
