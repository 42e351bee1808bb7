// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls/fakenetlink"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// fixture is a watcher between a fake kernel and a fake scheduler. Time is that of
// a synctest bubble, which also finds every goroutine left behind.
type fixture struct {
	*testing.T
	kernel    *fakenetlink.Kernel
	scheduler *scheduler
	watcher   *InterfaceWatcher
	statuses  statuses
}

// run calls f in a bubble. The watcher is not started yet, and is stopped after.
func run(t *testing.T, f func(*fixture), opts ...Option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		x := &fixture{T: t, kernel: &fakenetlink.Kernel{}, scheduler: newScheduler(t)}
		status := WithStatus(x.statuses.add)
		x.watcher = NewInterfaceWatcher(x.scheduler, x.kernel, testLogger(), append([]Option{status}, opts...)...)
		f(x)
		x.kernel.OnDump(nil)
		x.watcher.StopWatching()
		if n := x.kernel.Open(); n != 0 {
			t.Errorf("%d subscriptions left open", n)
		}
	})
}

func (x *fixture) start() {
	x.Helper()
	if err := x.watcher.StartWatching(); err != nil {
		x.Fatal(err)
	}
	synctest.Wait()
}

// after lets the time pass and everything that is due happen.
func (x *fixture) after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (x *fixture) expectPushes(want ...[]string) {
	x.Helper()
	synctest.Wait()
	if got := x.scheduler.take(); !slices.EqualFunc(got, want, slices.Equal) {
		x.Errorf("pushes:\n%q\nexpected:\n%q", got, want)
	}
}

func (x *fixture) expectNames(want ...string) {
	x.Helper()
	synctest.Wait()
	if got := x.scheduler.names(); !slices.Equal(got, want) {
		x.Errorf("keys %q, expected %q", got, want)
	}
}

func (x *fixture) expectRetrieve(want ...string) {
	x.Helper()
	values, err := x.watcher.Retrieve(nil)
	if err != nil {
		x.Error(err)
	}
	var got []string
	for _, kv := range values {
		if kv.Origin != kvs.FromSB || kv.Value == nil {
			x.Errorf("%+v", kv)
		}
		got = append(got, strings.TrimPrefix(kv.Key, ifmodel.InterfaceHostNameKeyPrefix))
	}
	if !slices.Equal(got, want) {
		x.Errorf("retrieved %q, expected %q", got, want)
	}
}

// statuses are what was reported.
type statuses struct {
	mu   sync.Mutex
	list []string
}

func (s *statuses) add(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, fmt.Sprint(err))
}

func (s *statuses) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.list)
}

// last returns the last one, empty if there was none.
func (s *statuses) last() string {
	if all := s.all(); len(all) > 0 {
		return all[len(all)-1]
	}
	return ""
}

func push(changes ...string) []string { return changes }

func TestDescriptor(t *testing.T) {
	w := NewInterfaceWatcher(nil, nil, testLogger())
	d := w.GetDescriptor()
	if d.Name != "linux-interface-watcher" || d.Create != nil || d.Delete != nil || d.Retrieve == nil || d.WithMetadata {
		t.Errorf("%+v", d)
	}
	if d.ValueTypeName != "google.protobuf.Empty" {
		t.Errorf("value type %q", d.ValueTypeName)
	}
	for key, want := range map[string]bool{
		"linux/interface/host-name/eth0":                      true,
		"linux/interface/host-name/eth0/address/192.0.2.1/24": true,
		"linux/interface/host-name/eth0/vrf-host-name/red":    true,
		"linux/interface/state/eth0/UP":                       false,
		"config/linux/interfaces/v2/interface/eth0":           false,
	} {
		if got := d.KeySelector(key); got != want {
			t.Errorf("%s selected: %v", key, got)
		}
	}
}

