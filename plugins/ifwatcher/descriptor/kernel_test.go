// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/ifwatcher/ifwatcher/internal/netnstest"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// host is a watcher of the real kernel in a namespace of its own.
type host struct {
	*testing.T
	scheduler *scheduler
	watcher   *InterfaceWatcher
	altNames  bool // they are announced
}

func newHost(t *testing.T, opts ...Option) *host {
	t.Helper()
	h := &host{T: t, scheduler: newScheduler(t)}
	h.watcher = NewInterfaceWatcher(h.scheduler, linuxcalls.NewNetLinkHandler(), testLogger(),
		append([]Option{WithRules(tracker.Config{NotificationDelay: 5 * time.Millisecond})}, opts...)...)
	if err := h.watcher.StartWatching(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.watcher.StopWatching)
	return h
}

// truth asks the kernel, by another way than the watcher, for the keys there are. It
// may fail where the watcher repeats: when something changes during a dump.
func truth(altNames bool) (names []string, err error) {
	links, err := netlink.LinkList()
	if err != nil {
		return nil, err
	}
	addrs, err := netlink.AddrList(nil, netlink.FAMILY_ALL)
	if err != nil {
		return nil, err
	}
	shown := map[int][]string{}
	for _, l := range links {
		if a := l.Attrs(); a.OperState != netlink.OperDown && a.OperState != netlink.OperNotPresent {
			shown[a.Index] = []string{a.Name}
			if altNames {
				shown[a.Index] = append(shown[a.Index], a.AltNames...)
			}
			names = append(names, shown[a.Index]...)
		}
	}
	for _, a := range addrs {
		if a.Flags&(unix.IFA_F_TENTATIVE|unix.IFA_F_DADFAILED) != 0 {
			continue
		}
		for _, name := range shown[a.LinkIndex] {
			names = append(names, fmt.Sprintf("%s/address/%s", name, a.IPNet))
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// converges waits until the scheduler has what the kernel has.
func (h *host) converges(what string) {
	h.Helper()
	var got, want []string
	var err error
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		got = h.scheduler.names()
		if want, err = truth(h.altNames); err == nil && slices.Equal(got, want) {
			return
		}
	}
	h.Fatalf("after %s the scheduler has\n%q\nthe kernel\n%q, %v\nstate: %+v, %v", what, got, want, err, h.watcher.Stats(), h.watcher.OutOfSync())
}

// has waits for a key: that an address is usable or a carrier found takes time.
func (h *host) has(name string) { h.Helper(); h.eventually(name, true) }

func (h *host) hasNot(name string) { h.Helper(); h.eventually(name, false) }

func (h *host) eventually(name string, want bool) {
	h.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if slices.Contains(h.scheduler.names(), name) == want {
			return
		}
	}
	h.Fatalf("%q is there: %v, in %q", name, !want, h.scheduler.names())
}

func attrs(name string) netlink.LinkAttrs {
	a := netlink.NewLinkAttrs()
	a.Name = name
	return a
}

func link(t *testing.T, name string) netlink.Link {
	t.Helper()
	l, err := netlink.LinkByName(name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return l
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func addr(t *testing.T, s string) *netlink.Addr {
	t.Helper()
	local, peer, hasPeer := strings.Cut(s, " peer ")
	a, err := netlink.ParseAddr(local)
	must(t, err)
	if hasPeer {
		a.Peer, err = netlink.ParseIPNet(peer)
		must(t, err)
	}
	return a
}

// otherNamespace starts a process that holds a namespace; moves go by its id.
func otherNamespace(t *testing.T) (pid int) {
	t.Helper()
	cmd := exec.Command("sleep", "600")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	// The signal of Pdeathsig comes when the thread that started it ends.
	runtime.LockOSThread()
	must(t, cmd.Start())
	t.Cleanup(func() {
		runtime.UnlockOSThread()
		must(t, cmd.Process.Kill())
		_ = cmd.Wait() // killed
	})
	return cmd.Process.Pid
}

func TestKernelStories(t *testing.T) {
	if !netnstest.Enter(t) {
		return
	}
	h := newHost(t)
	h.converges("start")

	veth := func(name, peer string) netlink.Link {
		v := netlink.NewVeth(attrs(name))
		v.PeerName = peer
		must(t, netlink.LinkAdd(v))
		return v
	}
	a := veth("a", "b")
	b := link(t, "b")
	h.converges("creation, down")
	h.hasNot("a")
	must(t, netlink.LinkSetUp(a))
	h.converges("up without peer") // operational state lowerlayerdown
	h.has("a")
	must(t, netlink.LinkSetUp(b))
	must(t, netlink.AddrAdd(a, addr(t, "192.0.2.1/24")))
	must(t, netlink.AddrAdd(a, addr(t, "2001:db8::1/64")))
	h.converges("addresses") // includes the end of duplicate address detection
	h.has("a/address/192.0.2.1/24")

	must(t, netlink.LinkSetName(a, "wan"))
	h.converges("rename while up")
	h.has("wan/address/2001:db8::1/64")
	h.hasNot("a")
	must(t, netlink.LinkSetName(a, "tmp"))
	must(t, netlink.LinkSetName(b, "wan"))
	must(t, netlink.LinkSetName(a, "b"))
	h.converges("swap")
	h.has("b/address/192.0.2.1/24")

	must(t, netlink.AddrAdd(a, addr(t, "10.0.0.1/32 peer 10.0.0.2/32")))
	must(t, netlink.AddrAdd(a, addr(t, "10.0.0.1/32 peer 10.0.0.3/32")))
	must(t, netlink.AddrDel(a, addr(t, "10.0.0.1/32 peer 10.0.0.2/32")))
	h.converges("one of two point-to-point addresses deleted")
	h.has("b/address/10.0.0.1/32")

	must(t, netlink.LinkSetDown(a))
	must(t, netlink.AddrAdd(a, addr(t, "192.0.2.2/24")))
	h.converges("down, address meanwhile")
	h.hasNot("b/address/192.0.2.2/24")
	must(t, netlink.LinkSetUp(a))
	h.converges("up again")
	h.has("b/address/192.0.2.2/24")

	must(t, os.WriteFile("/proc/sys/net/ipv6/conf/all/keep_addr_on_down", []byte("1"), 0))
	must(t, netlink.AddrAdd(a, addr(t, "2001:db8::1/64")))
	h.has("b/address/2001:db8::1/64")
	must(t, netlink.LinkSetDown(a))
	h.converges("down, IPv6 addresses kept")
	must(t, netlink.LinkSetUp(a))
	h.converges("up again, duplicates not yet ruled out")
	h.has("b/address/2001:db8::1/64")
	must(t, netlink.AddrReplace(a, addr(t, "2001:db8::1/128 peer 2001:db8::9/64")))
	h.converges("an IPv6 address got a peer")
	h.has("b/address/2001:db8::1/128")
	h.hasNot("b/address/2001:db8::1/64")

	br := &netlink.Bridge{LinkAttrs: attrs("br0")}
	must(t, netlink.LinkAdd(br))
	must(t, netlink.LinkSetUp(br))
	for range 10 {
		must(t, netlink.LinkSetMaster(a, br))
		must(t, netlink.LinkSetNoMaster(a))
	}
	h.converges("ten enslavements to a bridge")
	h.has("b")

	must(t, netlink.LinkDel(a))
	veth("b", "wan")
	h.converges("new links under the old names, down")
	h.hasNot("b")
	must(t, netlink.LinkSetUp(link(t, "b")))
	h.converges("new links under the old names, up")
	h.hasNot("b/address/192.0.2.1/24")

	other := otherNamespace(t)
	must(t, netlink.AddrAdd(link(t, "b"), addr(t, "192.0.2.1/24")))
	h.converges("address before the move")
	must(t, netlink.LinkSetNsPid(link(t, "b"), other))
	h.converges("move to another namespace")
	h.hasNot("b")

	odd := "x\xff\xfe{\"'"
	must(t, netlink.LinkSetUp(veth(odd, "c")))
	h.converges("odd name")
	h.has(odd)

	if s := h.watcher.Stats(); canForceBuffer(t) && (s.Repairs != 0 || s.Subscriptions != 1) {
		t.Errorf("%+v", s)
	}
}

// canForceBuffer tells whether the watcher gets the receive buffer that it asks for.
// Without root it is limited to the sysctl net.core.rmem_max, and may overflow.
func canForceBuffer(t *testing.T) bool {
	t.Helper()
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	must(t, err)
	defer unix.Close(fd)
	return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, DefaultReceiveBuffer) == nil
}

// TestKernelStorm: pairs created, set up and deleted as fast as one thread can.
func TestKernelStorm(t *testing.T) {
	if !netnstest.Enter(t) {
		return
	}
	const pairs = 100
	for _, buffer := range []int{DefaultReceiveBuffer, 0, 1} {
		h := newHost(t, WithReceiveBuffer(buffer))
		for i := range pairs {
			v := netlink.NewVeth(attrs(fmt.Sprintf("a%d", i)))
			v.PeerName = fmt.Sprintf("b%d", i)
			must(t, netlink.LinkAdd(v))
			must(t, netlink.LinkSetUp(v))
		}
		h.converges("creation")
		a0 := link(t, "a0")
		for i := range 300 {
			must(t, netlink.AddrAdd(a0, addr(t, fmt.Sprintf("10.1.%d.%d/32", i/200, 1+i%200))))
		}
		h.converges("addresses")
		for i := range pairs {
			must(t, netlink.LinkDel(link(t, fmt.Sprintf("a%d", i))))
		}
		h.converges("deletion")
		if names := h.scheduler.names(); len(names) != 0 {
			t.Errorf("left: %q", names)
		}
		t.Logf("buffer %d: %+v", buffer, h.watcher.Stats())
		h.watcher.StopWatching()
	}
	if err := goleak.Find(); err != nil {
		t.Error(err)
	}
}

// Without privilege to force the buffer it still works.
func TestKernelUnprivileged(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("the other tests run without privilege already")
	}
	if !netnstest.Enter(t) {
		return
	}
	runtime.LockOSThread() // the capabilities are those of the thread
	hdr := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	must(t, unix.Capset(&hdr, &none[0]))
	h := linuxcalls.NewNetLinkHandler()
	s, err := h.Subscribe(DefaultReceiveBuffer)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	must(t, s.Mark(1))
	if b, err := s.Receive(); err != nil || b.Mark != 1 {
		t.Errorf("%+v, %v", b, err)
	}
	if links, err := h.DumpLinks(); err != nil || len(links) != 1 {
		t.Errorf("%v, %v", links, err)
	}
	if err := netlink.LinkAdd(&netlink.Bridge{LinkAttrs: attrs("br0")}); !errors.Is(err, unix.EPERM) {
		t.Errorf("still privileged: %v", err)
	}
}
