// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"context"
	"errors"
	"testing"

	"google.golang.org/protobuf/proto"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	kvsproto "go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// TestVerifyMode has a descriptor that claims to do what it does not.
func TestVerifyMode(t *testing.T) {
	t.Setenv("KVSCHED_VERIFY_MODE", "1")
	s := newSched(t)
	lying := false
	d, err := newDescriptor(s.system, "main", "[a-z]", "updates")
	if err != nil {
		t.Fatal(err)
	}
	create, update, remove := d.Create, d.Update, d.Delete
	d.Create = func(key string, v proto.Message) (kvs.Metadata, error) {
		if lying {
			return nil, nil
		}
		return create(key, v)
	}
	d.Update = func(key string, from, to proto.Message, m kvs.Metadata) (kvs.Metadata, error) {
		if lying {
			return nil, nil
		}
		return update(key, from, to, m)
	}
	d.Delete = func(key string, v proto.Message, m kvs.Metadata) error {
		if lying {
			return nil
		}
		return remove(key, v, m)
	}
	if err := s.RegisterKVDescriptor(d); err != nil {
		t.Fatal(err)
	}
	statuses := make(chan *kvsproto.BaseValueStatus, 100)
	s.WatchValueStatus(statuses, func(key string) bool { return key == "u" })
	s.mustCommit("a=1", "b=1", "p=1 needs zz", "u=1")
	s.mustCommit("u=2")
	for range 2 {
		receive(s, "the status of u", statuses)
	}
	s.system.lose("u")

	lying = true
	_, err = s.commit(context.Background(), "a=2", "b delete", "c=1", "u=3")
	want := map[string]kvs.VerificationErrorType{
		"a": kvs.NotEquivalent, "b": kvs.ExpectedToNotExist, "c": kvs.ExpectedToExist, "u": kvs.ExpectedToExist}
	for _, kv := range errTxn(err).GetKVErrors() {
		var verification *kvs.VerificationError
		if !errors.As(kv.Error, &verification) || verification.Key() != kv.Key {
			t.Errorf("error %v", kv)
		} else if kind, ok := want[kv.Key]; !ok || kind != verification.Type() {
			t.Errorf("%s: %v", kv.Key, verification)
		}
		delete(want, kv.Key)
	}
	if len(want) > 0 {
		t.Errorf("%v not found: %v", want, err)
	}
	// What the descriptor claims stands, and what was only looked at is not
	// told: u is, to whoever watches, what it was.
	s.expectState("c", kvsproto.ValueState_CONFIGURED)
	s.TransactionBarrier()
	for len(statuses) > 0 {
		t.Errorf("status %v", <-statuses)
	}
}