func TestLife(t *testing.T) {
	run(t, func(x *fixture) {
		lo := x.kernel.AddLink("lo")
		x.kernel.SetAddr(lo, "127.0.0.1/8")
		x.start()
		x.expectPushes(push("+ lo", "+ lo/address/127.0.0.1/8"))
		x.expectRetrieve("lo", "lo/address/127.0.0.1/8")

		eth0 := x.kernel.AddLink("eth0")
		x.after(499 * time.Millisecond)
		x.kernel.SetAddr(eth0, "192.0.2.1/24")
		red := x.kernel.AddLink("red")
		vrf := x.kernel.Link(red)
		vrf.Kind = "vrf"
		x.kernel.SetLink(vrf)
		member := x.kernel.Link(eth0)
		member.Master = red
		x.kernel.SetLink(member)
		x.expectPushes()
		x.after(time.Millisecond)
		x.expectPushes(push("+ eth0", "+ eth0/address/192.0.2.1/24", "+ eth0/vrf-host-name/red"))
		x.after(time.Second)
		x.expectPushes(push("+ red"))

		x.kernel.SetLink(fakenetlink.Down(x.kernel.Link(eth0)))
		x.expectPushes(push("- eth0", "- eth0/address/192.0.2.1/24", "- eth0/vrf-host-name/red"))
		x.expectRetrieve("lo", "lo/address/127.0.0.1/8", "red")
		x.kernel.DelLink(eth0)
		x.expectPushes()
		x.after(time.Hour)
		x.expectPushes()
		if s := x.watcher.Stats(); s.Repairs != 0 || s.Subscriptions != 1 || s.Syncs < 59 {
			x.Errorf("%+v", s)
		}
		if got := x.statuses.all(); !slices.Equal(got, []string{"<nil>"}) {
			x.Errorf("statuses %q", got)
		}
	})
}

// Re-creation is told in one push, withdrawal first.
func TestRecreation(t *testing.T) {
	run(t, func(x *fixture) {
		old := x.kernel.AddLink("eth0")
		x.start()
		x.scheduler.take()
		x.scheduler.setRefuse(kvs.ErrTxnQueueFull)
		x.kernel.DelLink(old)
		x.kernel.AddLink("eth0")
		synctest.Wait()
		x.scheduler.setRefuse(nil)
		x.after(time.Second)
		x.expectPushes(push("- eth0", "+ eth0"))
	}, WithRules(tracker.Config{}))
}

func TestInterfaces(t *testing.T) {
	run(t, func(x *fixture) {
		if i := x.watcher.Interfaces(); len(i) != 0 {
			x.Errorf("before start: %v", i)
		}
		x.kernel.AddLink("lo")
		x.kernel.SetLink(fakenetlink.Down(tracker.Link{Index: 7, Name: "eth\xff"}))
		x.start()
		x.kernel.AddLink("eth1")
		x.after(100 * time.Millisecond)
		var got []string
		for _, i := range x.watcher.Interfaces() {
			got = append(got, i.Name+" "+i.Reason())
		}
		if want := []string{"lo announced", "eth\xff down (admin-down)", "eth1 waiting 400ms"}; !slices.Equal(got, want) {
			x.Errorf("%q, expected %q", got, want)
		}
		if s, want := summary(x.watcher.Interfaces()), `3 interfaces; announced: lo; not announced: "eth\xff" down (admin-down), eth1 waiting 400ms`; s != want {
			x.Errorf("summary %q, expected %q", s, want)
		}
	})
}

func TestStartAndStop(t *testing.T) {
	run(t, func(x *fixture) {
		if _, err := x.watcher.Retrieve(nil); !errors.Is(err, ErrNotWatching) {
			x.Errorf("Retrieve before start: %v", err)
		}
		x.start()
		if err := x.watcher.StartWatching(); err == nil {
			x.Error("second start accepted")
		}
		x.watcher.StopWatching()
		x.watcher.StopWatching()
		if _, err := x.watcher.Retrieve(nil); !errors.Is(err, ErrNotWatching) {
			x.Errorf("Retrieve after stop: %v", err)
		}
		if err := x.watcher.StartWatching(); !errors.Is(err, ErrNotWatching) {
			x.Errorf("start after stop: %v", err)
		}
	})
	run(t, func(x *fixture) { x.watcher.StopWatching() })
	run(t, func(x *fixture) {
		if err := x.watcher.StartWatching(); err == nil || !strings.Contains(err.Error(), "enabled-when") {
			x.Errorf("error %v", err)
		}
	}, WithRules(tracker.Config{EnabledWhen: "up"}))
}

