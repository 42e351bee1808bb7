// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"go.uber.org/goleak"

	"github.com/ifwatcher/ifwatcher/internal/netnstest"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/netns"
)

// hosts is a host with named namespaces, in a process of its own.
type hosts struct {
	*host
	selection netns.Selection
}

func newHosts(t *testing.T, opts ...Option) *hosts {
	t.Helper()
	netnstest.PrivateMounts(t, "/run")
	must(t, os.Mkdir(netns.Dir, 0o755))
	if err := os.WriteFile("/proc/sys/net/ipv6/conf/default/accept_dad", []byte("0"), 0); err != nil {
		t.Logf("addresses will be slow: %v", err)
	}
	selection, err := netns.Parse([]string{netns.AllNamed})
	must(t, err)
	opts = append(opts, WithNamespaces(selection.Watch, func(n netns.Namespace) linuxcalls.Watcher {
		return linuxcalls.NewNamespaceHandler(n.Do)
	}))
	return &hosts{host: newHost(t, opts...), selection: selection}
}

// converges waits until the scheduler has what all namespaces have.
func (h *hosts) converges(what string) {
	h.Helper()
	var got, want []string
	var err error
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		got = h.scheduler.names()
		slices.Sort(got)
		if want, err = h.truth(); err == nil && slices.Equal(got, want) {
			return
		}
	}
	h.Fatalf("after %s the scheduler has\n%q\nthe kernel\n%q, %v\nstate: %+v, %v", what, got, want, err, h.watcher.Stats(), h.watcher.OutOfSync())
}

func (h *hosts) truth() (names []string, err error) {
	names, err = truth(false)
	found, _ := h.selection.Find()
	for name, n := range found {
		err = errors.Join(err, n.Do(func() error {
			keys, err := truth(false)
			for _, key := range keys {
				names = append(names, "netns/"+name+"/"+key)
			}
			return err
		}))
	}
	slices.Sort(names)
	return names, err
}

// in calls f in a namespace; what f does is at an end when in returns.
func (h *hosts) in(name string, f func() error) {
	h.Helper()
	found, _ := h.selection.Find()
	if err := found[name].Do(f); err != nil {
		h.Fatalf("in %s: %v", name, err)
	}
}

func addNamespace(t *testing.T, name string) {
	t.Helper()
	netnstest.AddNamespace(t, netns.Dir, name, nil)
}

func delNamespace(t *testing.T, name string) {
	t.Helper()
	netnstest.DelNamespace(t, filepath.Join(netns.Dir, name))
}

func setUp(name string) error {
	l, err := netlink.LinkByName(name)
	if err != nil {
		return err
	}
	return netlink.LinkSetUp(l)
}

// moveTo moves an interface into a named namespace.
func moveTo(l netlink.Link, name string) error {
	file, err := os.Open(filepath.Join(netns.Dir, name))
	if err != nil {
		return err
	}
	defer file.Close()
	return netlink.LinkSetNsFd(l, int(file.Fd()))
}

func TestKernelNamespaces(t *testing.T) {
	if !netnstest.Enter(t) {
		return
	}
	h := newHosts(t)
	addNamespace(t, "blue")
	h.in("blue", func() error { return setUp("lo") })
	h.converges("a namespace appeared")
	h.has("netns/blue/lo/address/127.0.0.1/8")

	v := netlink.NewVeth(attrs("a"))
	v.PeerName = "b"
	must(t, netlink.LinkAdd(v))
	must(t, netlink.LinkSetUp(v))
	must(t, moveTo(link(t, "b"), "blue"))
	h.in("blue", func() error { return setUp("b") })
	h.converges("a move into it")
	h.has("netns/blue/b")
	h.has("a")
	h.hasNot("b")

	// Its end takes the interfaces along, also the other end of a pair: nothing of
	// the watcher holds it.
	delNamespace(t, "blue")
	h.hasNot("netns/blue/b")
	h.hasNot("a")
	h.converges("its end")
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		if _, err := netlink.LinkByName("a"); err != nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the namespace is still alive")
		}
	}

	// Again and again, faster than anybody can look.
	for i := range 20 {
		addNamespace(t, "blue")
		if i%2 == 0 {
			h.in("blue", func() error { return setUp("lo") })
		}
		if i < 19 {
			delNamespace(t, "blue")
		}
	}
	h.converges("twenty namespaces of one name, the last of them down")
	h.in("blue", func() error { return setUp("lo") })
	h.converges("up again")
	h.has("netns/blue/lo")
	// Sixty of them, each with one end of a pair, end together.
	for i := range 60 {
		name := fmt.Sprintf("ns%d", i)
		addNamespace(t, name)
		v := netlink.NewVeth(attrs(fmt.Sprintf("h%d", i)))
		v.PeerName = "eth0"
		must(t, netlink.LinkAdd(v))
		must(t, netlink.LinkSetUp(v))
		must(t, moveTo(link(t, "eth0"), name))
		h.in(name, func() error { return setUp("eth0") })
	}
	h.converges("sixty namespaces")
	h.has("netns/ns59/eth0")
	h.has("h59")
	for i := range 60 {
		delNamespace(t, fmt.Sprintf("ns%d", i))
	}
	h.hasNot("h59")
	h.converges("their end")
	t.Logf("announced, moved, withdrawn at the end, replaced 20 times, sixty ended together: %+v", h.watcher.Stats())
}

