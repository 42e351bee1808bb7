// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"go.ligato.io/vpp-agent/v3/proto/ligato/configurator"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
	"go.ligato.io/vpp-agent/v3/proto/ligato/linux"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

type notifyStream struct {
	configurator.ConfiguratorService_NotifyClient
	t      testing.TB
	cancel context.CancelFunc
}

func (a *testAgent) notify(idx uint32, filters ...*notification) *notifyStream {
	a.t.Helper()
	ctx, cancel := context.WithCancel(testContext(a.t))
	stream, err := a.configurator().Notify(ctx, &configurator.NotifyRequest{Idx: idx, Filters: filters})
	if err != nil {
		a.t.Fatal(err)
	}
	return &notifyStream{stream, a.t, cancel}
}

// next returns the next notification as "number name UP".
func (s *notifyStream) next() string {
	s.t.Helper()
	response, err := s.Recv()
	if err != nil {
		s.t.Fatal(err)
	}
	n := response.GetNotification().GetLinuxNotification().GetInterface()
	if n.GetType() != linux_interfaces.InterfaceNotification_UPDOWN || n.GetState().GetName() != n.GetState().GetInternalName() {
		s.t.Errorf("notification %v", n)
	}
	return fmt.Sprintf("%d %s %s", response.GetNextIdx()-1, n.GetState().GetName(), n.GetState().GetOperStatus())
}

func (s *notifyStream) expect(want ...string) {
	s.t.Helper()
	for _, w := range want {
		if got := s.next(); got != w {
			s.t.Fatalf("notification %q, want %q", got, w)
		}
	}
}

func named(name string) *notification {
	return &notification{Notification: &configurator.Notification_LinuxNotification{LinuxNotification: &linux.Notification{
		Interface: &linux_interfaces.InterfaceNotification{State: &linux_interfaces.InterfaceState{Name: name}},
	}}}
}

// logged waits until the plugin has got all notifications up to a number.
func (a *testAgent) logged(number uint64) {
	a.t.Helper()
	eventually(a.t, fmt.Sprintf("notification %d", number), func() bool {
		events, _, _ := a.notifications.Read(number, 1)
		return len(events) == 1 && events[0].Number == number
	})
}

// TestNotifyOfThoseBefore has an interface that is announced before the plugin
// follows.
func TestNotifyOfThoseBefore(t *testing.T) {
	a := newAgent(t, func(a *testAgent) {
		a.announce("lo", true)
		a.announce("eth0", true)
		a.announce("eth0", false)
	})
	live := a.notify(0)
	live.expect("0 lo UP")
	a.announce("lo", true) // is nothing new
	a.announce("eth0", true)
	live.expect("1 eth0 UP")
}

func TestNotify(t *testing.T) {
	a := newAgent(t)
	live := a.notify(0)
	a.announce("eth0", true)
	live.expect("0 eth0 UP")
	a.announce("eth1", true)
	live.expect("1 eth1 UP")
	a.announce("eth0", false)
	live.expect("2 eth0 DOWN")

	a.notify(0).expect("0 eth0 UP", "1 eth1 UP", "2 eth0 DOWN")
	a.notify(2).expect("2 eth0 DOWN")
	// Of an agent that was there before.
	a.notify(1000).expect("0 eth0 UP")
	a.notify(0, named("eth1")).expect("1 eth1 UP")
	a.notify(0, named("nosuch"), named("eth0")).expect("0 eth0 UP", "2 eth0 DOWN")

	// Addresses are not interfaces, and an interface that is there already does
	// not appear.
	for _, key := range []string{linux_interfaces.InterfaceHostNameWithAddrKey("eth1", "10.0.0.1/8"), linux_interfaces.InterfaceHostNameKeyPrefix} {
		if isHostInterface(key) {
			t.Errorf("%s is taken for an interface", key)
		}
	}
	a.announce("eth1", true)
	a.announce("eth2", true)
	live.expect("3 eth2 UP")
}

// TestNotifyStreams closes one stream while another is open.
func TestNotifyStreams(t *testing.T) {
	a := newAgent(t)
	streams := []*notifyStream{a.notify(0), a.notify(0), a.notify(0)}
	a.announce("eth0", true)
	for _, s := range streams {
		s.expect("0 eth0 UP")
	}
	streams[0].cancel()
	if _, err := streams[0].Recv(); status.Code(err) != codes.Canceled {
		t.Errorf("closed stream: %v", err)
	}
	a.announce("eth1", true)
	for _, s := range streams[1:] {
		s.expect("1 eth1 UP")
	}
	streams[1].cancel()
	a.announce("eth2", true)
	streams[2].expect("2 eth2 UP")

	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := streams[2].Recv(); status.Code(err) != codes.Unavailable {
		t.Errorf("stream of a closed plugin: %v", err)
	}
}

// TestNotifySlowReader has a client that does not read while far more happens
// than is kept. It blocks nobody, and in the end knows the state of every
// interface.
func TestNotifySlowReader(t *testing.T) {
	a := newAgent(t)
	slow := a.notify(0)
	random := rand.New(rand.NewPCG(1, 2))
	up := make(map[string]bool)
	state := make(map[string]bool)
	const interfaces, changes = 30, 3 * notificationsKept
	var number uint64
	change := func(name string, there bool) {
		if up[name] != there {
			number++
		}
		st := &kvscheduler.ValueStatus{Key: linux_interfaces.InterfaceHostNameKey(name), State: kvscheduler.ValueState_REMOVED}
		if there {
			st.State = kvscheduler.ValueState_OBTAINED
		}
		a.noteInterface(up, st, time.Unix(0, 0))
		state[name] = there
	}
	change("first", true)
	for range changes {
		change(fmt.Sprintf("eth%d", random.IntN(interfaces)), random.IntN(2) == 0)
	}
	a.logged(number - 1)

	seen := make(map[string]bool)
	var last uint32
	for uint64(last) < number {
		response, err := slow.Recv()
		if err != nil {
			t.Fatal(err)
		}
		if response.GetNextIdx() <= last {
			t.Fatalf("%d after %d", response.GetNextIdx(), last)
		}
		last = response.GetNextIdx()
		s := response.GetNotification().GetLinuxNotification().GetInterface().GetState()
		seen[s.GetName()] = s.GetOperStatus() == linux_interfaces.InterfaceState_UP
	}
	for name, there := range state {
		if seen[name] != there {
			t.Errorf("%s is up: %v, seen %v", name, there, seen[name])
		}
	}
}
