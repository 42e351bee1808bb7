// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvproto

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/wrapperspb"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/db/keyval"
)

// fakeStore is a store in memory.
type fakeStore struct {
	prefix string
	data   map[string]string
	watch  func(keyval.BytesWatchResp)
	closed bool
}

func (s *fakeStore) NewBroker(prefix string) keyval.BytesBroker {
	return &fakeStore{prefix: prefix, data: s.data}
}

func (s *fakeStore) NewWatcher(string) keyval.BytesWatcher { return s }
func (s *fakeStore) Close() error                          { s.closed = true; return nil }

func (s *fakeStore) Put(key string, data []byte, _ ...datasync.PutOption) error {
	s.data[s.prefix+key] = string(data)
	return nil
}

func (s *fakeStore) Delete(key string, _ ...datasync.DelOption) (bool, error) {
	_, found := s.data[s.prefix+key]
	delete(s.data, s.prefix+key)
	return found, nil
}

func (s *fakeStore) GetValue(key string) ([]byte, bool, int64, error) {
	data, found := s.data[s.prefix+key]
	return []byte(data), found, 7, nil
}

func (s *fakeStore) ListValues(string) (keyval.BytesKeyValIterator, error) {
	return s.iterator(), nil
}

func (s *fakeStore) ListKeys(string) (keyval.BytesKeyIterator, error) {
	return keys{s.iterator()}, nil
}

func (s *fakeStore) iterator() *iterator {
	it := new(iterator)
	for key, data := range s.data {
		it.pairs = append(it.pairs, &change{key: key, data: []byte(data)})
	}
	slices.SortFunc(it.pairs, func(a, b *change) int { return strings.Compare(a.key, b.key) })
	return it
}

func (s *fakeStore) Watch(resp func(keyval.BytesWatchResp), _ chan string, _ ...string) error {
	s.watch = resp
	return nil
}

func (s *fakeStore) NewTxn() keyval.BytesTxn { return fakeTxn{s} }

type fakeTxn struct{ s *fakeStore }

func (t fakeTxn) Put(key string, data []byte) keyval.BytesTxn { t.s.data[key] = string(data); return t }
func (t fakeTxn) Delete(key string) keyval.BytesTxn           { delete(t.s.data, key); return t }
func (t fakeTxn) Commit(context.Context) error                { return nil }

type iterator struct{ pairs []*change }

func (it *iterator) GetNext() (keyval.BytesKeyVal, bool) {
	if len(it.pairs) == 0 {
		return nil, true
	}
	next := it.pairs[0]
	it.pairs = it.pairs[1:]
	return next, false
}

type keys struct{ it *iterator }

func (k keys) GetNext() (string, int64, bool) {
	next, stop := k.it.GetNext()
	if stop {
		return "", 0, true
	}
	return next.GetKey(), next.GetRevision(), false
}

type change struct {
	op         datasync.Op
	key        string
	data, prev []byte
}

func (c *change) GetChangeType() datasync.Op { return c.op }
func (c *change) GetKey() string             { return c.key }
func (c *change) GetValue() []byte           { return c.data }
func (c *change) GetPrevValue() []byte       { return c.prev }
func (c *change) GetRevision() int64         { return 7 }

func jsonWrapper() (*ProtoWrapper, *fakeStore) {
	store := &fakeStore{data: map[string]string{}}
	return NewProtoWrapper(store, &keyval.SerializerJSON{}), store
}

func TestValues(t *testing.T) {
	w, store := jsonWrapper()
	b := w.NewBroker("/a/")
	if err := b.Put("k", wrapperspb.String("x")); err != nil {
		t.Fatal(err)
	}
	if store.data["/a/k"] != `"x"` {
		t.Errorf("stored %v", store.data)
	}
	msg := new(wrapperspb.StringValue)
	if found, rev, err := b.GetValue("k", msg); err != nil || !found || rev != 7 || msg.Value != "x" {
		t.Errorf("GetValue: %v %v %d %v", msg, found, rev, err)
	}
	if found, _, err := b.GetValue("missing", msg); err != nil || found {
		t.Errorf("GetValue of a missing key: %v %v", found, err)
	}
	store.data["/a/bad"] = "{"
	if found, _, err := b.GetValue("bad", msg); err == nil || !found || !strings.Contains(err.Error(), "bad") {
		t.Errorf("GetValue of a broken value: %v %v", found, err)
	}
	if err := b.Put("k", wrapperspb.String("\xff")); err == nil {
		t.Error("Put of a broken message")
	}
	if existed, err := b.Delete("k"); err != nil || !existed {
		t.Errorf("Delete: %v %v", existed, err)
	}
}

