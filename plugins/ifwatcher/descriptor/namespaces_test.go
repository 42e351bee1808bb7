// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
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
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/netns"
)

// world is the other namespaces of a test, each with a kernel of its own.
type world struct {
	mu      sync.Mutex
	kernels map[string]*fakenetlink.Kernel
	ids     map[string]uint64
	last    uint64
	changed chan struct{} // made by watch, in the bubble of the test
}

func newWorld() *world {
	return &world{kernels: map[string]*fakenetlink.Kernel{}, ids: map[string]uint64{}}
}

func (w *world) option() Option { return WithNamespaces(w.watch, w.open) }

func (w *world) watch(stop <-chan struct{}, update func(map[string]netns.Namespace)) {
	changed := make(chan struct{}, 1)
	w.mu.Lock()
	w.changed = changed
	w.mu.Unlock()
	for {
		w.mu.Lock()
		found := map[string]netns.Namespace{}
		for name := range w.kernels {
			found[name] = netns.Namespace{Name: name, ID: netns.ID{Ino: w.ids[name]}}
		}
		w.mu.Unlock()
		update(found)
		select {
		case <-stop:
			return
		case <-changed:
		case <-time.After(time.Second):
		}
	}
}

func (w *world) open(n netns.Namespace) linuxcalls.Watcher {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.kernels[n.Name]
}

// add makes a namespace, in the place of the one of the same name.
func (w *world) add(name string) *fakenetlink.Kernel {
	k := &fakenetlink.Kernel{}
	k.SetAddr(k.AddLink("eth0"), "192.0.2.1/24")
	w.put(name, k)
	return k
}

func (w *world) put(name string, k *fakenetlink.Kernel) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last++
	w.kernels[name], w.ids[name] = k, w.last
	w.signal()
}

func (w *world) del(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.kernels, name)
	w.signal()
}

func (w *world) signal() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

func TestInNamespace(t *testing.T) {
	host := ifmodel.InterfaceHostNameWithAddrKey("eth0", "192.0.2.1/24")
	for _, tc := range [][3]string{
		{"", host, host},
		{"blue", host, "linux/interface/netns/blue/host-name/eth0/address/192.0.2.1/24"},
		{"/proc/1/ns/net", ifmodel.InterfaceHostNameKey("x"), "linux/interface/netns/%2Fproc%2F1%2Fns%2Fnet/host-name/x"},
		{"blue", "config/x", "config/x"},
	} {
		if got := InNamespace(tc[0], tc[1]); got != tc[2] {
			t.Errorf("%s, expected %s", got, tc[2])
		}
	}
}

// A namespace comes, changes, goes with its keys, and another of the same name
// comes back.
func TestNamespaces(t *testing.T) {
	w := newWorld()
	blue := w.add("blue")
	run(t, func(x *fixture) {
		x.kernel.AddLink("lo")
		x.start()
		sub := x.watcher.Subscribe()
		x.expectNames("lo", "netns/blue/eth0", "netns/blue/eth0/address/192.0.2.1/24")
		x.expectTold(sub, "lo appeared", "lo announced", "eth0 appeared", "eth0 announced")
		x.scheduler.take()
		blue.SetAddr(1, "192.0.2.2/24")
		x.expectPushes(push("+ netns/blue/eth0/address/192.0.2.2/24"))
		x.told(sub)

		w.del("blue")
		x.expectPushes(push("- netns/blue/eth0", "- netns/blue/eth0/address/192.0.2.1/24", "- netns/blue/eth0/address/192.0.2.2/24"))
		x.expectTold(sub, "eth0 disappeared", "eth0 withdrawn")
		if n := blue.Open(); n != 0 {
			x.Errorf("%d subscriptions left in a namespace that is gone", n)
		}
		x.after(3 * time.Second)
		if n := len(x.watcher.allSources()); n != 1 {
			x.Errorf("%d sources kept", n)
		}

		// What comes later has its delay, since somebody is at work in there.
		w.add("blue")
		x.expectPushes()
		x.after(DefaultNotificationDelay)
		x.expectPushes(push("+ netns/blue/eth0", "+ netns/blue/eth0/address/192.0.2.1/24"))
		for _, i := range x.watcher.Interfaces() {
			if want := map[string]string{"lo": "", "eth0": "blue"}[i.Name]; i.Namespace != want {
				x.Errorf("%s is in %q", i.Name, i.Namespace)
			}
		}
		if s := x.watcher.Stats(); s.Known != 2 || s.Announced != 2 || s.Repairs != 0 || s.Events != 1 || s.Subscriptions != 3 {
			x.Errorf("%+v", s)
		}

		// Another takes its place, while the scheduler takes nothing.
		x.scheduler.setRefuse(kvs.ErrTxnQueueFull)
		w.add("blue")
		x.after(2 * time.Second)
		x.scheduler.setRefuse(nil)
		x.after(2 * time.Second)
		x.expectPushes(push("- netns/blue/eth0", "- netns/blue/eth0/address/192.0.2.1/24",
			"+ netns/blue/eth0", "+ netns/blue/eth0/address/192.0.2.1/24"))
		sub.Close()
	}, w.option())
	if n := w.kernels["blue"].Open(); n != 0 {
		t.Errorf("%d subscriptions left", n)
	}
}

