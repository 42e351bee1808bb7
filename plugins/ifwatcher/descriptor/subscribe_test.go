// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/feed"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls/fakenetlink"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// told returns what the next update says, one text for each cause.
func (x *fixture) told(s *feed.Subscription) (all []string) {
	x.Helper()
	u, err := s.Next(x.Context())
	if err != nil {
		x.Fatal(err)
	}
	for _, c := range u.Changes {
		for _, cause := range c.Causes {
			all = append(all, c.Interface().Name+" "+cause.String())
		}
	}
	return all
}

func (x *fixture) expectTold(s *feed.Subscription, want ...string) {
	x.Helper()
	synctest.Wait()
	if got := x.told(s); !slices.Equal(got, want) {
		x.Errorf("told %q, expected %q", got, want)
	}
}

// The life of an interface as a subscriber sees it.
func TestSubscriber(t *testing.T) {
	run(t, func(x *fixture) {
		early := x.watcher.Subscribe()
		defer early.Close()
		lo := x.kernel.AddLink("lo")
		x.start()
		s := x.watcher.Subscribe()
		x.expectTold(early, "lo appeared", "lo announced")
		x.expectTold(s, "lo appeared", "lo announced")

		eth0 := x.kernel.AddLink("eth0")
		x.expectTold(s, "eth0 appeared")
		x.after(time.Second)
		x.expectTold(s, "eth0 announced")
		x.kernel.SetAddr(eth0, "192.0.2.1/24")
		x.expectTold(s, "eth0 address added 192.0.2.1/24")
		x.kernel.Rename(eth0, "wan")
		x.expectTold(s, "wan renamed from eth0")
		x.kernel.SetLink(fakenetlink.Down(x.kernel.Link(eth0)))
		x.expectTold(s, "wan set down", "wan operational state changed from up", "wan running changed from true", "wan withdrawn")

		// A loss of events is told as what was lost.
		x.kernel.Silently(func() {
			x.kernel.DelLink(lo)
			x.kernel.AddLink("lo")
			x.kernel.DelAddr(eth0, "192.0.2.1/24")
		})
		x.kernel.Break(linuxcalls.ErrOverflow)
		x.after(100 * time.Millisecond)
		x.expectTold(s, "lo disappeared", "lo withdrawn", "wan address removed 192.0.2.1/24", "lo appeared")
		s.Close()
		if n := len(x.watcher.sources[""].readers); n != 1 {
			x.Errorf("%d readers left", n)
		}
		// The one that has slept meanwhile.
		x.after(time.Second)
		x.expectTold(early, "lo disappeared", "lo withdrawn",
			"wan appeared", "lo appeared", "lo announced")
		done := make(chan error)
		go func() {
			_, err := early.Next(x.Context())
			done <- err
		}()
		synctest.Wait()
		x.watcher.StopWatching()
		if err := <-done; !errors.Is(err, feed.ErrClosed) {
			x.Errorf("after stop: %v", err)
		}
		if _, err := x.watcher.Subscribe().Next(x.Context()); !errors.Is(err, feed.ErrClosed) {
			x.Errorf("subscribed after stop: %v", err)
		}
	})
}

// A subscriber that never reads costs no more than the interfaces that there are,
// and holds up nobody.
func TestSubscriberThatNeverReads(t *testing.T) {
	run(t, func(x *fixture) {
		x.start()
		s := x.watcher.Subscribe()
		for i := range 2000 {
			index := x.kernel.AddLink(fmt.Sprintf("n%d", i))
			synctest.Wait()
			if i%100 != 0 {
				x.kernel.DelLink(index)
			}
		}
		x.expectTold(s, func() (want []string) {
			for i := 0; i < 2000; i += 100 {
				want = append(want, fmt.Sprintf("n%d appeared", i), fmt.Sprintf("n%d announced", i))
			}
			return want
		}()...)
		if n := len(x.scheduler.names()); n != 20 {
			x.Errorf("%d keys", n)
		}
	}, WithRules(tracker.Config{}))
}
