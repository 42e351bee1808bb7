// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package local

import (
	"context"
	"errors"
	"slices"
	"testing"

	"google.golang.org/protobuf/types/known/wrapperspb"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/datasync/syncbase"
)

// committed collects what transactions end in.
type committed struct {
	ops []string
	err error
}

func (c *committed) commit(_ context.Context, changes map[string]datasync.ChangeValue) error {
	c.ops = nil
	for key, change := range changes {
		if _, ok := change.(*syncbase.Change); !ok || change.GetKey() != key || change.GetRevision() != 0 {
			return errors.New("not the change of key " + key)
		}
		msg := new(wrapperspb.StringValue)
		if err := change.GetValue(msg); err != nil {
			return err
		}
		c.ops = append(c.ops, string(change.GetChangeType())+" "+key+" "+msg.Value)
	}
	slices.Sort(c.ops)
	return c.err
}

func TestProtoTxn(t *testing.T) {
	c := &committed{}
	msg := wrapperspb.String("2")
	txn := NewProtoTxn(c.commit)
	txn.Put("a", wrapperspb.String("1")).Put("a", msg).Put("b", msg).Delete("b").Delete("c").Put("c", msg)
	for range 2 { // the operations stay
		if err := txn.Commit(context.Background()); err != nil {
			t.Fatal(err)
		}
		if want := []string{"Delete b ", "Put a 2", "Put c 2"}; !slices.Equal(c.ops, want) {
			t.Errorf("committed %q, want %q", c.ops, want)
		}
	}
}

func TestBytesTxn(t *testing.T) {
	c := &committed{}
	data := []byte(`"1"`)
	txn := NewBytesTxn(c.commit).Put("a", data).Put("b", data).Delete("b")
	data[1] = '9'
	if err := txn.Commit(context.Background()); err != nil {
		t.Fatal(err)
	}
	if want := []string{"Delete b ", "Put a 1"}; !slices.Equal(c.ops, want) {
		t.Errorf("committed %q, want %q", c.ops, want)
	}
}

func TestCommitReturnsTheOutcome(t *testing.T) {
	c := &committed{err: errors.New("refused")}
	if err := NewProtoTxn(c.commit).Commit(context.Background()); !errors.Is(err, c.err) {
		t.Errorf("error %v", err)
	}
}

func TestRegistryIsShared(t *testing.T) {
	if Get() != DefaultRegistry {
		t.Error("two registries")
	}
	changes := make(chan datasync.ChangeEvent, 1)
	reg, err := Get().Watch("local-test", changes, nil, "a")
	if err != nil {
		t.Fatal(err)
	}
	defer reg.Close()
	refused := errors.New("refused")
	go func() { (<-changes).Done(refused) }()
	err = NewProtoTxn(DefaultRegistry.PropagateChanges).Put("a", wrapperspb.String("1")).Commit(context.Background())
	if !errors.Is(err, refused) {
		t.Errorf("error %v, want that of the receiver", err)
	}
}
