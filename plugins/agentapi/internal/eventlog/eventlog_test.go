// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package eventlog

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
)

func numbers[E any](events []Event[E]) []uint64 {
	all := []uint64{}
	for _, e := range events {
		all = append(all, e.Number)
	}
	return all
}

func TestRead(t *testing.T) {
	l := New[string](10)
	for i := range 5 {
		l.Append("s", false, fmt.Sprint(i))
	}
	for _, tc := range []struct {
		from uint64
		max  int
		want string
	}{
		{0, 10, "[0 1 2 3 4]"},
		{0, 2, "[0 1]"},
		{3, 10, "[3 4]"},
		{4, 1, "[4]"},
		{5, 10, "[]"},
		{6, 10, "[0 1 2 3 4]"}, // of a log before this one
	} {
		events, _, ok := l.Read(tc.from, tc.max)
		if got := fmt.Sprint(numbers(events)); got != tc.want || !ok {
			t.Errorf("from %d, at most %d: %s, %v; want %s", tc.from, tc.max, got, ok, tc.want)
		}
	}
}

func TestFollow(t *testing.T) {
	l := New[string](10)
	_, more, _ := l.Read(0, 1)
	select {
	case <-more:
		t.Fatal("nothing was added")
	default:
	}
	l.Append("s", false, "a")
	<-more
	events, more, ok := l.Read(0, 1)
	if len(events) != 1 || events[0].Value != "a" || !ok {
		t.Fatalf("read %v, %v", events, ok)
	}
	l.Close()
	<-more
	if events, _, ok = l.Read(0, 1); len(events) != 1 || !ok {
		t.Errorf("what is in a closed log cannot be read: %v, %v", events, ok)
	}
	l.Append("s", false, "b")
	if events, _, ok = l.Read(1, 1); len(events) != 0 || ok {
		t.Errorf("end of a closed log: %v, %v", events, ok)
	}
	l.Close()
}

// TestCompaction lets a reader sleep through random events of subjects that
// come and go. It has to find the last event of each subject that is there, and
// the newest events whole.
func TestCompaction(t *testing.T) {
	const keep = 50
	random := rand.New(rand.NewPCG(1, 2))
	l := New[string](keep)
	last := make(map[string]uint64)
	gone := make(map[string]bool)
	const total = 20_000
	for i := range uint64(total) {
		subject := fmt.Sprint(random.IntN(200))
		if i%7 == 0 {
			subject = fmt.Sprint("short-lived ", i)
		}
		gone[subject] = i%7 == 0 || random.IntN(3) == 0
		last[subject] = i
		l.Append(subject, gone[subject], subject)
	}
	events, _, _ := l.Read(0, total)
	found := make(map[string]uint64)
	for i, e := range events {
		if i > 0 && e.Number <= events[i-1].Number {
			t.Fatalf("number %d after %d", e.Number, events[i-1].Number)
		}
		found[e.Value] = e.Number
	}
	for subject, number := range last {
		if !gone[subject] && found[subject] != number {
			t.Errorf("last event of %s is %d, found %d", subject, number, found[subject])
		}
	}
	for i := range uint64(keep) {
		if n := len(events); events[n-1-int(i)].Number != total-1-i {
			t.Fatalf("event %d is missing", total-1-i)
		}
	}
	// The newest, twice; the subjects; ends of subjects.
	if limit := 2*keep + 200 + keep; len(events) > limit {
		t.Errorf("%d events are kept, more than %d", len(events), limit)
	}
}

// TestConcurrency has readers of different pace see each event of a log that is
// long enough.
func TestConcurrency(t *testing.T) {
	const total = 2000
	l := New[int](total)
	var readers sync.WaitGroup
	for batch := 1; batch <= 4; batch++ {
		readers.Go(func() {
			var next uint64
			for next < total {
				events, more, _ := l.Read(next, batch)
				for _, e := range events {
					if e.Number != next || e.Value != int(next) {
						t.Errorf("event %d with %d, expected %d", e.Number, e.Value, next)
						return
					}
					next++
				}
				if len(events) == 0 {
					<-more
				}
			}
		})
	}
	for i := range total {
		l.Append(fmt.Sprint(i), false, i)
	}
	readers.Wait()
}
