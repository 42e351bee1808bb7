// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	kvsproto "go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

func TestPanicOfDescriptorFailsOnlyTheValue(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"create", "update", "delete"} {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			s := newSched(t)
			s.describe("main", "[a-z]", "updates")
			commits := []string{"b=1"}
			if op != "create" {
				s.mustCommit("b=1")
				commits = map[string][]string{"update": {"b=2"}, "delete": {"b delete"}}[op]
			}
			s.system.on(op, "b", failure{times: 1, panics: true})
			_, err := s.commit(context.Background(), append(commits, "a=1", "c=1")...)
			if errs := errTxn(err).GetKVErrors(); len(errs) != 1 || errs[0].Key != "b" {
				t.Errorf("error %v, want one for b", err)
			}
			s.expectState("b", kvsproto.ValueState_FAILED)
			s.expectState("a", kvsproto.ValueState_CONFIGURED)
			s.expectState("c", kvsproto.ValueState_CONFIGURED)
			s.mustCommit(commits...)
			if want := op != "delete"; s.system.has("b") != want {
				t.Errorf("b exists: %v, want %v", !want, want)
			}
		})
	}
}

func TestPanicOfDescriptorIsRetried(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]")
	s.system.on("create", "a", failure{times: 1, panics: true})
	if _, err := s.commit(kvs.WithRetry(context.Background(), 1, 3, false), "a=1"); err == nil {
		t.Error("no error")
	}
	s.eventually("the retry", func() bool { return s.state("a") == kvsproto.ValueState_CONFIGURED })
}

// TestPanicOfEveryCallback lets each callback panic that is no operation on
// a value. The scheduler survives all of them.
func TestPanicOfEveryCallback(t *testing.T) {
	t.Parallel()
	panics := func(...any) { panic("mock callback panics") }
	callbacks := map[string]func(d *kvs.KVDescriptor){
		"KeyLabel": func(d *kvs.KVDescriptor) { d.KeyLabel = func(string) string { panics(); return "" } },
		"ValueComparator": func(d *kvs.KVDescriptor) {
			d.ValueComparator = func(string, proto.Message, proto.Message) bool { panics(); return false }
		},
		"Validate": func(d *kvs.KVDescriptor) { d.Validate = func(string, proto.Message) error { panics(); return nil } },
		"UpdateWithRecreate": func(d *kvs.KVDescriptor) {
			d.UpdateWithRecreate = func(string, proto.Message, proto.Message, kvs.Metadata) bool { panics(); return false }
		},
		"Retrieve": func(d *kvs.KVDescriptor) {
			d.Retrieve = func([]kvs.KVWithMetadata) ([]kvs.KVWithMetadata, error) { panics(); return nil, nil }
		},
		"IsRetriableFailure": func(d *kvs.KVDescriptor) { d.IsRetriableFailure = func(error) bool { panics(); return false } },
		"DerivedValues": func(d *kvs.KVDescriptor) {
			d.DerivedValues = func(string, proto.Message) []kvs.KeyValuePair { panics(); return nil }
		},
		"Dependencies": func(d *kvs.KVDescriptor) {
			d.Dependencies = func(string, proto.Message) []kvs.Dependency { panics(); return nil }
		},
	}
	for name, breaks := range callbacks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSched(t)
			s.describe("main", "[a-z]")
			d, err := newDescriptor(s.system, "broken", "broken/*", "updates")
			if err != nil {
				t.Fatal(err)
			}
			breaks(d)
			if err := s.RegisterKVDescriptor(d); err != nil {
				t.Fatal(err)
			}
			s.system.on("create", "broken/fails", failure{times: -1, err: errBoom})
			s.within("the transactions", func() {
				ctx := context.Background()
				for _, content := range []string{"1", "2", "2"} {
					_, _ = s.commit(ctx, "broken/a="+content, "broken/fails=1", "a="+content)
				}
				_, _ = s.commit(kvs.WithResync(ctx, kvs.FullResync, false), "broken/a=3", "a=3")
				_, _ = s.DumpValuesByDescriptor("broken", kvs.SBView)
				s.notify("broken/n=1")
			})
			s.expectState("a", kvsproto.ValueState_CONFIGURED)
			if got := s.system.snapshot(); !strings.Contains(strings.Join(got, " "), "a=3") {
				t.Errorf("the other descriptor's value is not applied: %v", got)
			}
		})
	}
}