// Retrieve says what the kernel has, not what the watcher believes.
func TestRetrieveIsTruthful(t *testing.T) {
	run(t, func(x *fixture) {
		eth0 := x.kernel.AddLink("eth0")
		x.start()
		x.kernel.Silently(func() {
			x.kernel.DelLink(eth0)
			x.kernel.AddLink("eth1")
		})
		x.after(2 * time.Second)
		x.expectRetrieve()
		x.expectPushes(push("+ eth0"), push("- eth0"))
		x.after(500 * time.Millisecond)
		x.expectRetrieve("eth1")
		x.expectPushes(push("+ eth1"))
	}, WithAuditInterval(0))
}

// Retrieve waits for the first dump, for a bounded time.
func TestRetrieveWaits(t *testing.T) {
	run(t, func(x *fixture) {
		x.kernel.AddLink("eth0")
		release := make(chan struct{})
		x.kernel.OnDump(func() { <-release })
		x.start()
		began := time.Now()
		if _, err := x.watcher.Retrieve(nil); !errors.Is(err, ErrNotInSync) || time.Since(began) != syncTimeout {
			x.Errorf("error %v after %s", err, time.Since(began))
		}
		done := make(chan struct{})
		go func() {
			x.expectRetrieve("eth0")
			close(done)
		}()
		x.after(time.Second)
		close(release)
		<-done
	})
}

// A status that is slow to be taken, as by a store that does not answer, holds up
// nothing; what is reported in the end is how it stands.
func TestSlowStatus(t *testing.T) {
	var reported statuses
	run(t, func(x *fixture) {
		eth0 := x.kernel.AddLink("eth0")
		x.start()
		x.expectNames("eth0")
		x.after(time.Second)
		x.kernel.Silently(func() { x.kernel.SetAddr(eth0, "192.0.2.1/24") })
		x.kernel.Break(linuxcalls.ErrOverflow)
		x.after(time.Second)
		x.expectNames("eth0", "eth0/address/192.0.2.1/24")
		x.kernel.RefuseSubscribe(1<<30, syscall.EPERM)
		x.kernel.Break(linuxcalls.ErrOverflow)
		x.after(time.Minute)
		if last := reported.last(); !strings.Contains(last, syscall.EPERM.Error()) {
			x.Errorf("status %q", last)
		}
		x.kernel.RefuseSubscribe(0, nil)
		x.after(time.Minute)
		if last := reported.last(); last != "<nil>" {
			x.Errorf("status %q", last)
		}
	}, WithStatus(func(err error) {
		time.Sleep(10 * time.Second)
		reported.add(err)
	}))
}

func TestStopReleasesRetrieve(t *testing.T) {
	run(t, func(x *fixture) {
		x.kernel.RefuseSubscribe(1000, syscall.EPERM)
		x.start()
		done := make(chan error)
		go func() {
			_, err := x.watcher.Retrieve(nil)
			done <- err
		}()
		synctest.Wait()
		began := time.Now()
		x.watcher.StopWatching()
		if err := <-done; !errors.Is(err, ErrNotWatching) || time.Since(began) != 0 {
			x.Errorf("error %v after %s", err, time.Since(began))
		}
	})
}

// A Retrieve in sync whose dump does not come is answered from the events.
func TestRetrieveWithoutDump(t *testing.T) {
	run(t, func(x *fixture) {
		x.kernel.AddLink("eth0")
		x.start()
		x.after(10 * time.Second)
		x.kernel.FailDumps(1000, syscall.ENOMEM)
		dumps := x.kernel.Dumps()
		x.expectRetrieve("eth0")
		if n := x.kernel.Dumps() - dumps; n == 0 || n > 50 {
			x.Errorf("%d dumps tried", n)
		}
		if err := x.watcher.OutOfSync(); err != nil {
			x.Errorf("out of sync: %v", err)
		}
	})
}
