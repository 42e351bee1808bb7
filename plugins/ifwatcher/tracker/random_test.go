// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package tracker

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"
)

// TestRandomStream drives a Tracker with what a simulated kernel sends and
// compares it with a model that computes the keys from the kernel's state, without
// memory: whatever happened before, the keys are what the kernel has.
func TestRandomStream(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			k := &kernel{rnd: rand.New(rand.NewPCG(seed, 1))}
			cfg := Config{EnabledWhen: []Criterion{"", WhenAdminUp, WhenRunning}[seed%3]}
			if seed%2 == 1 {
				cfg.NotificationDelay = 500 * time.Millisecond
				cfg.WithdrawalDelay = 100 * time.Millisecond
			}
			if seed%5 == 0 {
				cfg.Exclude = []string{"n1", "n[56]"}
			}
			cfg.AltNames = seed%4 < 2
			walk(t, k, cfg, 2000)
		})
	}
}

func walk(t *testing.T, k *kernel, cfg Config, steps int) {
	tr, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1_000_000, 0)
	told := map[Key]bool{}
	views := map[uint64]Interface{} // kept from what was touched
	var flight []Change             // being told, while more happens
	land := func(accepted bool) {
		changes := flight
		flight = nil
		if !accepted {
			return
		}
		for _, c := range changes {
			if told[c.Key] != c.Withdraw {
				t.Fatalf("%v told while told before is %v", c, told[c.Key])
			}
			told[c.Key] = !c.Withdraw
		}
		tr.Told(changes)
	}
	check := func() {
		t.Helper()
		changed, gone := tr.Touched(now)
		for _, i := range changed {
			views[i.ID] = i
		}
		for _, id := range gone {
			delete(views, id)
		}
		all := tr.Interfaces(now)
		if len(views) != len(all) {
			t.Fatalf("%d views kept of %d interfaces", len(views), len(all))
		}
		for _, i := range all {
			if v := views[i.ID]; v.MasterName != i.MasterName || v.State != i.State || !v.equal(i.Link) ||
				v.VRF != i.VRF || !slices.Equal(v.Addresses, i.Addresses) {
				t.Fatalf("view\n%+v\nwas not touched, is\n%+v", v, i)
			}
		}
		want := k.keys(cfg)
		if got := tr.Wanted(); !slices.Equal(got, want) {
			t.Fatalf("wanted:\n%v\nthe kernel has:\n%v", got, want)
		}
		land(true)
		flight = tr.Changes()
		land(true)
		for _, key := range want {
			if !told[key] {
				t.Fatalf("%v was not told", key)
			}
			delete(told, key)
		}
		for key, is := range told {
			if is {
				t.Fatalf("%v was not withdrawn", key)
			}
		}
		clear(told)
		for _, key := range want {
			told[key] = true
		}
	}

	for range 20 {
		k.step()
	}
	tr.Sync(now, k.dump(), nil)
	check()
	for range steps {
		switch k.rnd.IntN(40) {
		case 0: // events are lost
			for range k.rnd.IntN(30) {
				k.step()
			}
			tr.Sync(now, k.dump(), nil)
		case 1: // a dump with events before, in the middle and after
			var since []Event
			some := func() {
				for range k.rnd.IntN(6) {
					for _, e := range k.step() {
						since = append(since, e)
						tr.Apply(now, e)
					}
				}
			}
			some()
			var dump Snapshot
			dump.Links = k.dump().Links
			some()
			dump.Addresses = k.dump().Addresses
			some()
			if r := tr.Sync(now, dump, since); r.Total() != 0 {
				t.Fatalf("repairs where nothing was lost: %+v", r)
			}
		default:
			for _, e := range k.step() {
				tr.Apply(now, e)
			}
		}
		now = now.Add(time.Duration(k.rnd.IntN(50)) * time.Millisecond)
		tr.Tick(now)
		if k.rnd.IntN(2) == 0 {
			land(k.rnd.IntN(3) > 0)
			flight = tr.Changes()
		}
		if cfg.NotificationDelay == 0 && k.rnd.IntN(4) == 0 {
			check()
		}
	}
	// Quiet.
	for {
		at, ok := tr.Deadline()
		if !ok {
			break
		}
		now = at
		tr.Tick(now)
	}
	check()
}

// kernel simulates what a kernel has and sends.
type kernel struct {
	rnd   *rand.Rand
	links []Link
	addrs []Address
	last  int
}

func (k *kernel) dump() Snapshot {
	return Snapshot{Links: slices.Clone(k.links), Addresses: slices.Clone(k.addrs)}
}

func (k *kernel) named(name string) bool {
	return slices.ContainsFunc(k.links, func(l Link) bool { return l.Name == name })
}

func (k *kernel) hasAlt(name string) bool {
	return slices.ContainsFunc(k.links, func(l Link) bool { return slices.Contains(l.AltNames, name) })
}

