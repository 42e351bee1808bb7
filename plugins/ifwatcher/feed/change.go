// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"slices"
	"strconv"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// Change is what has happened to one interface since the reader last looked.
type Change struct {
	Old *tracker.Interface // as last seen, nil for one that is new
	New *tracker.Interface // as it is now, nil for one that is gone
	// Causes are the differences between both; there is at least one.
	Causes []Cause
}

// Interface returns New, or Old if the interface is gone.
func (c Change) Interface() *tracker.Interface {
	if c.New != nil {
		return c.New
	}
	return c.Old
}

// Kind is the kind of a Cause.
type Kind string

// The kinds of causes. Where a value has changed, Cause.From has the old one.
const (
	Appeared           Kind = "appeared"
	Disappeared        Kind = "disappeared"
	Renamed            Kind = "renamed"
	AdminUp            Kind = "set up"
	AdminDown          Kind = "set down"
	OperState          Kind = "operational state"
	Running            Kind = "running"     // From is "true" or "false"
	Master             Kind = "master"      // From is empty if there was none
	MTU                Kind = "MTU"         // bytes
	MAC                Kind = "MAC address" // From is empty if there was none
	AddressAdded       Kind = "address added"
	AddressRemoved     Kind = "address removed"
	AltNameAdded       Kind = "alternative name added"
	AltNameRemoved     Kind = "alternative name removed"
	Announced          Kind = "announced"
	Withdrawn          Kind = "withdrawn"
	AnnouncementStatus Kind = "state" // of the announcement, From is a tracker.State
)

// Cause is one difference between two states of an interface.
type Cause struct {
	Kind Kind
	From string // the value before, for kinds that are a value
	Item string // the address or the alternative name added or removed
}

// String returns the cause for people, as in "renamed from eth0".
func (c Cause) String() string {
	switch c.Kind {
	case AddressAdded, AddressRemoved, AltNameAdded, AltNameRemoved:
		return string(c.Kind) + " " + c.Item
	case Renamed:
		return "renamed from " + c.From
	case OperState, Running, Master, MTU, MAC, AnnouncementStatus:
		if c.From == "" {
			return string(c.Kind) + " set"
		}
		return string(c.Kind) + " changed from " + c.From
	}
	return string(c.Kind)
}

// causes returns the differences; it is empty if there are none.
func causes(old, now *tracker.Interface) (all []Cause) {
	add := func(k Kind, from string) { all = append(all, Cause{Kind: k, From: from}) }
	switch {
	case old == nil:
		add(Appeared, "")
		if now.IsAnnounced() {
			add(Announced, "")
		}
		return all
	case now == nil:
		add(Disappeared, "")
		if old.IsAnnounced() {
			add(Withdrawn, "")
		}
		return all
	}
	if old.Name != now.Name {
		add(Renamed, old.Name)
	}
	switch {
	case now.AdminUp && !old.AdminUp:
		add(AdminUp, "")
	case old.AdminUp && !now.AdminUp:
		add(AdminDown, "")
	}
	if old.OperState != now.OperState {
		add(OperState, old.OperState.String())
	}
	if old.Running != now.Running {
		add(Running, strconv.FormatBool(old.Running))
	}
	if old.Master != now.Master || old.MasterName != now.MasterName {
		add(Master, old.MasterName)
	}
	if old.MTU != now.MTU {
		add(MTU, strconv.Itoa(old.MTU))
	}
	if old.MAC != now.MAC {
		add(MAC, old.MAC)
	}
	all = append(all, items(old.Addresses, now.Addresses, AddressRemoved, AddressAdded)...)
	all = append(all, items(names(old.AltNames), names(now.AltNames), AltNameRemoved, AltNameAdded)...)
	switch {
	case now.IsAnnounced() && !old.IsAnnounced():
		add(Announced, "")
	case old.IsAnnounced() && !now.IsAnnounced():
		add(Withdrawn, "")
	case old.State != now.State:
		add(AnnouncementStatus, string(old.State))
	}
	return all
}

// name is a fmt.Stringer.
type name string

func (n name) String() string { return string(n) }

func names(list []string) []name {
	all := make([]name, len(list))
	for i, s := range list {
		all[i] = name(s)
	}
	return all
}

// items returns what one list has and the other has not.
func items[T interface {
	comparable
	String() string
}](old, now []T, removed, added Kind) (all []Cause) {
	if slices.Equal(old, now) {
		return nil
	}
	only := func(list, other []T, kind Kind) {
		in := make(map[T]struct{}, len(other))
		for _, item := range other {
			in[item] = struct{}{}
		}
		for _, item := range list {
			if _, both := in[item]; !both {
				all = append(all, Cause{Kind: kind, Item: item.String()})
			}
		}
	}
	only(old, now, removed)
	only(now, old, added)
	return all
}
