// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package state_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ifwatcher/ifwatcher/plugins/ifstate/internal/state"
	. "github.com/ifwatcher/ifwatcher/plugins/ifstate/internal/statetest"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
	pb "github.com/ifwatcher/ifwatcher/proto/ifwatcher/v1"
)

// text writes changes as lines.
func text(changes []state.Change) (lines []string) {
	for _, c := range changes {
		var causes []string
		for _, cause := range c.Causes {
			causes = append(causes, cause.String())
		}
		line := c.Entry.Name + ": " + strings.Join(causes, ", ")
		switch {
		case c.New:
			line = "+" + line
		case c.Gone:
			line = "-" + line
		}
		lines = append(lines, line)
	}
	return lines
}

func TestEntry(t *testing.T) {
	h := NewHost(t, 10).Boot()
	h.Set(Interface(7, "e\xffth", func(i *tracker.Interface) {
		i.Kind, i.MAC, i.MTU, i.AltNames = "veth", "02:00:00:00:00:07", 1400, []string{"alt%", "b"}
		i.Addresses = []netip.Prefix{netip.MustParsePrefix("192.0.2.1/24"), netip.MustParsePrefix("2001:db8::1/64")}
		i.Master, i.MasterName, i.VRF, i.Namespace = 3, "red\x01", "red\x01", "/run/x"
	}))
	e := h.ByName("%2Frun%2Fx/e%FFth")
	if e == nil {
		t.Fatalf("names are %q", h.Names())
	}
	now := timestamppb.New(h.Now)
	if diff := cmp.Diff(&pb.HostInterface{
		Name: "e%FFth", Index: 7, Kind: "veth", AdminUp: true, OperState: "up", Mac: "02:00:00:00:00:07", Mtu: 1400,
		Addresses: []string{"192.0.2.1/24", "2001:db8::1/64"}, Master: "red%01", Vrf: "red%01", Namespace: "/run/x",
		Altnames: []string{"alt%25", "b"}, Announced: true, AnnouncedSince: timestamppb.New(time.Unix(9e8, 0)), State: "announced",
		StateSince: now, LastChange: now, Running: true, Id: 7,
	}, e.Message, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(&ifmodel.InterfaceState{
		Name: "%2Frun%2Fx/e%FFth", InternalName: "e%FFth", Type: ifmodel.Interface_VETH, IfIndex: 7,
		AdminStatus: ifmodel.InterfaceState_UP, OperStatus: ifmodel.InterfaceState_UP, LastChange: 1e9, PhysAddress: "02:00:00:00:00:07", Mtu: 1400,
	}, e.Model, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
}

func TestStatesOfEntry(t *testing.T) {
	for _, tc := range []struct {
		state     tracker.State
		announced bool
		reason    string
	}{
		{tracker.Announced, true, ""},
		{tracker.Down, false, "down (admin-down)"},
		{tracker.Excluded, false, "excluded by the configuration"},
		{tracker.Waiting, false, "waiting for the end of the notification delay"},
		{tracker.Withdrawing, true, "withdrawing at the end of the withdrawal delay"},
		{tracker.NameTaken, false, "name taken by another interface"},
	} {
		h := NewHost(t, 10).Boot()
		h.Set(Interface(2, "eth0", func(i *tracker.Interface) { i.State, i.AdminUp, i.Remaining = tc.state, false, time.Second }))
		m := h.ByName("eth0").Message
		if m.GetState() != string(tc.state) || m.GetAnnounced() != tc.announced || m.GetReason() != tc.reason ||
			(m.GetAnnouncedSince() != nil) != tc.announced {
			t.Errorf("%s: %v", tc.state, m)
		}
	}
	for _, tc := range []struct {
		index int
		kind  string
		oper  tracker.OperState
		want  ifmodel.Interface_Type
		up    ifmodel.InterfaceState_Status
	}{
		{1, "", tracker.OperUnknown, ifmodel.Interface_LOOPBACK, ifmodel.InterfaceState_UNKNOWN_STATUS},
		{2, "", tracker.OperLowerLayerDown, ifmodel.Interface_EXISTING, ifmodel.InterfaceState_DOWN},
		{2, "bridge", tracker.OperDormant, ifmodel.Interface_EXISTING, ifmodel.InterfaceState_DOWN},
		{2, "vrf", tracker.OperUp, ifmodel.Interface_VRF_DEVICE, ifmodel.InterfaceState_UP},
		{2, "dummy", tracker.OperUp, ifmodel.Interface_DUMMY, ifmodel.InterfaceState_UP},
	} {
		h := NewHost(t, 10).Boot()
		h.Set(Interface(tc.index, "x", func(i *tracker.Interface) { i.Kind, i.OperState = tc.kind, tc.oper }))
		if m := h.ByName("x").Model; m.GetType() != tc.want || m.GetOperStatus() != tc.up {
			t.Errorf("%+v: %v", tc, m)
		}
	}
}

// The times are those of what they tell of, not of other changes.
func TestTimes(t *testing.T) {
	h := NewHost(t, 10).Boot()
	start := h.Now
	expect := func(state, change time.Duration) {
		t.Helper()
		m := h.ByName("eth0").Message
		if got := m.GetStateSince().AsTime().Sub(start); got != state {
			t.Errorf("state since %s, expected %s", got, state)
		}
		if got := m.GetLastChange().AsTime().Sub(start); got != change {
			t.Errorf("last change at %s, expected %s", got, change)
		}
	}
	step := func(i *tracker.Interface) {
		h.Now = h.Now.Add(time.Second)
		h.Set(i)
	}
	h.Set(Interface(2, "eth0"))
	expect(0, 0)
	step(Interface(2, "eth0", MTU(1400)))
	expect(0, 0)
	step(Interface(2, "eth0", func(i *tracker.Interface) { i.OperState = tracker.OperDormant }))
	expect(0, 2*time.Second)
	step(Interface(2, "eth0", Down))
	expect(3*time.Second, 3*time.Second)
	step(Interface(2, "eth0", Down, func(i *tracker.Interface) { i.State = tracker.Excluded }))
	expect(4*time.Second, 3*time.Second)
	h.Remove("", 2)
	step(Interface(3, "eth0", Down))
	expect(5*time.Second, 5*time.Second)
}

// While two interfaces have one name, the one that is announced has it.
func TestNameOfTwo(t *testing.T) {
	h := NewHost(t, 10).Boot()
	taken := func(i *tracker.Interface) { i.State = tracker.NameTaken }
	check := func(index int32) {
		t.Helper()
		e := h.ByName("eth0")
		if index == 0 && e != nil || index != 0 && (e == nil || e.Message.GetIndex() != index) {
			t.Errorf("eth0 is %v, expected index %d", e, index)
		}
	}
	check(0)
	h.Set(Interface(2, "eth0"))
	check(2)
	h.Set(Interface(3, "eth0", taken))
	check(2)
	h.Set(Interface(2, "eth0", taken), Interface(3, "eth0"))
	check(3)
	h.Set(Interface(2, "eth1"), Interface(3, "eth0", Down))
	check(3)
	h.Set(Interface(4, "eth0", Down))
	check(4)
	h.Set(Interface(5, "eth0", taken))
	check(4)
	h.Remove("", 4)
	check(3)
	h.Remove("", 3)
	h.Remove("", 5)
	check(0)
	if names := h.Names(); !slices.Equal(names, []string{"eth1"}) {
		t.Errorf("%q", names)
	}
}

func TestReadyAndEnd(t *testing.T) {
	h := NewHost(t, 10)
	if _, err := h.All(); !errors.Is(err, state.ErrIncomplete) {
		t.Error(err)
	}
	if _, _, err := h.Everything(); !errors.Is(err, state.ErrIncomplete) {
		t.Error(err)
	}
	changed := h.Changed()
	h.Set(Interface(2, "b"), Interface(3, "a"), Interface(1, "c", In("x")))
	h.Boot()
	<-changed
	all, err := h.All()
	if err != nil || len(all) != 3 || all[0].Name != "a" || all[1].Name != "b" || all[2].Name != "x/c" {
		t.Errorf("%v, %v", all, err)
	}
	cause := errors.New("over")
	changed = h.Changed()
	h.End(cause)
	<-changed
	if _, err := h.All(); err != nil || !errors.Is(h.Ended(), cause) {
		t.Errorf("what is known does not stay: %v", err)
	}
	never := state.New(1)
	never.End(cause)
	if _, _, err := never.Since(0); !errors.Is(err, cause) || !errors.Is(never.Ready(), cause) {
		t.Error(err)
	}
}

func TestSince(t *testing.T) {
	h := NewHost(t, 6)
	h.Set(Interface(2, "eth0"), Interface(3, "eth1"), Interface(4, "eth2", Down))
	h.Boot()
	_, start, err := h.Everything()
	if err != nil {
		t.Fatal(err)
	}
	expect := func(since uint64, want ...string) {
		t.Helper()
		changes, now, err := h.Since(since)
		if got := text(changes); err != nil || !slices.Equal(got, want) {
			t.Errorf("since %d: %q, expected %q, error %v", since, got, want, err)
		}
		if more, _, err := h.Since(now); err != nil || len(more) > 0 {
			t.Errorf("more since %d: %q, %v", now, text(more), err)
		}
	}
	expect(start)
	expect(0, "+eth0: appeared, announced", "+eth1: appeared, announced", "+eth2: appeared")
	h.Set(Interface(2, "eth0", MTU(1400)))
	h.Set(Interface(2, "wan", MTU(1400)))
	expect(start, "wan: renamed from eth0, MTU changed from 1500")
	expect(start+1, "wan: renamed from eth0")
	h.Set(Interface(2, "eth0"))
	expect(start) // all is as it was
	expect(start+1, "eth0: MTU changed from 1400")
	h.Remove("", 3)
	h.Set(Interface(5, "eth1"))
	h.Remove("", 5)
	expect(start, "-eth1: disappeared, withdrawn")
	if _, _, err := h.Since(start - 1); !errors.Is(err, state.ErrForgotten) {
		t.Errorf("%v", err)
	}
	if _, _, err := h.Since(1 << 40); !errors.Is(err, state.ErrForgotten) {
		t.Errorf("a revision to come: %v", err)
	}
}

func TestFollower(t *testing.T) {
	h := NewHost(t, 10).Boot()
	h.Set(Interface(2, "eth0"))
	f := h.Follow()
	expect := func(want ...string) {
		t.Helper()
		select {
		case <-f.Ready:
		default:
			t.Error("not ready")
		}
		if got := slices.Sorted(maps.Keys(f.Take())); !slices.Equal(got, want) {
			t.Errorf("%q, expected %q", got, want)
		}
	}
	expect("eth0")
	h.Set(Interface(2, "wan"))
	expect("eth0", "wan")
	h.Set(Interface(3, "eth0", In("x")))
	h.Remove("", 2)
	expect("wan", "x/eth0")
	f.Put("y")
	expect("y")
	h.Unfollow(f)
	h.Set(Interface(4, "z"))
	if len(f.Ready) > 0 || len(f.Take()) > 0 {
		t.Error("told after Unfollow")
	}
}

// Whoever follows by name or by revision, however seldom they look, has in the end
// what there is.
func TestRandomReaders(t *testing.T) {
	for seed := range uint64(5) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		h := NewHost(t, 50).Boot()
		truth := map[int]string{}
		type reader struct {
			revision uint64
			byID     map[uint64]string
			follower *state.Follower
			byName   map[string]uint64
			fulls    int
		}
		readers := make([]*reader, 4)
		for i := range readers {
			readers[i] = &reader{byID: map[uint64]string{}, follower: h.Follow(), byName: map[string]uint64{}}
		}
		catchUp := func(r *reader) {
			changes, now, err := h.Since(r.revision)
			if errors.Is(err, state.ErrForgotten) {
				changes, now, err = h.Everything()
				clear(r.byID)
				r.fulls++
			}
			if err != nil {
				t.Fatal(err)
			}
			r.revision = now
			for _, c := range changes {
				name, known := r.byID[c.Entry.Message.GetId()]
				if known == c.New || (c.Gone && name != c.Entry.Name) {
					t.Fatalf("seed %d: %+v does not follow from %v", seed, c, r.byID)
				}
				if c.Gone {
					delete(r.byID, c.Entry.Message.GetId())
				} else {
					r.byID[c.Entry.Message.GetId()] = c.Entry.Name
				}
			}
			for name := range r.follower.Take() {
				if e := h.ByName(name); e != nil {
					r.byName[name] = e.Message.GetId()
				} else {
					delete(r.byName, name)
				}
			}
		}
		ids := 0
		for range 3000 {
			known := slices.Sorted(maps.Keys(truth))
			switch {
			case len(known) < 3 || rnd.IntN(5) == 0:
				ids++
				truth[ids] = fmt.Sprint("n", rnd.IntN(20))
				h.Set(Interface(ids, truth[ids]))
			case rnd.IntN(4) == 0 || len(known) > 15:
				id := known[rnd.IntN(len(known))]
				delete(truth, id)
				h.Remove("", id)
			default:
				id := known[rnd.IntN(len(known))]
				if name := fmt.Sprint("n", rnd.IntN(20)); name != truth[id] {
					truth[id] = name
					h.Set(Interface(id, name))
				}
			}
			for i, r := range readers {
				if rnd.IntN(1+i*i*i*10) == 0 {
					catchUp(r)
				}
			}
		}
		want := map[uint64]string{}
		names := map[string]uint64{}
		for id, name := range truth {
			want[uint64(id)] = name
			names[name] = max(names[name], uint64(id))
		}
		for i, r := range readers {
			catchUp(r)
			if !maps.Equal(r.byID, want) || !maps.Equal(r.byName, names) {
				t.Errorf("seed %d, reader %d: %v and %v, there is %v", seed, i, r.byID, r.byName, want)
			}
		}
		if last := readers[len(readers)-1]; last.fulls == 0 {
			t.Error("no reader was so slow that it was forgotten")
		}
	}
}