func TestDescriptorMayRead(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]", "metadata")
	s.mustCommit("a=1")
	var got string
	s.system.on("create", "b", failure{times: 1, call: func() {
		m, _ := s.GetMetadataMap("main").GetValue("a")
		dump, err := s.DumpValuesByDescriptor("main", kvs.CachedView)
		got = fmt.Sprint(m, s.state("a"), len(dump), err)
		s.GetTransactionHistory(noTime, noTime)
		s.GetRegisteredNBKeyPrefixes()
	}})
	s.within("Commit", func() { s.mustCommit("b=1") })
	if want := fmt.Sprint("m1", kvsproto.ValueState_CONFIGURED, 1, nil); got != want {
		t.Errorf("the descriptor read %q, want %q", got, want)
	}
}

func TestBlockingCommitInDescriptorIsRefused(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]")
	var inner error
	s.system.on("create", "a", failure{times: 1, call: func() {
		_, inner = s.commit(context.Background(), "b=1")
	}})
	s.within("Commit", func() { s.mustCommit("a=1") })
	if inner == nil {
		t.Error("a blocking Commit in a descriptor gave no error")
	}
}

func TestDescriptorMayCommitWithoutBlocking(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]")
	s.describe("watcher", "sb/*", "notification-only")
	var errs []error
	statuses := make(chan *kvsproto.BaseValueStatus, 10)
	s.system.on("create", "a", failure{times: 1, call: func() {
		_, err := s.commit(kvs.WithoutBlocking(context.Background()), "b=1")
		errs = append(errs, err, s.push("sb/x"))
		s.WatchValueStatus(statuses, nil)
	}})
	s.within("Commit", func() { s.mustCommit("a=1") })
	s.TransactionBarrier()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	s.expectState("b", kvsproto.ValueState_CONFIGURED)
	s.expectState("sb/x", kvsproto.ValueState_OBTAINED)
	receive(s, "a status", statuses)
}

// TestNoValueIsCreatedFromNothing goes through the ways in which a value that
// is not wanted any more is looked at again.
func TestNoValueIsCreatedFromNothing(t *testing.T) {
	t.Parallel()
	tests := map[string]func(s *sched){
		"pending value deleted while what it needs arrives": func(s *sched) {
			s.mustCommit("d=1 needs a")
			s.mustCommit("d delete", "a=1")
		},
		"failed deletion, then what it needs goes and comes": func(s *sched) {
			s.mustCommit("a=1", "d=1 needs a")
			s.system.on("delete", "d", failure{times: 1, err: errBoom})
			_, _ = s.commit(context.Background(), "d delete")
			_, _ = s.commit(context.Background(), "a delete")
			s.mustCommit("a=1")
		},
		"revert of a new value": func(s *sched) {
			s.mustCommit("a=1")
			s.system.on("create", "z", failure{times: 1, err: errBoom})
			_, _ = s.commit(kvs.WithRevert(context.Background()), "a=2", "d=1 needs a", "z=1")
		},
		"revert of a value that waited": func(s *sched) {
			s.mustCommit("d=1 needs a")
			s.system.on("create", "z", failure{times: 1, err: errBoom})
			_, _ = s.commit(kvs.WithRevert(context.Background()), "a=1", "d delete", "z=1")
			s.mustCommit("a=1")
		},
	}
	for name, run := range tests {
		for _, option := range []string{"updates", "no-retrieve"} {
			t.Run(name+", "+option, func(t *testing.T) {
				t.Parallel()
				s := newSched(t)
				s.describe("main", "[a-z]", option)
				run(s)
				for _, line := range s.system.takeLog() {
					if strings.Contains(line, "<nil>") || strings.Contains(line, "create d:") {
						t.Errorf("the scheduler asked: %s", line)
					}
				}
			})
		}
	}
}