// One broken value does not stand in the way of others.
func TestListings(t *testing.T) {
	w, store := jsonWrapper()
	store.data["a"], store.data["b"], store.data["c"] = `"1"`, `{`, `"3"`
	values, err := w.ListValues("")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for kv, stop := values.GetNext(); !stop; kv, stop = values.GetNext() {
		msg := new(wrapperspb.StringValue)
		if err := kv.GetValue(msg); err != nil {
			msg.Value = "error"
		}
		if existed, err := kv.GetPrevValue(msg); existed || err != nil {
			t.Errorf("previous value of %s: %v %v", kv.GetKey(), existed, err)
		}
		got = append(got, fmt.Sprintf("%s@%d=%s", kv.GetKey(), kv.GetRevision(), msg.Value))
	}
	if want := []string{"a@7=1", "b@7=error", "c@7=3"}; !slices.Equal(got, want) {
		t.Errorf("listed %q, want %q", got, want)
	}
	it, err := w.ListKeys("")
	if err != nil {
		t.Fatal(err)
	}
	var listed string
	for key, _, stop := it.GetNext(); !stop; key, _, stop = it.GetNext() {
		listed += key
	}
	if err := errors.Join(values.Close(), it.Close()); err != nil || listed != "abc" {
		t.Errorf("keys %q %v", listed, err)
	}
}

func TestTransactionRemembersBrokenMessage(t *testing.T) {
	w, store := jsonWrapper()
	err := w.NewTxn().Put("a", wrapperspb.String("1")).Delete("b").Commit(context.Background())
	if err != nil || store.data["a"] != `"1"` {
		t.Errorf("stored %v %v", store.data, err)
	}
	err = w.NewTxn().Put("bad", wrapperspb.String("\xff")).Put("c", wrapperspb.String("1")).Commit(context.Background())
	if err == nil || !strings.Contains(err.Error(), "bad") {
		t.Errorf("error %v", err)
	}
}

func TestWatch(t *testing.T) {
	w, store := jsonWrapper()
	var got datasync.ProtoWatchResp
	if err := w.NewWatcher("").Watch(func(resp datasync.ProtoWatchResp) { got = resp }, nil); err != nil {
		t.Fatal(err)
	}
	msg := wrapperspb.String("untouched")
	store.watch(&change{op: datasync.Delete, key: "k", prev: []byte(`"old"`)})
	if err := got.GetValue(msg); err != nil || msg.Value != "untouched" {
		t.Errorf("value after a deletion: %v %v", msg, err)
	}
	if existed, err := got.GetPrevValue(msg); err != nil || !existed || msg.Value != "old" {
		t.Errorf("previous value: %v %v %v", msg, existed, err)
	}
	store.watch(&change{op: datasync.Put, key: "k", data: []byte(`"new"`)})
	if err := got.GetValue(msg); err != nil || msg.Value != "new" || got.GetChangeType() != datasync.Put || got.GetRevision() != 7 {
		t.Errorf("value: %v %v", msg, err)
	}
	if existed, err := got.GetPrevValue(msg); err != nil || existed {
		t.Errorf("previous value of a new key: %v %v", existed, err)
	}
	store.watch(&change{op: datasync.Put, key: "k"})
	if err := got.GetValue(msg); err == nil {
		t.Error("an empty value passes as JSON")
	}
}

func TestDefaultSerializerIsBinary(t *testing.T) {
	store := &fakeStore{data: map[string]string{}}
	w := NewProtoWrapper(store)
	if err := w.Put("k", wrapperspb.String("x")); err != nil || store.data["k"] != "\n\x01x" {
		t.Errorf("stored %q %v", store.data["k"], err)
	}
	if err := w.Close(); err != nil || !store.closed {
		t.Errorf("Close: %v %v", err, store.closed)
	}
}
