// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package tracker

import (
	"errors"
	"fmt"
	"net/netip"
	"path"
	"strings"
	"testing"
	"time"
)

func TestConfigValidate(t *testing.T) {
	for _, tc := range []struct {
		cfg  Config
		want string // part of the error, empty = valid
	}{
		{Config{}, ""},
		{Config{EnabledWhen: WhenRunning, Include: []string{"eth*", "[a-c]?"}, Exclude: []string{"lo"}}, ""},
		{Config{EnabledWhen: "up"}, `enabled-when: "up" is none of oper-state, admin-up, running`},
		{Config{NotificationDelay: -time.Second}, "notification-delay: -1s is negative"},
		{Config{WithdrawalDelay: -1}, "withdrawal-delay: -1ns is negative"},
		{Config{Include: []string{"a", "[b"}}, `include: pattern "[b": syntax error`},
		{Config{Exclude: []string{""}}, `exclude: pattern "": empty`},
	} {
		_, err := New(tc.cfg)
		switch {
		case tc.want == "" && err != nil:
			t.Errorf("%+v: %v", tc.cfg, err)
		case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
			t.Errorf("%+v: error %v, expected %q", tc.cfg, err, tc.want)
		}
	}
	if _, err := New(Config{Exclude: []string{"["}}); !errors.Is(err, path.ErrBadPattern) {
		t.Errorf("error %v does not wrap path.ErrBadPattern", err)
	}
}

func TestOperStateString(t *testing.T) {
	for s, want := range map[OperState]string{OperUp: "up", OperLowerLayerDown: "lowerlayerdown", 77: "operstate(77)"} {
		if got := s.String(); got != want {
			t.Errorf("%d: %q, expected %q", s, got, want)
		}
	}
}

// TestDeadIsBounded: a kernel that only deletes does not fill the memory.
func TestDeadIsBounded(t *testing.T) {
	tr, _ := New(Config{})
	now := time.Unix(1, 0)
	tr.Sync(now, Snapshot{}, nil)
	for i := range 3 * maxDead {
		tr.Apply(now, Event{Type: LinkDel, Link: Link{Index: i + 1}})
	}
	if n := len(tr.dead); n > maxDead {
		t.Errorf("%d dead indexes kept", n)
	}
	tr.Sync(now, Snapshot{}, nil)
	if n := len(tr.dead); n != 0 {
		t.Errorf("%d dead indexes kept after a Sync", n)
	}
}

// TestNothingIsKept: what has come and gone leaves nothing behind.
func TestNothingIsKept(t *testing.T) {
	tr, _ := New(Config{NotificationDelay: time.Second, WithdrawalDelay: time.Second})
	now := time.Unix(1, 0)
	tr.Sync(now, Snapshot{}, nil)
	for i := range 1000 {
		l := Link{Index: i + 1, Name: fmt.Sprintf("n%d", i), OperState: OperUp, AdminUp: true, Master: 1000 + i}
		a := Address{Index: i + 1, Prefix: netip.MustParsePrefix("10.0.0.1/24")}
		tr.Apply(now, Event{Type: LinkSet, Link: l})
		tr.Apply(now, Event{Type: AddrSet, Addr: a})
		now = now.Add(2 * time.Second)
		tr.Tick(now)
		tr.Told(tr.Changes())
		l.OperState = OperDown
		tr.Apply(now, Event{Type: LinkSet, Link: l})
		tr.Apply(now, Event{Type: LinkDel, Link: l})
		tr.Told(tr.Changes())
	}
	tr.Tick(now.Add(time.Minute))
	if c := tr.Changes(); len(c) != 0 {
		t.Errorf("changes left: %v", c)
	}
	if _, ok := tr.Deadline(); ok {
		t.Error("a delay is left")
	}
	for what, n := range map[string]int{"links": len(tr.links), "members": len(tr.members), "addresses": len(tr.addrs), "names": len(tr.names) + len(tr.altNames),
		"wanted": len(tr.wanted), "told": len(tr.told), "dirty": len(tr.dirty),
		"timers": len(tr.announce.queue) + len(tr.withdraw.queue)} {
		if n != 0 {
			t.Errorf("%d %s left", n, what)
		}
	}
}

