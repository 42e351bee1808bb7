// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package statuscheck

import (
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/health/statuscheck/model/status"
)

// state is what is known about the health of an agent. It has no lock, no
// clock and does no I/O; times are Unix seconds. The zero value is ready to
// use.
type state struct {
	started    bool // all plugins are initialised
	build      buildInfo
	startTime  int64
	lastChange int64
	lastUpdate int64

	plugins    map[string]*entry
	names      []string // of plugins, in the order of registration
	interfaces []*status.InterfaceStats_Interface
}

type buildInfo struct {
	version, date, commit string
}

// entry is what is known about the health of one plugin.
type entry struct {
	status   status.PluginStatus
	probe    PluginStateProbe
	reported bool

	// probedSince is when the call of the probe began that has not returned
	// yet; zero if there is none.
	probedSince time.Time
}

// reports says whether the plugin counts in the health of the agent.
func (e *entry) reports() bool {
	return e.probe != nil || e.reported
}

// register makes a plugin known or resets it.
func (s *state) register(name string, probe PluginStateProbe, now int64) {
	if s.plugins == nil {
		s.plugins = make(map[string]*entry)
	}
	if _, again := s.plugins[name]; !again {
		s.names = append(s.names, name)
	}
	e := &entry{probe: probe}
	e.status.LastChange, e.status.LastUpdate = now, now
	s.plugins[name] = e
	s.lastChange, s.lastUpdate = now, now
}

// report records a report of a plugin and says whether it changed anything.
func (s *state) report(e *entry, to status.OperationalState, lastError string, now int64) (changed bool) {
	first := !e.reported
	e.reported = true
	if e.status.State == to && e.status.Error == lastError {
		// That a plugin without a probe speaks at all makes it count.
		return first && e.probe == nil
	}
	e.status.State, e.status.Error = to, lastError
	e.status.LastChange, e.status.LastUpdate = now, now
	s.lastChange, s.lastUpdate = now, now
	return true
}

// refresh notes that all of the status still holds.
func (s *state) refresh(now int64) {
	s.lastUpdate = now
	for _, e := range s.plugins {
		e.status.LastUpdate = now
	}
}

// overall sums the plugins up: ERROR if any reporter is in error, else INIT if
// any is initialising, else OK. Without reporters the agent is well as soon as
// all plugins are initialised.
func (s *state) overall() status.OperationalState {
	initialising, reporters := false, false
	for _, e := range s.plugins {
		if !e.reports() {
			continue
		}
		reporters = true
		switch e.status.State {
		case status.OperationalState_ERROR:
			return status.OperationalState_ERROR
		case status.OperationalState_INIT:
			initialising = true
		}
	}
	if initialising || !reporters && !s.started {
		return status.OperationalState_INIT
	}
	return status.OperationalState_OK
}

// recordInterface records the state of an interface; one without a name is
// dropped.
func (s *state) recordInterface(changed *status.InterfaceStats_Interface) {
	if changed.GetInternalName() == "" {
		return
	}
	changed = proto.CloneOf(changed)
	i := slices.IndexFunc(s.interfaces, func(known *status.InterfaceStats_Interface) bool {
		return known.InternalName == changed.InternalName
	})
	if i < 0 {
		s.interfaces = append(s.interfaces, changed)
		return
	}
	s.interfaces[i] = changed
}

// reporters returns a copy of the status of the plugins that count, with their
// names.
func (s *state) reporters() []*status.PluginStatus {
	var list []*status.PluginStatus
	for _, name := range s.names {
		e := s.plugins[name]
		if !e.reports() {
			continue
		}
		named := e.copy()
		named.Name = name
		list = append(list, named)
	}
	return list
}

// interfaceList returns a copy of the interface states.
func (s *state) interfaceList() []*status.InterfaceStats_Interface {
	var list []*status.InterfaceStats_Interface
	for _, i := range s.interfaces {
		list = append(list, proto.CloneOf(i))
	}
	return list
}

func (e *entry) copy() *status.PluginStatus {
	return proto.CloneOf(&e.status)
}
