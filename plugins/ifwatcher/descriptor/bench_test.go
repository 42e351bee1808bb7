// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"fmt"
	"net/netip"
	"testing"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls/fakenetlink"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// sink is a scheduler that tells how many changes each notification has.
type sink struct {
	kvs.KVScheduler
	pushed chan int
}

func (s *sink) PushSBNotification(notif ...kvs.KVWithMetadata) error {
	s.pushed <- len(notif)
	return nil
}

func benchKernel(n int) *fakenetlink.Kernel {
	k := &fakenetlink.Kernel{}
	links := make([]tracker.Link, n)
	addrs := make([]tracker.Address, n)
	for i := range n {
		links[i] = fakenetlink.Up(tracker.Link{Index: i + 1, Name: fmt.Sprintf("eth%d", i)})
		ip := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		addrs[i] = tracker.Address{Index: i + 1, Prefix: netip.PrefixFrom(ip, 24)}
	}
	k.Preset(links, addrs)
	return k
}

// BenchmarkStart is the time from StartWatching until everything has been told,
// without the kernel's part.
func BenchmarkStart(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			k := benchKernel(n)
			for b.Loop() {
				s := &sink{pushed: make(chan int, 1)}
				w := NewInterfaceWatcher(s, k, testLogger(), WithRules(tracker.Config{}))
				if err := w.StartWatching(); err != nil {
					b.Fatal(err)
				}
				if got := <-s.pushed; got != 2*n {
					b.Fatal(got)
				}
				w.StopWatching()
			}
		})
	}
}

// BenchmarkEvent is the time from an event to the notification, among n interfaces.
func BenchmarkEvent(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			k := benchKernel(n)
			s := &sink{pushed: make(chan int, 1)}
			w := NewInterfaceWatcher(s, k, testLogger(), WithRules(tracker.Config{}), WithAuditInterval(0))
			if err := w.StartWatching(); err != nil {
				b.Fatal(err)
			}
			defer w.StopWatching()
			<-s.pushed
			l := fakenetlink.Up(tracker.Link{Index: 1, Name: "eth0"})
			for b.Loop() {
				if l.AdminUp {
					l = fakenetlink.Down(l)
				} else {
					l = fakenetlink.Up(l)
				}
				k.SetLink(l)
				if got := <-s.pushed; got != 2 {
					b.Fatal(got)
				}
			}
		})
	}
}