// TestGoneDuringPush: an interface that was re-created is withdrawn and announced
// in one push, and goes again before that push is accepted.
func TestGoneDuringPush(t *testing.T) {
	tr, _ := New(Config{})
	now := time.Unix(1, 0)
	tr.Sync(now, Snapshot{}, nil)
	up := func(index int) Event {
		return Event{Type: LinkSet, Link: Link{Index: index, Name: "eth0", OperState: OperUp, AdminUp: true}}
	}
	gone := func(index int) Event { return Event{Type: LinkDel, Link: Link{Index: index, Name: "eth0"}} }
	tr.Apply(now, up(1))
	tr.Told(tr.Changes())
	tr.Apply(now, gone(1))
	tr.Apply(now, up(2))
	changes := tr.Changes()
	if len(changes) != 2 {
		t.Fatalf("re-creation is told as %v", changes)
	}
	tr.Apply(now, gone(2))
	tr.Told(changes)
	if tr.Settled() {
		t.Error("settled, though the scheduler has an interface that is gone")
	}
	if c := tr.Changes(); len(c) != 1 || !c[0].Withdraw {
		t.Errorf("%v, expected a withdrawal", c)
	}
}

func benchSnapshot(n int) Snapshot {
	var s Snapshot
	for i := range n {
		s.Links = append(s.Links, Link{Index: i + 1, Name: fmt.Sprintf("eth%d", i), AdminUp: true, OperState: OperUp})
		s.Addresses = append(s.Addresses, Address{Index: i + 1,
			Prefix: netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 24)})
	}
	return s
}

// BenchmarkFirstSync is the cost from a dump to the changes to push.
func BenchmarkFirstSync(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, now := benchSnapshot(n), time.Unix(1, 0)
			for b.Loop() {
				tr, _ := New(Config{})
				tr.Sync(now, s, nil)
				changes := tr.Changes()
				if len(changes) != 2*n {
					b.Fatal(len(changes))
				}
				tr.Told(changes)
			}
		})
	}
}

// BenchmarkAudit is the cost of a dump in which nothing differs.
func BenchmarkAudit(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, now := benchSnapshot(n), time.Unix(1, 0)
			tr, _ := New(Config{})
			tr.Sync(now, s, nil)
			tr.Told(tr.Changes())
			for b.Loop() {
				if r := tr.Sync(now, s, nil); r.Total() != 0 || len(tr.Changes()) != 0 {
					b.Fatal(r)
				}
			}
		})
	}
}

// BenchmarkFlap is the cost of one event among n interfaces, changes included.
func BenchmarkFlap(b *testing.B) {
	benchEvents(b, 2, func(_ int, l *Link) { l.OperState ^= OperUp ^ OperDown })
}

// BenchmarkRename is the cost of a rename among n interfaces, changes included: a
// host with many renames them all while it starts.
func BenchmarkRename(b *testing.B) {
	benchEvents(b, 4, func(i int, l *Link) { l.Name = []string{"wan", "lan"}[i%2] })
}

// benchEvents applies events of one link, each of which makes so many changes.
func benchEvents(b *testing.B, changes int, next func(i int, l *Link)) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, now := benchSnapshot(n), time.Unix(1, 0)
			tr, _ := New(Config{})
			tr.Sync(now, s, nil)
			tr.Told(tr.Changes())
			l := s.Links[n/2]
			for i := 0; b.Loop(); i++ {
				next(i, &l)
				tr.Apply(now, Event{Type: LinkSet, Link: l})
				c := tr.Changes()
				if len(c) != changes {
					b.Fatal(c)
				}
				tr.Told(c)
			}
		})
	}
}
