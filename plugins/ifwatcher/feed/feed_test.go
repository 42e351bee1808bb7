// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

func iface(id uint64, name string, change ...func(*tracker.Interface)) *tracker.Interface {
	i := &tracker.Interface{ID: id, State: tracker.Down}
	i.Index, i.Name = int(id), name
	for _, c := range change {
		c(i)
	}
	return i
}

func announced(i *tracker.Interface) { i.State = tracker.Announced }

// text writes an update as one line for each change.
func text(u Update) (lines []string) {
	for _, c := range u.Changes {
		words := []string{c.Interface().Namespace + "/" + c.Interface().Name + ":"}
		for _, cause := range c.Causes {
			words = append(words, cause.String()+",")
		}
		lines = append(lines, strings.TrimSuffix(strings.Join(words, " "), ","))
	}
	return lines
}

func expect(t *testing.T, s *Subscription, want ...string) {
	t.Helper()
	u, err := s.Next(t.Context())
	if got := text(u); err != nil || !slices.Equal(got, want) {
		t.Fatalf("%q, error %v, expected %q", got, err, want)
	}
}

func TestCauses(t *testing.T) {
	base := iface(1, "eth0", announced, func(i *tracker.Interface) {
		i.Addresses = []netip.Prefix{netip.MustParsePrefix("192.0.2.1/24")}
		i.AltNames, i.MTU = []string{"a"}, 1500
	})
	for _, tc := range []struct {
		change func(*tracker.Interface)
		want   string
	}{
		{func(i *tracker.Interface) { i.Name = "wan" }, "renamed from eth0"},
		{func(i *tracker.Interface) { i.AdminUp, i.Running = true, true }, "set up, running changed from false"},
		{func(i *tracker.Interface) { i.OperState = tracker.OperUp }, "operational state changed from unknown"},
		{func(i *tracker.Interface) { i.Master, i.MasterName = 3, "br0" }, "master set"},
		{func(i *tracker.Interface) { i.MTU, i.MAC = 1400, "02:00:00:00:00:01" }, "MTU changed from 1500, MAC address set"},
		{func(i *tracker.Interface) { i.Addresses = []netip.Prefix{netip.MustParsePrefix("192.0.2.2/24")} }, "address removed 192.0.2.1/24, address added 192.0.2.2/24"},
		{func(i *tracker.Interface) { i.AltNames = nil }, "alternative name removed a"},
		{func(i *tracker.Interface) { i.State = tracker.Down }, "withdrawn"},
		{func(i *tracker.Interface) { i.State = tracker.Withdrawing }, "state changed from announced"},
		{func(i *tracker.Interface) { i.Told, i.Remaining = true, 5 }, ""},
	} {
		now := *base
		tc.change(&now)
		var got []string
		for _, c := range causes(base, &now) {
			got = append(got, c.String())
		}
		if s := strings.Join(got, ", "); s != tc.want {
			t.Errorf("%q, expected %q", s, tc.want)
		}
	}
	down := *base
	down.AdminUp = true
	if got := causes(&down, base); len(got) != 1 || got[0].Kind != AdminDown {
		t.Errorf("%v", got)
	}
}

// The first update is everything, as soon as that is known, be it nothing.
func TestInitial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(nil)
		var u Update
		done := make(chan error, 1)
		go func() {
			var err error
			u, err = s.Next(t.Context())
			done <- err
		}()
		s.Put("", []*tracker.Interface{iface(2, "b"), iface(1, "a", announced)}, nil)
		s.Put("blue", []*tracker.Interface{iface(1, "c", func(i *tracker.Interface) { i.Namespace = "blue" })}, nil)
		synctest.Wait()
		if len(done) != 0 {
			t.Fatal("Next did not wait until all is there")
		}
		s.Complete()
		if err := <-done; err != nil || !u.Initial || !slices.Equal(text(u), []string{"/a: appeared, announced", "/b: appeared", "blue/c: appeared"}) {
			t.Errorf("%v %q, error %v", u.Initial, text(u), err)
		}
		empty := New(nil)
		empty.Complete()
		if u, err := empty.Next(t.Context()); err != nil || !u.Initial || len(u.Changes) != 0 {
			t.Errorf("%+v, %v", u, err)
		}
	})
}

