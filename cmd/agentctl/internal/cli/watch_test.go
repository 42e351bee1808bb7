// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"strings"
	"testing"

	"go.ligato.io/vpp-agent/v3/proto/ligato/configurator"
	"go.ligato.io/vpp-agent/v3/proto/ligato/linux"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/fakeagent"
	ifwatcherv1 "github.com/ifwatcher/ifwatcher/proto/ifwatcher/v1"
)

func notification(number uint32, name string, up bool) *configurator.NotifyResponse {
	state := &linux_interfaces.InterfaceState{Name: name, InternalName: name, OperStatus: linux_interfaces.InterfaceState_DOWN}
	if up {
		state.OperStatus = linux_interfaces.InterfaceState_UP
	}
	return &configurator.NotifyResponse{NextIdx: number + 1, Notification: &configurator.Notification{
		Notification: &configurator.Notification_LinuxNotification{LinuxNotification: &linux.Notification{
			Interface: &linux_interfaces.InterfaceNotification{Type: linux_interfaces.InterfaceNotification_UPDOWN, State: state},
		}},
	}}
}

func TestWatchNotifications(t *testing.T) {
	for args, want := range map[string]string{
		"": "#0 interface eth0 is UP\n#1 interface eth0 is DOWN\n#2 {\"nextIdx\":3,\"notification\":{}}\n",
		"-o json": `{"nextIdx":1,"notification":{"linuxNotification":{"interface":{"type":"UPDOWN","state":{"name":"eth0","internalName":"eth0","operStatus":"UP"}}}}}
{"nextIdx":2,"notification":{"linuxNotification":{"interface":{"type":"UPDOWN","state":{"name":"eth0","internalName":"eth0","operStatus":"DOWN"}}}}}
{"nextIdx":3,"notification":{}}
`,
		"-o yaml": "---\nnextIdx: 1\nnotification:\n  linuxNotification:\n    interface:\n      type: UPDOWN\n      state:\n        name: eth0\n        internalName: eth0\n        operStatus: UP\n" +
			"---\nnextIdx: 2\nnotification:\n  linuxNotification:\n    interface:\n      type: UPDOWN\n      state:\n        name: eth0\n        internalName: eth0\n        operStatus: DOWN\n" +
			"---\nnextIdx: 3\nnotification: {}\n",
		"-o {{.NextIdx}}": "1\n2\n3\n",
	} {
		l := newLab(t, fakeagent.Empty)
		var out, errs stream
		stop := l.start(&out, &errs, append([]string{"config", "watch"}, strings.Fields(args)...)...)
		l.grpc.Notifications <- notification(0, "eth0", true)
		l.grpc.Notifications <- notification(1, "eth0", false)
		// One that this agentctl does not know.
		l.grpc.Notifications <- &configurator.NotifyResponse{NextIdx: 3, Notification: &configurator.Notification{}}
		eventually(t, "three notifications", func() bool { return len(out.String()) >= len(want) })
		stop()
		if got := out.String(); got != want || errs.String() != "" {
			t.Errorf("%s: %q\n%s", args, errs.String(), got)
		}
	}
}

// TestWatchFilters has the agent choose, and end.
func TestWatchFilters(t *testing.T) {
	l := newLab(t, fakeagent.Empty)
	l.grpc.Notifications <- nil
	stdout, stderr, status := l.run("config", "watch", "--filter", `{"linux_notification":{"interface":{"state":{"name":"a"}}}}`,
		"--filter", `{"linuxNotification":{"interface":{"type":"UPDOWN"}}}`)
	if stdout != "" || status != 1 || !strings.HasPrefix(stderr, "agentctl: cannot reach the agent any more: it has ended the stream") {
		t.Errorf("%q, %q, %d", stdout, stderr, status)
	}
	filters := <-l.grpc.Filters
	if len(filters) != 2 || filters[0].GetLinuxNotification().GetInterface().GetState().GetName() != "a" ||
		filters[1].GetLinuxNotification().GetInterface().GetType() != linux_interfaces.InterfaceNotification_UPDOWN {
		t.Errorf("filters: %v", filters)
	}
}

// TestWatchStream has an agent that tells of changes: nothing waits for the
// interval, and when the stream breaks it goes on.
func TestWatchStream(t *testing.T) {
	l := newLab(t, fakeagent.Pending)
	l.grpc.Watches.Store(true)
	hostA := func(state string) *ifwatcherv1.Change {
		return &ifwatcherv1.Change{Type: ifwatcherv1.Change_TYPE_CHANGED, Interface: &ifwatcherv1.HostInterface{
			Name: "hostA", Index: 7, Id: 1, State: state, Announced: state == "announced", AnnouncedSince: timestamppb.New(recordedAt),
		}}
	}
	l.grpc.HostInterfaces <- &ifwatcherv1.WatchResponse{Full: true, ResumeToken: "t1", Changes: []*ifwatcherv1.Change{hostA("down")}}
	var out, errs stream
	stop := l.start(&out, &errs, "interfaces", "--watch", "hostA", "--interval", "24h", "-o", "json")
	eventually(t, "the state", func() bool { return strings.Contains(out.String(), `"name":"hostA","index":7,"state":"down"`) })
	l.grpc.HostInterfaces <- &ifwatcherv1.WatchResponse{ResumeToken: "t2", Changes: []*ifwatcherv1.Change{hostA("announced")}}
	eventually(t, "the change", func() bool { return strings.Contains(out.String(), `"index":7,"state":"announced"`) })
	stop()
	if first := <-l.grpc.Tokens; first != "" || errs.String() != "" {
		t.Errorf("began with token %q, standard error %q", first, errs.String())
	}
}

// TestWatchForms has forms that programs read, with nothing for people between.
func TestWatchForms(t *testing.T) {
	for form, want := range map[string]string{
		"JSON":      `[{"name":"lo","state":"announced",`,
		"yml":       "---\n- name: lo\n  state: announced\n",
		"{{len .}}": "1\n",
	} {
		l := newLab(t, fakeagent.Pending)
		var out, errs stream
		stop := l.start(&out, &errs, "interfaces", "--watch", "lo", "-o", form)
		eventually(t, "the interface", func() bool { return len(out.String()) >= len(want) })
		stop()
		if !strings.HasPrefix(out.String(), want) || errs.String() != "" {
			t.Errorf("%s: %q\n%s", form, errs.String(), out.String())
		}
	}
}

// TestWatchStreamBreaks begins where the stream has ended.
func TestWatchStreamBreaks(t *testing.T) {
	l := newLab(t, fakeagent.Pending)
	l.grpc.Watches.Store(true)
	l.grpc.HostInterfaces <- &ifwatcherv1.WatchResponse{Full: true, ResumeToken: "t1"}
	l.grpc.HostInterfaces <- nil
	var out, errs stream
	stop := l.start(&out, &errs, "interfaces", "--watch", "--interval", "5ms")
	if first, second := <-l.grpc.Tokens, <-l.grpc.Tokens; first != "" || second != "t1" {
		t.Errorf("tokens %q and %q", first, second)
	}
	eventually(t, "a table", func() bool { return strings.Contains(out.String(), "hostA") })
	stop()
	if errs.String() != "" {
		t.Error(errs.String())
	}
}
