// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// faults are what can happen between two states of the kernel; changes in it are lost.
var faults = []struct {
	name  string
	fault func(x *fixture)
}{
	{"overflow", func(x *fixture) { x.kernel.Break(linuxcalls.ErrOverflow) }},
	{"read error", func(x *fixture) { x.kernel.Break(syscall.EIO) }},
	{"closed", func(x *fixture) { x.kernel.Break(linuxcalls.ErrClosed) }},
	{"malformed", func(x *fixture) { x.kernel.Break(linuxcalls.ErrMalformed) }},
	{"refused ten times", func(x *fixture) {
		x.kernel.RefuseSubscribe(10, syscall.ENOBUFS)
		x.kernel.Break(linuxcalls.ErrOverflow)
	}},
	{"dump failing ten times", func(x *fixture) {
		x.kernel.FailDumps(10, syscall.EBUSY)
		x.kernel.Break(linuxcalls.ErrOverflow)
	}},
	{"dumps interrupted", func(x *fixture) {
		x.kernel.InterruptDumps(20)
		x.kernel.Break(linuxcalls.ErrOverflow)
	}},
	{"overflow during the dump", func(x *fixture) {
		n := 0
		x.kernel.OnDump(func() {
			if n++; n < 6 {
				x.kernel.Break(linuxcalls.ErrOverflow)
			}
		})
		x.kernel.Break(linuxcalls.ErrOverflow)
	}},
	{"changes during the dump", func(x *fixture) {
		n := 0
		x.kernel.OnDump(func() {
			if n++; n <= 2 {
				i := x.kernel.AddLink(fmt.Sprintf("short%d", n))
				x.kernel.SetAddr(i, "198.51.100.1/24")
				x.kernel.DelLink(i)
			}
		})
		x.kernel.Break(linuxcalls.ErrOverflow)
	}},
}

// What a consumer of the events sees through every failure of the source.
func TestFaults(t *testing.T) {
	for _, tc := range faults {
		t.Run(tc.name, func(t *testing.T) {
			run(t, func(x *fixture) {
				stays := x.kernel.AddLink("stays")
				x.kernel.SetAddr(stays, "192.0.2.1/24")
				goes := x.kernel.AddLink("goes")
				again := x.kernel.AddLink("again")
				x.start()
				x.after(10 * time.Second)
				x.scheduler.take()
				before := len(x.statuses.all())

				x.kernel.Silently(func() {
					x.kernel.DelLink(goes)
					x.kernel.DelLink(again)
					x.kernel.AddLink("again")
					x.kernel.SetAddr(stays, "192.0.2.2/24")
				})
				tc.fault(x)
				x.after(time.Minute)
				// One push for what was lost; nothing else flaps. The re-created one
				// comes back after its delay.
				x.expectPushes(push("- again", "- goes", "+ stays/address/192.0.2.2/24"), push("+ again"))
				x.expectRetrieve("again", "stays", "stays/address/192.0.2.1/24", "stays/address/192.0.2.2/24")
				if n := x.kernel.Open(); n != 1 {
					x.Errorf("%d subscriptions open", n)
				}
				if s := x.statuses.all()[before:]; len(s) < 2 || s[0] == "<nil>" || s[len(s)-1] != "<nil>" {
					x.Errorf("statuses %q", s)
				}
				// And events go on.
				x.kernel.DelLink(stays)
				x.expectNames("again")
				if n := x.kernel.Opened(); n > 20 {
					x.Errorf("%d subscriptions opened", n)
				}
				x.Logf("while nobody looked one went, one was re-created, an address came: told as that; %d subscriptions, %+v",
					x.kernel.Opened(), x.watcher.Stats())
			})
		})
	}
}

// The same failures from the very start: what is there is told in the end, once.
func TestFaultsAtStart(t *testing.T) {
	for _, tc := range faults {
		t.Run(tc.name, func(t *testing.T) {
			run(t, func(x *fixture) {
				eth0 := x.kernel.AddLink("eth0")
				x.kernel.SetAddr(eth0, "192.0.2.1/24")
				tc.fault(x)
				if err := x.watcher.StartWatching(); err != nil {
					x.Fatal(err)
				}
				x.after(time.Minute)
				x.expectPushes(push("+ eth0", "+ eth0/address/192.0.2.1/24"))
				x.expectRetrieve("eth0", "eth0/address/192.0.2.1/24")
				if err := x.watcher.OutOfSync(); err != nil {
					x.Error(err)
				}
				x.Logf("told once; %d subscriptions, %d dumps", x.kernel.Opened(), x.kernel.Dumps())
			})
		})
	}
}