// step changes something and returns the messages that the kernel sends for it.
func (k *kernel) step() []Event {
	name := fmt.Sprintf("n%d", k.rnd.IntN(8))
	if len(k.links) == 0 || k.rnd.IntN(8) == 0 {
		if k.named(name) {
			return nil
		}
		k.last++
		index := k.last
		if k.rnd.IntN(4) == 0 { // back from another namespace, with an index it had
			index = 1 + k.rnd.IntN(k.last)
			if slices.ContainsFunc(k.links, func(l Link) bool { return l.Index == index }) {
				return nil
			}
		}
		l := Link{Index: index, Name: name, OperState: OperDown}
		if k.rnd.IntN(4) == 0 {
			l.Kind = kindVRF
		}
		k.links = append(k.links, l)
		return []Event{{Type: LinkSet, Link: l}}
	}
	i := k.rnd.IntN(len(k.links))
	l := &k.links[i]
	a := k.address(*l)
	at := slices.IndexFunc(k.addrs, func(b Address) bool { return a.Index == b.Index && a.ID() == b.ID() })
	switch k.rnd.IntN(9) {
	case 0: // delete
		var events []Event
		for _, a := range k.addrs {
			if a.Index == l.Index && k.rnd.IntN(2) == 0 { // the kernel may or may not tell
				events = append(events, Event{Type: AddrDel, Addr: a})
			}
		}
		gone := *l
		k.addrs = slices.DeleteFunc(k.addrs, func(a Address) bool { return a.Index == gone.Index })
		k.links = slices.Delete(k.links, i, i+1)
		events = append(events, Event{Type: LinkDel, Link: gone})
		for j := range k.links {
			if k.links[j].Master == gone.Index {
				k.links[j].Master = 0
				events = append(events, Event{Type: LinkSet, Link: k.links[j]})
			}
		}
		return append(events, Event{Type: AddrSet, Addr: Address{Index: gone.Index, Prefix: a.Prefix}}) // late
	case 1: // rename
		if k.named(name) {
			return nil
		}
		l.AltNames = slices.DeleteFunc(slices.Clone(l.AltNames), func(n string) bool { return n == name })
		l.Name = name
	case 2: // into or out of a master
		l.Master = 0
		if m := k.links[k.rnd.IntN(len(k.links))]; m.Index != l.Index {
			l.Master = m.Index
		}
	case 3, 4: // set an address
		if at >= 0 {
			k.addrs[at] = a
		} else {
			k.addrs = append(k.addrs, a)
		}
		return []Event{{Type: AddrSet, Addr: a}}
	case 5: // remove an address
		if at < 0 {
			return nil
		}
		k.addrs = slices.Delete(k.addrs, at, at+1)
		return []Event{{Type: AddrDel, Addr: a}}
	case 6: // an alternative name, which can be another's name but not another's alternative one
		if alt := fmt.Sprintf("n%d", k.rnd.IntN(12)); k.rnd.IntN(2) == 0 {
			l.AltNames = nil
		} else if l.Name != alt && !k.hasAlt(alt) {
			l.AltNames = append(slices.Clip(l.AltNames), alt)
		}
	default: // up, down, carrier
		l.OperState = []OperState{OperUp, OperDown, OperUnknown, OperLowerLayerDown}[k.rnd.IntN(4)]
		l.AdminUp = l.OperState != OperDown || k.rnd.IntN(2) == 0
		l.Running = l.AdminUp && l.OperState == OperUp
	}
	events := []Event{{Type: LinkSet, Link: *l}, {Type: LinkDel, Link: Link{Index: l.Index, Family: 7}}}
	if !l.AdminUp {
		events = append(events, k.addrsDown(l.Index)...)
	}
	return events
}

// address returns one that the link may get or have.
func (k *kernel) address(l Link) Address {
	a := Address{Index: l.Index, Tentative: k.rnd.IntN(4) == 0}
	last := byte(k.rnd.IntN(3))
	switch k.rnd.IntN(4) {
	case 0:
		a.Prefix = netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, last}), 24)
		a.Peer = netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 1, byte(k.rnd.IntN(2))}), 32)
	case 1:
		a.Prefix = netip.PrefixFrom(netip.AddrFrom16([16]byte{0x20, 1, 15: last}), []int{64, 128}[k.rnd.IntN(2)])
		a.NoDAD = k.rnd.IntN(4) == 0
		a.Tentative = !a.NoDAD && (a.Tentative || !l.AdminUp)
	default:
		a.Prefix = netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, last}), 24)
	}
	return a
}

// addrsDown is what becomes of IPv6 addresses of a link that is down: they are
// removed, or kept without a word.
func (k *kernel) addrsDown(index int) (events []Event) {
	k.addrs = slices.DeleteFunc(k.addrs, func(a Address) bool {
		gone := a.Index == index && a.Prefix.Addr().Is6() && k.rnd.IntN(2) == 0
		if gone {
			events = append(events, Event{Type: AddrDel, Addr: a})
		}
		return gone
	})
	for i, a := range k.addrs {
		if a.Index == index && a.Prefix.Addr().Is6() {
			k.addrs[i].Tentative = !a.NoDAD
		}
	}
	return events
}

// keys is the model: what is to be announced of what the kernel has.
func (k *kernel) keys(cfg Config) []Key {
	set := map[Key]bool{}
	for _, l := range k.links {
		if !cfg.EnabledWhen.enabled(l) || !cfg.selects(l) {
			continue
		}
		for i, name := range cfg.names(l) {
			if i > 0 && k.named(name) {
				continue
			}
			k.keysUnder(name, l, set)
		}
	}
	keys := make([]Key, 0, len(set))
	for key := range set {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, Key.compare)
	return keys
}

func (k *kernel) keysUnder(name string, l Link, set map[Key]bool) {
	set[Key{Host: name}] = true
	for _, a := range k.addrs {
		if a.Index == l.Index && !a.Tentative && !a.DADFailed {
			set[Key{Host: name, Addr: a.Prefix.String()}] = true
		}
	}
	for _, m := range k.links {
		if m.Index == l.Master && m.Kind == "vrf" {
			set[Key{Host: name, VRF: m.Name}] = true
		}
	}
}
