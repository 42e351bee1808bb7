// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"github.com/ifwatcher/ifwatcher/internal/netnstest"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

var (
	walkSeed  = flag.Uint64("walk.seed", 1, "seed of the random walk")
	walkSteps = flag.Int("walk.steps", 500, "steps of the random walk")
)

// TestKernelRandomWalk changes real interfaces at random, several ways: with a
// buffer that holds everything, with one that overflows all the time, with audits
// all the time, with alternative names. Whenever there is quiet, the scheduler has
// what the kernel has, and so has a subscriber. IFWATCHER_SOAK repeats each with
// other seeds for as long as it says.
func TestKernelRandomWalk(t *testing.T) {
	for _, tc := range []struct {
		name     string
		altNames bool
		opts     []Option
	}{
		{"LargeBuffer", false, nil},
		{"TinyBuffer", false, []Option{WithReceiveBuffer(1)}},
		{"Audits", false, []Option{WithAuditInterval(time.Millisecond)}},
		{"AltNames", true, []Option{WithRules(tracker.Config{NotificationDelay: 5 * time.Millisecond, AltNames: true})}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if !netnstest.Enter(t) {
				return
			}
			// Duplicate address detection takes a second for each address.
			if err := os.WriteFile("/proc/sys/net/ipv6/conf/default/accept_dad", []byte("0"), 0); err != nil {
				t.Logf("addresses will be slow: %v", err)
			}
			h := newHost(t, tc.opts...)
			h.altNames = tc.altNames
			picture := follow(t, h.watcher)
			end := time.Now().Add(netnstest.Soak())
			other := otherNamespace(t)
			for seed := *walkSeed; seed == *walkSeed || time.Now().Before(end); seed++ {
				rnd := rand.New(rand.NewPCG(seed, 0))
				for i := 0; i < *walkSteps; {
					for range 1 + rnd.IntN(30) {
						i++
						step(t, rnd, other)
					}
					h.converges(fmt.Sprintf("step %d of seed %d", i, seed))
					picture.converges(h)
				}
				t.Logf("seed %d, %d steps: converged each time; %+v", seed, *walkSteps, h.watcher.Stats())
			}
			s := h.watcher.Stats()
			if tc.name == "LargeBuffer" && canForceBuffer(t) && (s.Overflows != 0 || s.Repairs != 0) {
				t.Error("repairs without a loss")
			}
			if tc.name == "TinyBuffer" && s.Overflows == 0 {
				t.Error("no overflow")
			}
		})
	}
}

// picture is what a subscriber that is slow now and then knows.
type picture struct {
	mu         sync.Mutex
	interfaces map[string]int // by name and ID: the number of addresses
}

func follow(t *testing.T, w *InterfaceWatcher) *picture {
	p := &picture{interfaces: map[string]int{}}
	sub := w.Subscribe()
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := 0; ; n++ {
			u, err := sub.Next(context.Background())
			if err != nil {
				return
			}
			p.mu.Lock()
			for _, c := range u.Changes {
				if c.Old != nil {
					delete(p.interfaces, fmt.Sprint(c.Old.Name, c.Old.ID))
				}
				if c.New != nil {
					p.interfaces[fmt.Sprint(c.New.Name, c.New.ID)] = len(c.New.Addresses)
				}
			}
			p.mu.Unlock()
			if n%7 == 0 {
				time.Sleep(20 * time.Millisecond)
			}
		}
	})
	t.Cleanup(wg.Wait)
	t.Cleanup(sub.Close)
	return p
}

func (p *picture) converges(h *host) {
	h.Helper()
	var got, want map[string]int
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		want = map[string]int{}
		for _, i := range h.watcher.Interfaces() {
			want[fmt.Sprint(i.Name, i.ID)] = len(i.Addresses)
		}
		p.mu.Lock()
		got = maps.Clone(p.interfaces)
		p.mu.Unlock()
		if maps.Equal(got, want) {
			return
		}
	}
	h.Fatalf("a subscriber knows %v, there is %v", got, want)
}

// step does one thing at random; what the kernel refuses is fine.
func step(t *testing.T, rnd *rand.Rand, other int) {
	name := func() string { return fmt.Sprintf("w%d", rnd.IntN(8)) }
	l, err := netlink.LinkByName(name())
	if err != nil || rnd.IntN(10) == 0 {
		a := attrs(name())
		switch rnd.IntN(5) {
		case 4:
			_ = netlink.LinkAdd(&netlink.Tuntap{LinkAttrs: a, Mode: netlink.TUNTAP_MODE_TAP})
		case 0:
			_ = netlink.LinkAdd(&netlink.Bridge{LinkAttrs: a})
		case 1:
			if l != nil {
				a.ParentIndex = l.Attrs().Index
				_ = netlink.LinkAdd(&netlink.Macvlan{LinkAttrs: a, Mode: netlink.MACVLAN_MODE_BRIDGE})
			}
		default:
			v := netlink.NewVeth(a)
			v.PeerName = name()
			_ = netlink.LinkAdd(v)
		}
		return
	}
	switch rnd.IntN(13) {
	case 0:
		_ = netlink.LinkDel(l)
	case 1:
		_ = netlink.LinkSetName(l, name())
	case 2: // swap
		if m, err := netlink.LinkByName(name()); err == nil && m.Attrs().Index != l.Attrs().Index {
			must(t, netlink.LinkSetName(l, "tmp"))
			must(t, netlink.LinkSetName(m, l.Attrs().Name))
			must(t, netlink.LinkSetName(l, m.Attrs().Name))
		}
	case 3:
		_ = netlink.LinkSetDown(l)
	case 4: // re-create
		if l.Type() == "veth" {
			must(t, netlink.LinkDel(l))
			v := netlink.NewVeth(attrs(l.Attrs().Name))
			v.PeerName = name()
			if netlink.LinkAdd(v) == nil {
				_ = netlink.LinkSetUp(v)
			}
		}
	case 5:
		if m, err := netlink.LinkByName(name()); err == nil && m.Type() == "bridge" {
			_ = netlink.LinkSetMaster(l, m)
		} else {
			_ = netlink.LinkSetNoMaster(l)
		}
	case 6:
		if rnd.IntN(4) == 0 {
			_ = netlink.LinkSetNsPid(l, other)
		}
	case 12:
		alt := fmt.Sprintf("w%d", 4+rnd.IntN(8)) // some are names of others
		if rnd.IntN(3) > 0 {
			_ = netlink.LinkAddAltName(l, alt)
		} else {
			_ = netlink.LinkDelAltName(l, alt)
		}
	case 7:
		_ = netlink.AddrDel(l, addr(t, randomAddr(rnd)))
	case 8, 9:
		_ = netlink.AddrAdd(l, addr(t, randomAddr(rnd)))
	default:
		_ = netlink.LinkSetUp(l)
	}
}

func randomAddr(rnd *rand.Rand) string {
	n := 1 + rnd.IntN(4)
	return []string{
		fmt.Sprintf("10.%d.0.1/24", n),
		fmt.Sprintf("10.0.0.1/32 peer 10.0.1.%d/32", n),
		fmt.Sprintf("2001:db8:%d::1/64", n),
	}[rnd.IntN(3)]
}