// A namespace that cannot be read is reported, and holds up nothing.
func TestNamespaceFails(t *testing.T) {
	w := newWorld()
	red := &fakenetlink.Kernel{}
	red.RefuseSubscribe(1000, syscall.EPERM)
	red.AddLink("eth1")
	run(t, func(x *fixture) {
		w.add("blue")
		w.put("red", red)
		x.kernel.AddLink("lo")
		x.start()
		x.expectNames("lo", "netns/blue/eth0", "netns/blue/eth0/address/192.0.2.1/24")
		x.expectRetrieve("lo")
		began := time.Now()
		values, err := x.watcher.GetNamespaceDescriptor().Retrieve(nil)
		if len(values) != 2 || err != nil || time.Since(began) != 0 {
			x.Errorf("retrieved %v after %s, error %v", values, time.Since(began), err)
		}
		if last := x.statuses.last(); !strings.Contains(last, "network namespace red: ") || !strings.Contains(last, syscall.EPERM.Error()) {
			x.Errorf("status %q", last)
		}
		red.RefuseSubscribe(0, nil)
		x.after(10 * time.Second)
		if last := x.statuses.last(); last != "<nil>" || x.watcher.OutOfSync() != nil {
			x.Errorf("status %q, %v", last, x.watcher.OutOfSync())
		}
		x.expectNames("lo", "netns/blue/eth0", "netns/blue/eth0/address/192.0.2.1/24", "netns/red/eth1")
		// One that fails and then goes is no trouble any more.
		red.RefuseSubscribe(1000, syscall.EPERM)
		red.Break(linuxcalls.ErrOverflow)
		x.after(time.Second)
		if last := x.statuses.last(); last == "<nil>" {
			x.Error("no trouble reported")
		}
		w.del("red")
		synctest.Wait()
		if last := x.statuses.last(); last != "<nil>" {
			x.Errorf("status %q", last)
		}
		x.expectNames("lo", "netns/blue/eth0", "netns/blue/eth0/address/192.0.2.1/24")
	}, w.option())
}

// That another namespace has been read says nothing of the default one.
func TestStatusWaitsForDefaultNamespace(t *testing.T) {
	w := newWorld()
	run(t, func(x *fixture) {
		w.add("blue")
		release := make(chan struct{})
		x.kernel.OnDump(func() { <-release })
		x.start()
		x.expectNames("netns/blue/eth0", "netns/blue/eth0/address/192.0.2.1/24")
		if got := x.statuses.all(); len(got) != 0 {
			x.Errorf("statuses %q", got)
		}
		close(release)
		synctest.Wait()
		if got := x.statuses.all(); !slices.Equal(got, []string{"<nil>"}) {
			x.Errorf("statuses %q", got)
		}
	}, w.option())
}

// StopWatching while namespaces come and go.
func TestStopAmongNamespaces(t *testing.T) {
	for i := range 60 {
		w := newWorld()
		var kernels []*fakenetlink.Kernel
		run(t, func(x *fixture) {
			if err := x.watcher.StartWatching(); err != nil {
				x.Fatal(err)
			}
			var wg sync.WaitGroup
			defer wg.Wait()
			wg.Go(func() {
				for n := range 40 {
					kernels = append(kernels, w.add("blue"))
					if n%3 == 0 {
						w.add("red")
					}
					time.Sleep(5 * time.Millisecond)
					w.del("red")
				}
			})
			time.Sleep(time.Duration(i) * 4 * time.Millisecond)
			x.watcher.StopWatching()
		}, w.option())
		if slices.ContainsFunc(kernels, func(k *fakenetlink.Kernel) bool { return k.Open() != 0 }) {
			t.Fatal("subscriptions left open")
		}
	}
}