// StopWatching at moments of every failure, with a scheduler that refuses or is
// slow: it returns, and nothing is left.
func TestStopDuringFaults(t *testing.T) {
	stops := 0
	for _, tc := range faults {
		t.Run(tc.name, func(t *testing.T) {
			for i := range 40 {
				run(t, func(x *fixture) {
					x.kernel.AddLink("eth0")
					if i%2 == 0 {
						x.start()
					} else if err := x.watcher.StartWatching(); err != nil {
						x.Fatal(err)
					}
					s := x.watcher.Subscribe()
					defer s.Close()
					switch i % 4 {
					case 2:
						x.scheduler.setRefuse(kvs.ErrTxnQueueFull)
					case 3:
						x.scheduler.setDuring(func() { time.Sleep(70 * time.Millisecond) })
					}
					x.kernel.AddLink("eth1")
					tc.fault(x)
					time.Sleep(time.Duration(i) * 17 * time.Millisecond)
					began := time.Now()
					x.watcher.StopWatching()
					if d := time.Since(began); d > 100*time.Millisecond {
						x.Errorf("stopped after %s", d)
					}
					stops++
				})
			}
		})
	}
	t.Logf("stopped %d times", stops)
}

// A kernel whose buffer overflows again and again costs two resyncs a second, and
// is followed as soon as it calms down.
func TestStormOfOverflows(t *testing.T) {
	run(t, func(x *fixture) {
		x.start()
		last := 0
		for range 600 {
			if last != 0 {
				x.kernel.DelLink(last)
			}
			last = x.kernel.AddLink("eth0")
			x.kernel.Break(linuxcalls.ErrOverflow)
			x.after(100 * time.Millisecond)
		}
		if n := x.kernel.Opened(); n > 2*60+10 {
			x.Errorf("%d subscriptions in a minute", n)
		}
		x.after(time.Second)
		x.expectRetrieve("eth0")
		x.expectNames("eth0")
	}, WithRules(tracker.Config{}))
}

// The queue of the scheduler is full for ten seconds: nothing is lost, what
// changes meanwhile is told as it is in the end, and the reader is not held up.
func TestSchedulerQueueFull(t *testing.T) {
	run(t, func(x *fixture) {
		x.kernel.AddLink("eth0")
		x.start()
		x.scheduler.take()
		x.scheduler.setRefuse(kvs.ErrTxnQueueFull)
		x.kernel.DelLink(1)
		for i := range 1000 {
			index := x.kernel.AddLink(fmt.Sprintf("n%d", i))
			if i%10 != 0 {
				x.kernel.DelLink(index)
			}
			x.after(10 * time.Millisecond)
		}
		x.scheduler.setRefuse(nil)
		x.after(2 * time.Second)
		// All that was due by then in one push; the last two had their delay to wait for.
		got := x.scheduler.take()
		if len(got) > 3 || len(slices.Concat(got...)) != 101 || got[0][0] != "- eth0" || len(got[0]) < 98 {
			x.Errorf("pushes %q", got)
		}
		if s := x.watcher.Stats(); s.Refused == 0 || s.Refused > 40 {
			x.Errorf("%+v", s)
		}
	})
}

// What becomes void while it is being told is taken back right after, without
// waiting for anything else to happen.
func TestChangeDuringPush(t *testing.T) {
	run(t, func(x *fixture) {
		x.start()
		var once sync.Once
		x.scheduler.setDuring(func() {
			once.Do(func() {
				x.kernel.DelLink(1)
				time.Sleep(time.Second)
			})
		})
		x.kernel.AddLink("eth0")
		x.after(3 * time.Second)
		x.expectPushes(push("+ eth0"), push("- eth0"))
	}, WithRules(tracker.Config{}), WithAuditInterval(0))
}

// What was refused and is void by the time of the next try leaves nothing to do.
func TestRefusedBecomesVoid(t *testing.T) {
	run(t, func(x *fixture) {
		x.start()
		x.scheduler.setRefuse(kvs.ErrTxnQueueFull)
		x.kernel.DelLink(x.kernel.AddLink("eth0"))
		x.after(10 * time.Second)
		index := x.kernel.AddLink("eth1")
		synctest.Wait()
		x.kernel.DelLink(index)
		calls := x.scheduler.calls
		x.after(10 * time.Second)
		if n := x.scheduler.calls - calls; n != 0 {
			x.Errorf("%d calls with nothing to tell", n)
		}
	}, WithRules(tracker.Config{}))
}

