// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"context"
	"slices"
	"strings"
	"testing"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	kvsproto "go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// TestSystemEndsAsWanted goes through failures after which it is easy to
// lose track of what exists in the system. In the end it must be exactly what
// is wanted, and on the way nothing may be created that is there already, nor
// deleted that is not.
func TestSystemEndsAsWanted(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	boom := failure{times: 1, err: errBoom}
	boomApplied := failure{times: 1, err: errBoom, applied: true}
	retry := kvs.WithRetry(ctx, 1, 5, false)
	resync := kvs.WithResync(ctx, kvs.FullResync, false)

	type step func(s *sched)
	commit := func(ctx context.Context, values ...string) step {
		return func(s *sched) { _, _ = s.commit(ctx, values...) }
	}
	fail := func(op, key string, f failure) step {
		return func(s *sched) { s.system.on(op, key, f) }
	}
	tests := []struct {
		name    string
		options string // of the descriptor, beside validates
		steps   []step
		want    string
	}{
		{"invalid, then deleted", "updates",
			[]step{commit(ctx, "a=1"), commit(ctx, "a=bad"), commit(ctx, "a delete")}, ""},
		{"invalid, then deleted, unreadable", "no-retrieve",
			[]step{commit(ctx, "a=1"), commit(ctx, "a=bad"), commit(ctx, "a delete")}, ""},
		{"invalid, then valid", "updates",
			[]step{commit(ctx, "a=1"), commit(ctx, "a=bad"), commit(ctx, "a=2")}, "a=2"},
		{"invalid, then valid, unreadable", "no-retrieve",
			[]step{commit(ctx, "a=1"), commit(ctx, "a=bad"), commit(ctx, "a=2")}, "a=2"},
		{"invalid, then as before", "updates",
			[]step{commit(ctx, "a=1"), commit(ctx, "a=bad"), commit(ctx, "a=1")}, "a=1"},
		{"invalid, then left out by a resync", "updates",
			[]step{commit(ctx, "a=1"), commit(ctx, "a=bad"), commit(resync)}, ""},

		{"failed deletion repeated, unreadable", "no-retrieve",
			[]step{commit(ctx, "a=1"), fail("delete", "a", boom), commit(ctx, "a delete"), commit(ctx, "a delete")}, ""},
		{"failed deletion retried, unreadable", "no-retrieve",
			[]step{commit(ctx, "a=1"), fail("delete", "a", boom), commit(retry, "a delete"),
				func(s *sched) { s.eventually("the retry", func() bool { return !s.system.has("a") }) }}, ""},
		{"failed deletion, then set", "updates",
			[]step{commit(ctx, "a=1"), fail("delete", "a", boom), commit(ctx, "a delete"), commit(ctx, "a=2")}, "a=2"},
		{"failed deletion, then set, unreadable", "no-retrieve",
			[]step{commit(ctx, "a=1"), fail("delete", "a", boom), commit(ctx, "a delete"), commit(ctx, "a=2")}, "a=2"},
		{"failed deletion, then left out by a resync", "updates",
			[]step{commit(ctx, "a=1"), fail("delete", "a", boom), commit(ctx, "a delete"), commit(resync)}, ""},
		{"failed deletion, then left out by a resync, unreadable", "no-retrieve",
			[]step{commit(ctx, "a=1"), fail("delete", "a", boom), commit(ctx, "a delete"), commit(resync)}, ""},

		{"failed re-creation, then left out by a resync", "metadata",
			[]step{commit(ctx, "a=1"), fail("delete", "a", boom), commit(ctx, "a=2"), commit(resync)}, ""},
		{"failed re-creation, then left out by a resync, unreadable", "no-retrieve",
			[]step{commit(ctx, "a=1"), fail("delete", "a", boom), commit(ctx, "a=2"), commit(resync)}, ""},
		{"half done re-creation, then left out by a resync", "metadata",
			[]step{commit(ctx, "a=1"), fail("create", "a", boomApplied), commit(ctx, "a=2"), commit(resync)}, ""},
		{"half done re-creation, then set", "metadata",
			[]step{commit(ctx, "a=1"), fail("create", "a", boomApplied), commit(ctx, "a=2"), commit(ctx, "a=3")}, "a=3"},
		{"half done creation, then set", "updates",
			[]step{fail("create", "a", boomApplied), commit(ctx, "a=1"), commit(ctx, "a=2")}, "a=2"},
		{"half done creation, then deleted", "updates",
			[]step{fail("create", "a", boomApplied), commit(ctx, "a=1"), commit(ctx, "a delete")}, ""},
		{"failed update, then set", "updates",
			[]step{commit(ctx, "a=1"), fail("update", "a", boom), commit(ctx, "a=2"), commit(ctx, "a=2")}, "a=2"},
		{"failed update, then set, unreadable", "updates no-retrieve",
			[]step{commit(ctx, "a=1"), fail("update", "a", boom), commit(ctx, "a=2"), commit(ctx, "a=2")}, "a=2"},
		{"failed update, then as before, unreadable", "updates no-retrieve",
			[]step{commit(ctx, "a=1"), fail("update", "a", boomApplied), commit(ctx, "a=2"), commit(ctx, "a=1")}, "a=1"},

		{"set and deleted in one transaction", "updates",
			[]step{commit(ctx, "a=1"), commit(ctx, "a=2", "a delete")}, ""},
		{"failed deletion of an obsolete derived value, then set", "updates",
			[]step{commit(ctx, "a=1 derives Dx"), fail("delete", "Dx", boom), commit(ctx, "a=2"), commit(ctx, "a=3")}, "a=3"},
		{"failed deletion of an obsolete derived value, then resync", "updates",
			[]step{commit(ctx, "a=1 derives Dx"), fail("delete", "Dx", boom), commit(ctx, "a=2"), commit(resync, "a=2")}, "a=2"},
		{"revert of a re-creation", "metadata",
			[]step{commit(ctx, "a=1", "d=1 needs a"), fail("create", "z", boom), commit(kvs.WithRevert(ctx), "a=2", "z=1")}, "a=1 d=1"},
		{"revert of a failed re-creation", "metadata",
			[]step{commit(ctx, "a=1", "d=1 needs a"), fail("create", "a", boom), commit(kvs.WithRevert(ctx), "a=2")}, "a=1 d=1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSched(t)
			s.describe("main", "[a-z]", append(strings.Fields(tt.options), "validates")...)
			s.describe("derived", "D*")
			for _, step := range tt.steps {
				s.within("a step", func() { step(s) })
			}
			log := s.system.takeLog()
			if got := strings.Join(s.system.snapshot(), " "); got != tt.want {
				t.Errorf("the system has %q, want %q", got, tt.want)
			}
			if i := slices.IndexFunc(log, isConfused); i >= 0 {
				t.Errorf("the scheduler was confused: %s", log[i])
			}
			if t.Failed() {
				t.Logf("operations:\n%s", strings.Join(log, "\n"))
			}
		})
	}
}