// A slow reader gets the difference to what it has seen, in one change for each
// interface, and nothing of what is as it was.
func TestSlowReader(t *testing.T) {
	s := New(nil)
	s.Put("", []*tracker.Interface{iface(1, "eth0"), iface(2, "goes", announced), iface(3, "same")}, nil)
	s.Complete()
	expect(t, s, "/eth0: appeared", "/goes: appeared, announced", "/same: appeared")
	for i := range 1000 {
		s.Put("", []*tracker.Interface{iface(1, fmt.Sprintf("n%d", i), func(x *tracker.Interface) { x.MTU = i })}, nil)
		s.Put("", []*tracker.Interface{iface(uint64(100+i), "short")}, nil)
		s.Put("", nil, []uint64{uint64(100 + i)})
		s.Put("", []*tracker.Interface{iface(3, "x")}, nil)
	}
	s.Put("", []*tracker.Interface{iface(3, "same"), iface(4, "goes")}, []uint64{2})
	if n := len(s.pending); n != 4 {
		t.Errorf("%d interfaces pending", n)
	}
	expect(t, s, "/goes: disappeared, withdrawn", "/n999: renamed from eth0, MTU changed from 0", "/goes: appeared")
	s.Put("", []*tracker.Interface{iface(3, "x")}, nil)
	s.Put("", []*tracker.Interface{iface(3, "same")}, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if u, err := s.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%q, error %v", text(u), err)
	}
}

func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closed := 0
		s := New(func(*Subscription) { closed++ })
		s.Complete()
		expect(t, s)
		done := make(chan error)
		go func() {
			_, err := s.Next(t.Context())
			done <- err
		}()
		synctest.Wait()
		s.Close()
		s.Close()
		if err := <-done; !errors.Is(err, ErrClosed) || closed != 1 {
			t.Errorf("error %v, closed %d times", err, closed)
		}
		s.Put("", []*tracker.Interface{iface(1, "a")}, []uint64{1})
		if _, err := s.Next(t.Context()); !errors.Is(err, ErrClosed) {
			t.Errorf("error %v", err)
		}
	})
}

// Whatever happens and however slow readers are, following the changes gives what
// there is in the end.
func TestRandomReaders(t *testing.T) {
	const steps = 20000
	readers := make([]*Subscription, 3)
	for i := range readers {
		readers[i] = New(nil)
		readers[i].Complete()
	}
	truth := map[uint64]string{}
	pictures := make([]map[uint64]string, len(readers))
	updates := make([]int, len(readers))
	var wg sync.WaitGroup
	for n, s := range readers {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(n), 1))
			picture := map[uint64]string{}
			for picture[0] != "end" {
				u, err := s.Next(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				updates[n]++
				for _, c := range u.Changes {
					switch {
					case c.Old == nil && picture[c.New.ID] != "", c.Old != nil && picture[c.Old.ID] != c.Old.Name:
						t.Errorf("%+v does not follow from %v", c, picture)
					case c.New == nil:
						delete(picture, c.Old.ID)
					default:
						picture[c.New.ID] = c.New.Name
					}
				}
				for range rnd.IntN(1 + n*20000) { // slow
					_ = rnd.Uint64()
				}
			}
			delete(picture, 0)
			pictures[n] = picture
		})
	}
	rnd := rand.New(rand.NewPCG(7, 7))
	ids := uint64(0)
	for i := range steps {
		var changed []*tracker.Interface
		var gone []uint64
		known := slices.Sorted(maps.Keys(truth))
		switch {
		case len(known) < 5 || rnd.IntN(4) == 0:
			ids++
			changed = append(changed, iface(ids, fmt.Sprintf("n%d", i)))
			truth[ids] = changed[0].Name
		case rnd.IntN(3) == 0:
			gone = append(gone, known[rnd.IntN(len(known))])
			delete(truth, gone[0])
		default:
			id := known[rnd.IntN(len(known))]
			changed = append(changed, iface(id, fmt.Sprintf("n%d", i)))
			truth[id] = changed[0].Name
		}
		for _, s := range readers {
			s.Put("", changed, gone)
		}
	}
	for _, s := range readers {
		s.Put("", []*tracker.Interface{iface(0, "end")}, nil)
	}
	wg.Wait()
	for n, picture := range pictures {
		if !maps.Equal(picture, truth) {
			t.Errorf("reader %d has %v, there is %v", n, picture, truth)
		}
	}
	t.Logf("%d steps, %d interfaces at the end, updates for readers from fast to slow: %v", steps, len(truth), updates)
}
