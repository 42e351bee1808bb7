// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"errors"
	"slices"
	"syscall"
	"testing"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls"
)

// Interrupted dumps are repeated; what one of them missed another has found, and a
// later one knows better.
func TestRepeatDump(t *testing.T) {
	type item struct{ id, value int }
	type answer struct {
		items []item
		err   error
	}
	intr := linuxcalls.ErrDumpInterrupted
	for _, tc := range []struct {
		name        string
		answers     []answer
		want        []item
		interrupted bool
		err         error
	}{
		{name: "at once", answers: []answer{{[]item{{1, 1}}, nil}}, want: []item{{1, 1}}},
		{
			name:    "complete in the end",
			answers: []answer{{[]item{{1, 1}, {2, 1}}, intr}, {nil, intr}, {[]item{{1, 2}}, nil}},
			want:    []item{{1, 2}},
		},
		{
			name:    "never complete",
			answers: []answer{{[]item{{1, 1}, {2, 1}}, intr}, {[]item{{1, 2}, {3, 2}}, intr}, {nil, intr}, {[]item{{3, 4}}, intr}},
			want:    []item{{1, 2}, {2, 1}, {3, 4}}, interrupted: true,
		},
		{name: "failing", answers: []answer{{[]item{{1, 1}}, intr}, {nil, syscall.EBUSY}}, err: syscall.EBUSY},
	} {
		t.Run(tc.name, func(t *testing.T) {
			calls := 0
			got, interrupted, err := repeatDump(func() ([]item, error) {
				a := tc.answers[calls]
				calls++
				return a.items, a.err
			}, func(i item) int { return i.id })
			slices.SortFunc(got, func(a, b item) int { return a.id - b.id })
			if !slices.Equal(got, tc.want) || interrupted != tc.interrupted || !errors.Is(err, tc.err) {
				t.Errorf("%v, interrupted %v, error %v", got, interrupted, err)
			}
			if calls != len(tc.answers) {
				t.Errorf("%d calls", calls)
			}
		})
	}
}

func TestBackoff(t *testing.T) {
	b := backoff{first: 1, last: 5}
	for _, want := range []int{1, 2, 4, 5, 5} {
		if got := b.next(); int(got) != want {
			t.Errorf("%d, expected %d", got, want)
		}
	}
	b.reset()
	if got := b.next(); got != 1 {
		t.Errorf("%d after reset", got)
	}
}
