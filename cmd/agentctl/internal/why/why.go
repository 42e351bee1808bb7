// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package why

import (
	"slices"
	"strings"
	"time"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/depgraph"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/hostif"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
)

// Explanation says how a value is and why.
type Explanation struct {
	Key   string     `json:"key"`
	State string     `json:"state"`
	Since *time.Time `json:"since,omitempty"`
	// Problem is what is wrong with the value itself, and Advice what can be
	// done about it; both are empty if it only waits for others.
	Problem string `json:"problem,omitempty"`
	Advice  string `json:"advice,omitempty"`
	Needs   []Need `json:"needs,omitempty"`
	// Parts are the values derived from it that are not well.
	Parts []*Explanation `json:"parts,omitempty"`
	// NeededBy are the values that depend on a host interface.
	NeededBy []hostif.Dependant `json:"needed_by,omitempty"`
	// Repeated tells that the value has been explained before in the same
	// tree, also if it depends on itself.
	Repeated bool `json:"explained_above,omitempty"`
}

// Need is a dependency that is not met. One of the keys would do.
type Need struct {
	Label string   `json:"label"`
	Keys  []string `json:"keys"`
	// Providers are the values that would make one of the keys. Without any,
	// Problem and Advice are set.
	Providers []*Explanation `json:"providers,omitempty"`
	Problem   string         `json:"problem,omitempty"`
	Advice    string         `json:"advice,omitempty"`
}

// Agent is what an agent says of itself.
type Agent struct {
	Graph    *depgraph.Graph
	Statuses []wire.Status
	Host     hostif.View
	// KeyPrefixes are those of the values that the agent's plugins apply. Without
	// any it is not known.
	KeyPrefixes []string

	statuses  map[string]wire.ValueStatus
	hostNames []string
}

// Explain explains a key.
func (a *Agent) Explain(key string) *Explanation {
	if a.statuses == nil {
		a.statuses = make(map[string]wire.ValueStatus, len(a.Statuses))
		for _, s := range a.Statuses {
			a.statuses[s.Value.Key] = s.Value
			for _, d := range s.DerivedValues {
				a.statuses[d.Key] = d
			}
		}
		a.hostNames = a.Host.Names()
	}
	e := explainer{Agent: a, done: map[string]bool{}}
	return e.explain(key)
}

// Troubled returns the keys of the values that are not as wanted, sorted.
func (a *Agent) Troubled() []string {
	var keys []string
	for _, s := range a.Statuses {
		troubled := isTrouble(s.Value.State)
		for _, d := range s.DerivedValues {
			troubled = troubled || isTrouble(d.State)
		}
		if troubled {
			keys = append(keys, s.Value.Key)
		}
	}
	slices.Sort(keys)
	return keys
}

func isTrouble(state string) bool {
	switch state {
	case wire.Pending, wire.Invalid, wire.Failed, wire.Retrying, wire.Unimplemented, wire.Missing:
		return true
	}
	return false
}

// Advices returns everything that can be done about some explanations, in
// their order. Nothing is there twice, also not as a part of something else.
func Advices(explanations ...*Explanation) []string {
	var all []string
	seen := map[string]bool{"": true}
	for _, e := range explanations {
		e.walk(func(advice string) {
			if !seen[advice] {
				seen[advice] = true
				all = append(all, advice)
			}
		})
	}
	if len(all) > mostCompared {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(advice string) bool {
		return slices.ContainsFunc(all, func(other string) bool { return len(other) > len(advice) && strings.Contains(other, advice) })
	})
}

// mostCompared bounds what is quadratic.
const mostCompared = 500

func (e *Explanation) walk(visit func(advice string)) {
	visit(e.Advice)
	for _, n := range e.Needs {
		visit(n.Advice)
		for _, p := range n.Providers {
			p.walk(visit)
		}
	}
	for _, p := range e.Parts {
		p.walk(visit)
	}
}

type explainer struct {
	*Agent
	done map[string]bool
}