// isConfused finds operations that no informed scheduler asks for.
func isConfused(line string) bool {
	return strings.Contains(line, errExists.Error()) || strings.Contains(line, errNotExists.Error()) ||
		strings.Contains(line, "<nil>")
}

// TestDependantsOfInvalidValue: a value that became invalid does not count
// for those who need it.
func TestDependantsOfInvalidValue(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]", "updates", "validates")
	s.mustCommit("a=1", "d=1 needs a")
	if _, err := s.commit(context.Background(), "a=bad"); err == nil {
		t.Error("an invalid value gave no error")
	}
	s.expectState("a", kvsproto.ValueState_INVALID)
	s.expectState("d", kvsproto.ValueState_PENDING)
	if s.system.has("d") {
		t.Error("d is still there")
	}
	s.mustCommit("a=2")
	s.expectState("d", kvsproto.ValueState_CONFIGURED)
}

// TestFailedDeletionOfObsoleteDerivedValueShows: the failure must be visible
// and must not keep the base value from its update.
func TestFailedDeletionOfObsoleteDerivedValueShows(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]", "updates")
	s.describe("derived", "D*")
	s.mustCommit("a=1 derives Dx")
	s.system.on("delete", "Dx", failure{times: 1, err: errBoom})
	if _, err := s.commit(context.Background(), "a=2"); err == nil {
		t.Error("no error")
	}
	status := s.GetValueStatus("a")
	visible := strings.Contains(status.GetValue().GetError(), "boom")
	for _, derived := range status.GetDerivedValues() {
		visible = visible || strings.Contains(derived.GetError(), "boom")
	}
	if !visible {
		t.Errorf("the status does not show the failure: %v", status)
	}
	if got := s.system.snapshot(); !slices.Contains(got, "a=2") {
		t.Errorf("the base value is not updated: %v", got)
	}
}

// TestTakeOverMinds: a value that the system has by itself and that the north
// then wants is subject to its dependencies.
func TestTakeOverMindsDependencies(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]", "updates")
	s.system.exist("a", object{value: newValue("1"), origin: kvs.FromSB})
	s.mustCommit("x=1")
	if _, err := s.commit(kvs.WithResync(context.Background(), kvs.FullResync, false)); err != nil {
		t.Fatal(err)
	}
	s.expectState("a", kvsproto.ValueState_OBTAINED)
	s.mustCommit("a=1 needs zz")
	s.expectState("a", kvsproto.ValueState_PENDING)
	if s.system.has("a") {
		t.Error("a is there although what it needs is not")
	}
}

// TestLastWordOfBatchWins: within one notification the items of a key keep
// their order.
func TestLastWordOfBatchWins(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]")
	s.describe("watcher", "sb/*", "notification-only")
	s.mustCommit("d=1 needs sb/x")
	s.notify("sb/x", "sb/x delete")
	s.expectState("sb/x", kvsproto.ValueState_NONEXISTENT)
	s.expectState("d", kvsproto.ValueState_PENDING)
	if s.system.has("d") {
		t.Error("d is there")
	}
	s.notify("sb/x delete", "sb/x")
	s.expectState("sb/x", kvsproto.ValueState_OBTAINED)
	s.expectState("d", kvsproto.ValueState_CONFIGURED)
	if err := s.PushSBNotification(); err != nil {
		t.Errorf("an empty notification: %v", err)
	}
	s.TransactionBarrier()
	s.expectState("d", kvsproto.ValueState_CONFIGURED)
}

// TestDerivedFromSystemValueThatFails: with retry, and nobody to inherit it
// from.
func TestDerivedFromSystemValueThatFails(t *testing.T) {
	t.Parallel()
	s := newSched(t)
	s.describe("main", "[a-z]")
	s.describe("ports", "p/*", "no-create", "no-delete")
	s.describe("derived", "D*", "updates")
	s.notify("p/q=1 derives Dx=1(a)")
	s.system.on("create", "Dx", failure{times: 2, err: errBoom})
	s.system.on("delete", "Dx", failure{times: 2, err: errBoom})
	retry := kvs.WithRetry(context.Background(), 1, 5, false)
	s.within("the transactions", func() {
		_, _ = s.commit(retry, "a=1")
		_, _ = s.commit(retry, "a delete")
		s.notify("p/q delete")
		s.mustCommit("b=1")
	})
	s.expectState("b", kvsproto.ValueState_CONFIGURED)
	s.expectState("p/q", kvsproto.ValueState_NONEXISTENT)
}