// TestKernelNamespacesWalk makes and ends namespaces and moves interfaces among them
// at random. Whenever there is quiet the scheduler has what the kernel has, and at
// the end no file, thread or goroutine is left.
func TestKernelNamespacesWalk(t *testing.T) {
	if !netnstest.Enter(t) {
		return
	}
	h := newHosts(t)
	// Once before, for what is opened once.
	addNamespace(t, "n0")
	h.in("n0", func() error { return setUp("lo") })
	h.has("netns/n0/lo")
	delNamespace(t, "n0")
	for end := time.Now().Add(time.Minute); len(h.watcher.allSources()) > 1; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("a namespace that is gone is not forgotten")
		}
	}
	files := openFiles(t)
	rnd := rand.New(rand.NewPCG(*walkSeed, 1))
	end := time.Now().Add(netnstest.Soak())
	steps := 0
	for steps < *walkSteps || time.Now().Before(end) {
		for range 1 + rnd.IntN(20) {
			steps++
			h.step(rnd)
		}
		h.converges(fmt.Sprintf("step %d", steps))
	}
	found, _ := h.selection.Find()
	for name := range found {
		delNamespace(t, name)
	}
	h.converges("the end of all namespaces")
	for end := time.Now().Add(time.Minute); openFiles(t) > files || strangers(t) > 0 || len(h.watcher.allSources()) > 1; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d files open, %d at the start; %d threads in other namespaces; %d sources",
				openFiles(t), files, strangers(t), len(h.watcher.allSources()))
		}
	}
	t.Logf("seed %d, %d steps: converged each time; %+v", *walkSeed, steps, h.watcher.Stats())
	h.watcher.StopWatching()
	if err := goleak.Find(); err != nil {
		t.Error(err)
	}
}

// step does one thing at random; what the kernel refuses is fine.
func (h *hosts) step(rnd *rand.Rand) {
	name := fmt.Sprintf("n%d", rnd.IntN(3))
	found, _ := h.selection.Find()
	n, there := found[name]
	if !there {
		addNamespace(h.T, name)
		return
	}
	if rnd.IntN(8) == 0 {
		delNamespace(h.T, name)
		return
	}
	act := func() error {
		l, err := netlink.LinkByName(fmt.Sprintf("w%d", rnd.IntN(4)))
		if err != nil {
			v := netlink.NewVeth(attrs(fmt.Sprintf("w%d", rnd.IntN(4))))
			v.PeerName = fmt.Sprintf("w%d", rnd.IntN(4))
			return netlink.LinkAdd(v)
		}
		switch rnd.IntN(6) {
		case 0:
			return netlink.LinkDel(l)
		case 1:
			return moveTo(l, fmt.Sprintf("n%d", rnd.IntN(3)))
		case 2:
			return netlink.LinkSetName(l, fmt.Sprintf("w%d", rnd.IntN(4)))
		case 3:
			a, err := netlink.ParseAddr(fmt.Sprintf("10.%d.0.1/24", rnd.IntN(3)))
			if err != nil {
				return err
			}
			return netlink.AddrAdd(l, a)
		}
		return netlink.LinkSetUp(l)
	}
	if rnd.IntN(3) == 0 {
		_ = act()
	} else {
		_ = n.Do(act)
	}
}

// strangers counts the threads of the process in another namespace.
func strangers(t *testing.T) (n int) {
	t.Helper()
	own, err := os.Readlink("/proc/self/ns/net")
	must(t, err)
	tasks, err := filepath.Glob("/proc/self/task/*/ns/net")
	must(t, err)
	for _, task := range tasks {
		if ns, err := os.Readlink(task); err == nil && ns != own {
			n++
		}
	}
	return n
}

func openFiles(t *testing.T) int {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	return len(files)
}
