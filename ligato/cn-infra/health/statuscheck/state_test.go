// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package statuscheck

import (
	"math/rand/v2"
	"slices"
	"testing"

	"go.ligato.io/cn-infra/v2/health/statuscheck/model/status"
)

const (
	stInit  = status.OperationalState_INIT
	stOK    = status.OperationalState_OK
	stError = status.OperationalState_ERROR
)

func TestOverall(t *testing.T) {
	ok := PluginStateProbe(func() (PluginState, error) { return OK, nil })
	type plug struct {
		probe    PluginStateProbe
		reported []status.OperationalState
	}
	all := func(states ...status.OperationalState) []status.OperationalState { return states }
	for _, test := range []struct {
		name    string
		plugins []plug
		started bool
		want    status.OperationalState
	}{
		{"nobody, starting", nil, false, stInit},
		{"nobody, started", nil, true, stOK},
		{"silent plugin, starting", []plug{{nil, nil}}, false, stInit},
		{"silent plugin, started", []plug{{nil, nil}}, true, stOK},
		{"silent plugin beside a good one", []plug{{nil, nil}, {nil, all(stOK)}}, true, stOK},
		{"plugin that is not probed yet", []plug{{ok, nil}}, true, stInit},
		{"plugin that reported INIT", []plug{{nil, all(stInit)}}, true, stInit},
		{"OK does not hide INIT", []plug{{ok, nil}, {nil, all(stOK)}}, true, stInit},
		{"OK does not hide ERROR", []plug{{nil, all(stError)}, {nil, all(stOK)}}, true, stError},
		{"INIT does not hide ERROR", []plug{{nil, all(stInit)}, {nil, all(stError)}, {ok, nil}}, true, stError},
		{"recovered", []plug{{nil, all(stError, stOK)}, {nil, all(stOK)}}, true, stOK},
		{"all good before the start", []plug{{nil, all(stOK)}}, false, stOK},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := state{started: test.started}
			for i, p := range test.plugins {
				name := string(rune('a' + i))
				s.register(name, p.probe, 1)
				for _, to := range p.reported {
					s.report(s.plugins[name], to, "", 2)
				}
			}
			if got := s.overall(); got != test.want {
				t.Errorf("overall state is %v, want %v", got, test.want)
			}
		})
	}
}

func TestReportOfTheSameChangesNothing(t *testing.T) {
	var s state
	s.register("p", nil, 1)
	p := s.plugins["p"]
	for i, test := range []struct {
		to      status.OperationalState
		err     string
		changed bool
	}{
		{stInit, "", true}, // it now counts
		{stInit, "", false},
		{stError, "a", true},
		{stError, "a", false},
		{stError, "b", true},
		{stOK, "", true},
		{stOK, "", false},
	} {
		now := int64(10 + i)
		if changed := s.report(p, test.to, test.err, now); changed != test.changed {
			t.Errorf("report %d: changed is %v", i, changed)
		}
		if p.status.State != test.to || p.status.Error != test.err {
			t.Errorf("report %d: status is %v", i, &p.status)
		}
	}
	if p.status.LastChange != 15 || p.status.LastUpdate != 15 || s.lastChange != 15 {
		t.Errorf("last change is %d, %d", p.status.LastChange, s.lastChange)
	}
	s.refresh(20)
	if p.status.LastChange != 15 || p.status.LastUpdate != 20 || s.lastChange != 15 || s.lastUpdate != 20 {
		t.Errorf("after a refresh the status is %v, agent %d, %d", &p.status, s.lastChange, s.lastUpdate)
	}
}

func TestInterfaces(t *testing.T) {
	var s state
	type iface = status.InterfaceStats_Interface
	s.recordInterface(&iface{Index: 1})
	s.recordInterface(nil)
	s.recordInterface(&iface{InternalName: "a", Index: 1})
	s.recordInterface(&iface{InternalName: "b", Index: 2, MacAddress: "m"})
	s.recordInterface(&iface{InternalName: "a", Index: 1, Status: "up"})

	list := s.interfaceList()
	if len(list) != 2 || list[0].InternalName != "a" || list[0].Status != "up" || list[1].MacAddress != "m" {
		t.Errorf("interfaces are %v", list)
	}
	list[0].Status = "changed"
	if s.interfaceList()[0].Status != "up" {
		t.Error("the list is no copy")
	}
}

// A random stream of calls, compared with a model that remembers all of it and
// computes everything from the beginning.
func TestRandomStream(t *testing.T) {
	type call struct {
		name     string
		register bool
		probe    bool
		to       status.OperationalState
	}
	names := []string{"a", "b", "c", "d"}
	probe := PluginStateProbe(func() (PluginState, error) { return OK, nil })
	random := rand.New(rand.NewPCG(1, 2))

	for range 200 {
		var s state
		s.started = true
		var calls []call
		for step := range 30 {
			c := call{name: names[random.IntN(len(names))], to: status.OperationalState(random.IntN(3))}
			c.register = s.plugins[c.name] == nil || random.IntN(6) == 0
			c.probe = random.IntN(2) == 0
			calls = append(calls, c)
			if c.register {
				var with PluginStateProbe
				if c.probe {
					with = probe
				}
				s.register(c.name, with, int64(step))
			} else {
				s.report(s.plugins[c.name], c.to, "", int64(step))
			}

			var states []status.OperationalState
			var counting []string
			for _, name := range names {
				state, counts := stInit, false
				for _, c := range calls {
					switch {
					case c.name != name:
					case c.register:
						state, counts = stInit, c.probe
					default:
						state, counts = c.to, true
					}
				}
				if counts {
					states = append(states, state)
					counting = append(counting, name)
				}
			}
			want := stOK
			if slices.Contains(states, stInit) {
				want = stInit
			}
			if slices.Contains(states, stError) {
				want = stError
			}
			if got := s.overall(); got != want {
				t.Fatalf("after %+v: overall state is %v, want %v", calls, got, want)
			}
			var listed []string
			for _, p := range s.reporters() {
				listed = append(listed, p.Name)
			}
			slices.Sort(listed)
			if !slices.Equal(listed, counting) {
				t.Fatalf("after %+v: plugins %v count, want %v", calls, listed, counting)
			}
		}
	}
}
