// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package hostif puts together what is known of the interfaces of an agent's
// host: which are announced, why others are not, and what depends on each. It
// does no I/O.
package hostif

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/depgraph"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
)

// States of an interface beside those that the watcher gives itself.
const (
	Announced = "announced"
	// Waiting is an interface that is to be announced.
	Waiting = "waiting"
	// Absent is an interface that something depends on and the host has not.
	Absent = "absent"
	// Unknown is an interface that something depends on and that is not
	// announced, if nothing more can be said.
	Unknown = "not announced"
)

// Interface is an interface that the host has, or that something waits for.
type Interface struct {
	// Name is after that of the network namespace and a slash, if it is not in
	// the agent's own.
	Name      string      `json:"name"`
	AliasOf   string      `json:"alias_of,omitempty"` // of which interface it is an alternative name
	Index     int         `json:"index,omitempty"`
	Kind      string      `json:"kind,omitempty"`
	OperState string      `json:"oper_state,omitempty"`
	MAC       string      `json:"mac,omitempty"`
	MTU       int         `json:"mtu,omitempty"`
	State     string      `json:"state"`
	Addresses []string    `json:"addresses,omitempty"`
	Master    string      `json:"master,omitempty"`
	VRF       string      `json:"vrf,omitempty"`
	AltNames  []string    `json:"altnames,omitempty"`
	Since     *time.Time  `json:"announced_since,omitempty"`
	Reason    string      `json:"reason,omitempty"` // why it is not announced, or will not be for long
	NeededBy  []Dependant `json:"needed_by,omitempty"`
}

// Dependant is a value that depends on an interface.
type Dependant struct {
	Key   string `json:"key"`
	State string `json:"state"`
}

// View is what is known of the interfaces of a host.
type View struct {
	Interfaces []Interface // sorted by name
	// Complete tells that every interface of the host is there, also if it is
	// neither announced nor needed.
	Complete bool
}

// Find returns the interface with the name.
func (v View) Find(name string) (Interface, bool) {
	at, ok := slices.BinarySearchFunc(v.Interfaces, name, func(i Interface, name string) int {
		return strings.Compare(i.Name, name)
	})
	if !ok {
		return Interface{}, false
	}
	return v.Interfaces[at], true
}

// Names returns the names of the interfaces that the host has.
func (v View) Names() []string {
	var names []string
	for _, i := range v.Interfaces {
		if i.State != Absent && i.State != Unknown && i.AliasOf == "" {
			names = append(names, i.Name)
		}
	}
	return names
}

// Build makes the view from the scheduler's keys, the graph and, unless the
// agent does not offer that (watched is false), the watcher's own list.
func Build(keys []wire.KV, g *depgraph.Graph, list []wire.HostInterface, watched bool) View {
	b := builder{graph: g, byName: map[string]*entry{}, aliases: map[string]string{}}
	for _, i := range list {
		b.fromWatcher(i)
	}
	for _, kv := range keys {
		b.fromScheduler(kv.Key)
	}
	for _, needed := range g.Needed() {
		if key, ok := wire.ParseHostKey(needed); ok {
			e := b.entry(key.FullName())
			e.keys = append(e.keys, needed)
		}
	}
	v := View{Complete: watched}
	for _, name := range slices.Sorted(maps.Keys(b.byName)) {
		v.Interfaces = append(v.Interfaces, b.finish(b.byName[name], watched))
	}
	return v
}

// Of returns what the watcher of a host says of an interface.
func Of(i wire.HostInterface) Interface {
	state := i.State
	if state == Announced && i.Announced != nil && !*i.Announced {
		state = Waiting
	}
	return Interface{
		Name:  wire.HostKey{Namespace: i.Namespace, Name: i.Name}.FullName(),
		Index: i.Index, Kind: i.Kind, OperState: i.OperState, MAC: i.MAC, MTU: i.MTU, State: state,
		Addresses: i.Addresses, Master: i.Master, VRF: i.VRF, AltNames: i.AltNames, Since: i.Since, Reason: i.Reason,
	}
}

type builder struct {
	graph   *depgraph.Graph
	byName  map[string]*entry
	aliases map[string]string // alternative names
}

type entry struct {
	Interface
	keys []string // that exist or that something depends on
}

func (b *builder) entry(name string) *entry {
	e, ok := b.byName[name]
	if !ok {
		e = &entry{Interface: Interface{Name: name}}
		b.byName[name] = e
	}
	return e
}

func (b *builder) fromWatcher(i wire.HostInterface) {
	watched := Of(i)
	e := b.entry(watched.Name)
	if e.State == Announced && i.State != Announced {
		// Two interfaces can have one name for a moment; the one that is
		// announced has it.
		return
	}
	e.Interface = watched
	for _, alt := range i.AltNames {
		b.aliases[wire.HostKey{Namespace: i.Namespace, Name: alt}.FullName()] = watched.Name
	}
}

func (b *builder) fromScheduler(text string) {
	key, ok := wire.ParseHostKey(text)
	if !ok {
		return
	}
	e := b.entry(key.FullName())
	e.keys = append(e.keys, text)
	switch {
	case key.Address != "":
		if !slices.Contains(e.Addresses, key.Address) {
			e.Addresses = append(e.Addresses, key.Address)
		}
	case key.VRF != "":
		e.VRF = key.VRF
	default:
		if e.State == "" {
			e.State = Announced
		}
		if n, ok := b.graph.Node(text); ok && e.Since == nil && e.State == Announced {
			e.Since = &n.Since
		}
	}
}

func (b *builder) finish(e *entry, watched bool) Interface {
	if e.State == "" {
		e.State = Unknown
		if watched {
			e.State = Absent
		}
	}
	if e.State == Announced {
		e.Reason = ""
	}
	if e.Index == 0 {
		e.AliasOf = b.aliases[e.Name]
	}
	for _, key := range b.graph.NeededBy(e.keys...) {
		n, _ := b.graph.Node(key)
		e.NeededBy = append(e.NeededBy, Dependant{Key: key, State: n.State()})
	}
	return e.Interface
}