// While out of sync it is not known whether an interface is still enabled, so none
// is announced because its delay has passed.
func TestNoAnnouncementWhileOutOfSync(t *testing.T) {
	run(t, func(x *fixture) {
		x.start()
		goes := x.kernel.AddLink("goes")
		x.kernel.AddLink("stays")
		synctest.Wait()
		x.kernel.Silently(func() { x.kernel.DelLink(goes) })
		x.kernel.RefuseSubscribe(4, syscall.EPERM)
		x.kernel.Break(linuxcalls.ErrOverflow)
		x.after(time.Second)
		x.expectPushes()
		x.after(time.Minute)
		x.expectPushes(push("+ stays"))
	})
}

func TestSchedulerClosed(t *testing.T) {
	run(t, func(x *fixture) {
		x.scheduler.setRefuse(kvs.ErrClosedScheduler)
		x.kernel.AddLink("eth0")
		x.start()
		for range 10 {
			x.kernel.AddLink(fmt.Sprint(time.Now().UnixNano()))
			x.after(time.Second)
		}
		if x.scheduler.calls != 1 {
			x.Errorf("%d calls of a closed scheduler", x.scheduler.calls)
		}
	})
}

// A scheduler that is slow to take a notification does not hold up the reader.
func TestSlowScheduler(t *testing.T) {
	run(t, func(x *fixture) {
		x.start()
		x.scheduler.setDuring(func() { time.Sleep(10 * time.Second) })
		x.kernel.AddLink("eth0")
		x.after(time.Second)
		for i := range 100 {
			x.kernel.AddLink(fmt.Sprintf("n%d", i))
		}
		synctest.Wait()
		x.after(time.Minute)
		if n := len(x.scheduler.names()); n != 101 {
			x.Errorf("%d keys", n)
		}
		x.kernel.Break(linuxcalls.ErrOverflow)
		x.after(time.Minute)
		if s := x.watcher.Stats(); s.Events != 101 || s.Repairs != 0 {
			x.Errorf("%+v", s)
		}
	}, WithAuditInterval(0))
}

// The mark behind a dump never comes back.
func TestLostMark(t *testing.T) {
	run(t, func(x *fixture) {
		x.kernel.AddLink("eth0")
		x.kernel.LoseMarks(2)
		x.start()
		x.expectPushes()
		x.after(time.Minute)
		x.expectPushes(push("+ eth0"))
		if n := x.kernel.Opened(); n != 3 {
			x.Errorf("%d subscriptions opened", n)
		}
	})
}

// An audit whose mark does not come back: the socket is given up, and what was lost
// counts as that.
func TestLostMarkOfAudit(t *testing.T) {
	run(t, func(x *fixture) {
		x.kernel.AddLink("eth0")
		x.start()
		x.scheduler.take()
		x.kernel.LoseMarks(1)
		x.kernel.Silently(func() { x.kernel.SetAddr(1, "192.0.2.1/24") })
		x.after(2 * time.Minute)
		x.expectPushes(push("+ eth0/address/192.0.2.1/24"))
		if s := x.watcher.Stats(); s.Repairs != 1 || s.Subscriptions != 2 {
			x.Errorf("%+v", s)
		}
	})
}

// StopWatching at every moment of a run with faults: nothing is left behind.
func TestStopAtAnyMoment(t *testing.T) {
	for i := range 120 {
		run(t, func(x *fixture) {
			x.kernel.RefuseSubscribe(2, syscall.EPERM)
			x.kernel.FailDumps(2, syscall.EBUSY)
			x.kernel.InterruptDumps(2)
			x.kernel.OnDump(func() { time.Sleep(37 * time.Millisecond) })
			x.kernel.AddLink("eth0")
			if err := x.watcher.StartWatching(); err != nil {
				x.Fatal(err)
			}
			var wg sync.WaitGroup
			defer wg.Wait()
			defer x.watcher.StopWatching()
			wg.Go(func() {
				if _, err := x.watcher.Retrieve(nil); err != nil && !errors.Is(err, ErrNotWatching) {
					x.Error(err)
				}
			})
			wg.Go(func() {
				time.Sleep(800 * time.Millisecond)
				x.kernel.Break(linuxcalls.ErrOverflow)
				x.scheduler.setRefuse(kvs.ErrTxnQueueFull)
				x.kernel.AddLink("eth1")
			})
			time.Sleep(time.Duration(i) * 13 * time.Millisecond)
		})
	}
}
