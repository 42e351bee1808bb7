// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package fleet

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.ligato.io/cn-infra/v2/health/statuscheck/model/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/hostif"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/kv"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
	ifwatcherv1 "github.com/ifwatcher/ifwatcher/proto/ifwatcher/v1"
)

// Keys in the part of the store that is an agent's.
const (
	agentKey        = ifwatcherv1.AgentKey
	interfacePrefix = ifwatcherv1.HostInterfaceKeyPrefix
	healthKey       = status.AgentStatusPrefix
	configPrefix    = "config/"
)

// statePrefix begins both the key of an agent and those of its interfaces.
const statePrefix = "status/ifwatcher/v1/"

// States of an agent beside those that it gives itself: INIT, OK and ERROR.
const (
	// Live is an agent that publishes interfaces, but not how it is.
	Live = "LIVE"
	// Gone is an agent that has configuration, or was there once, and publishes
	// nothing: it has ended or does not reach the store.
	Gone = "GONE"
)

// silence is how old the status of an agent can be that is there: agents write it
// every ten seconds. Only vpp-agents leave theirs behind when they end.
const silence = time.Minute

// Agent is what the store says of an agent and its host.
type Agent struct {
	Label    string     `json:"label"`
	State    string     `json:"state"`
	HostName string     `json:"host_name,omitempty"`
	Version  string     `json:"version,omitempty"`
	Started  *time.Time `json:"started,omitempty"`
	// LastSeen is when an agent that is gone was there, if it has left that behind.
	LastSeen *time.Time `json:"last_seen,omitempty"`
	// Publishes tells whether the agent publishes the interfaces of its host.
	Publishes  bool               `json:"publishes_interfaces"`
	Interfaces []hostif.Interface `json:"interfaces"` // sorted by name
}

// published is what the store has of an agent.
type published struct {
	label      string
	state      []kv.Pair // below statePrefix
	health     string    // empty if there is none
	configured bool
}

// read returns the agent, nil if the label is that of none. problems are values that
// are not what an agent publishes, which are left out.
func read(p published, now time.Time) (agent *Agent, problems []error) {
	a := &Agent{Label: p.label, State: Gone, Interfaces: []hostif.Interface{}}
	decode := func(key, value string, into proto.Message) bool {
		if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal([]byte(value), into); err != nil {
			problems = append(problems, fmt.Errorf("the value of %s%s/%s is not what an agent publishes", kv.Root, p.label, key))
			return false
		}
		return true
	}
	root := kv.Root + p.label + "/"
	for _, pair := range p.state {
		key := strings.TrimPrefix(pair.Key, root)
		var who ifwatcherv1.Agent
		var i ifwatcherv1.HostInterface
		switch {
		case key == agentKey:
			if a.Publishes = true; decode(key, pair.Value, &who) {
				a.HostName, a.Version = who.GetHostName(), who.GetVersion()
				if t := who.GetStartTime(); t != nil {
					a.Started = timeOf(t.AsTime())
				}
			}
		case strings.HasPrefix(key, interfacePrefix):
			if a.Publishes = true; decode(key, pair.Value, &i) {
				a.Interfaces = append(a.Interfaces, hostif.Of(wire.HostInterfaceOf(&i)))
			}
		}
	}
	slices.SortFunc(a.Interfaces, func(x, y hostif.Interface) int {
		return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.Index, y.Index))
	})
	if a.Publishes {
		a.State = Live
	}
	var health status.AgentStatus
	known := p.health != "" && decode(healthKey, p.health, &health)
	if known {
		a.setHealth(&health, now)
	}
	if !a.Publishes && !known && !p.configured {
		return nil, problems
	}
	return a, problems
}

func (a *Agent) setHealth(health *status.AgentStatus, now time.Time) {
	seen := time.Unix(health.GetLastUpdate(), 0)
	if !a.Publishes && now.Sub(seen) > silence {
		if health.GetLastUpdate() > 0 {
			a.LastSeen = timeOf(seen)
		}
		return
	}
	a.State = health.GetState().String()
	a.Version = cmp.Or(a.Version, health.GetBuildVersion())
	if a.Started == nil && health.GetStartTime() > 0 {
		a.Started = timeOf(time.Unix(health.GetStartTime(), 0))
	}
}

func timeOf(t time.Time) *time.Time {
	t = t.UTC()
	return &t
}