func (x *explainer) explain(key string) *Explanation {
	e := &Explanation{Key: key}
	node, exists := x.Graph.Node(key)
	status := x.statuses[key]
	e.State = status.State
	if e.State == "" && exists {
		e.State = node.State()
	}
	if e.State == "" {
		e.State = wire.Nonexistent
	}
	if exists {
		e.Since = &node.Since
	}
	if x.done[key] {
		e.Repeated = true
		return e
	}
	x.done[key] = true

	host, isHost := wire.ParseHostKey(key)
	if isHost {
		if i, ok := x.Host.Find(host.FullName()); ok {
			e.NeededBy = i.NeededBy
			if i.Since != nil && e.State != wire.Nonexistent {
				e.Since = i.Since
			}
		}
	}
	switch {
	case e.State == wire.Pending:
		x.explainPending(e, node, status)
	case e.State != wire.Nonexistent:
		e.Problem, e.Advice = x.ofState(e.State, status)
	case isHost:
		e.Problem, e.Advice = x.hostProblem(host, "")
	default:
		e.Problem, e.Advice = x.absent(key, "")
	}
	for _, t := range node.Targets {
		if t.Relation == wire.Derives && isTrouble(x.stateOf(t.ExpectedKey)) {
			e.Parts = append(e.Parts, x.explain(t.ExpectedKey))
		}
	}
	return e
}

func (x *explainer) stateOf(key string) string {
	if s, ok := x.statuses[key]; ok {
		return s.State
	}
	node, _ := x.Graph.Node(key)
	return node.State()
}

func (x *explainer) explainPending(e *Explanation, node wire.Node, status wire.ValueStatus) {
	for _, t := range node.Targets {
		if t.Relation == wire.DependsOn && x.unmet(t, status) {
			e.Needs = append(e.Needs, x.need(node.Key, t))
		}
	}
	if len(e.Needs) > 0 {
		return
	}
	if len(status.Details) > 0 {
		// The agent has no graph of it; the labels are all there is.
		for _, label := range status.Details {
			e.Needs = append(e.Needs, Need{Label: label, Problem: "the agent does not say which key that would be"})
		}
		return
	}
	e.Problem = "everything that it depends on is there, but it has not been applied"
	e.Advice = "have the agent compare what is wanted with what is there: agentctl config resync"
}

// unmet decides by what the graph matches, not by the status alone: a status
// can be older.
func (x *explainer) unmet(t wire.Target, status wire.ValueStatus) bool {
	for _, key := range t.MatchingKeys {
		if n, ok := x.Graph.Node(key); ok && n.Available() {
			return false
		}
	}
	return len(t.MatchingKeys) == 0 || slices.Contains(status.Details, t.Label)
}

// need explains one unmet dependency of the value with the key.
func (x *explainer) need(key string, t wire.Target) Need {
	need := Need{Label: t.Label, Keys: t.Alternatives()}
	if len(need.Keys) == 0 {
		need.Problem = "only the plugin that applies it can tell which keys would do"
		return need
	}
	var there []string // that exist and still do not do
	for _, alternative := range need.Keys {
		for _, match := range x.Graph.Matching(alternative) {
			node, exists := x.Graph.Node(match)
			if exists && node.Available() {
				there = append(there, match)
				continue
			}
			provider := match
			if !exists || !isTrouble(x.stateOf(match)) {
				provider = x.Graph.Base(match)
			}
			need.add(provider, x)
		}
	}
	switch {
	case len(need.Providers) > 0:
	case len(there) > 0:
		need.Problem = "there is " + list(there) + ", which does not satisfy it"
		need.Advice = "compare the value " + key + " with what is there"
	default:
		need.Problem, need.Advice = x.nobodyMakes(need.Keys, key)
	}
	return need
}

// add adds a provider once.
func (n *Need) add(key string, x *explainer) {
	if !slices.ContainsFunc(n.Providers, func(p *Explanation) bool { return p.Key == key }) {
		n.Providers = append(n.Providers, x.explain(key))
	}
}

// nobodyMakes explains alternatives of which nothing exists or would be made.
func (x *explainer) nobodyMakes(alternatives []string, neededBy string) (problem, advice string) {
	var problems, advices []string
	for _, alternative := range alternatives {
		explain := x.absent
		if host, ok := wire.ParseHostKey(alternative); ok {
			explain = func(_, neededBy string) (string, string) { return x.hostProblem(host, neededBy) }
		}
		problem, advice := explain(alternative, neededBy)
		if !slices.Contains(problems, problem) {
			problems = append(problems, problem)
			advices = append(advices, advice)
		}
	}
	return strings.Join(problems, ", and "), strings.Join(advices, "; or ")
}
