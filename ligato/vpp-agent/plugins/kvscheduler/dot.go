// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/history"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// restGraph serves the graph as the source of a drawing. To lay it out is left
// to the reader's graphviz.
func (s *Scheduler) restGraph(query url.Values) (any, error) {
	at := time.Now()
	if text := query.Get("txn"); text != "" {
		seq, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return nil, err
		}
		txn := s.GetRecordedTransaction(seq)
		if txn == nil {
			return nil, &restError{http.StatusNotFound, errors.New("transaction with such sequence number is not recorded")}
		}
		at = txn.Stop
	}
	if query.Get("format") != "raw" {
		return nil, errors.New("graph is served with format=raw only; render it with dot -Tsvg")
	}
	revisions := s.core().revisions()
	if revisions == nil {
		return nil, errors.New("transaction history is not recorded")
	}
	var out strings.Builder
	if err := WriteDot(&out, newDotGraph(revisions.At(at))); err != nil {
		return nil, err
	}
	return asText(out.String()), nil
}

// graphDump asks for a drawing of the graph after each full resync.
var graphDump = os.Getenv(envGraphDump) != ""

func (c *core) logGraph(t *txnJob) {
	var revisions []history.Revision
	for n := range c.engine.Graph.All() {
		revisions = append(revisions, history.Revision{Node: n})
	}
	slices.SortFunc(revisions, func(a, b history.Revision) int { return strings.Compare(a.Node.Key, b.Node.Key) })
	var out strings.Builder
	_ = WriteDot(&out, newDotGraph(revisions)) // a builder has no errors
	c.log.Debugf("transaction #%d: graph\n%s", t.Seq, &out)
}

// dotGraph is a graph in the language of graphviz, with a cluster for each
// descriptor.
type dotGraph struct {
	clusters []*dotCluster
	byID     map[string]*dotCluster
	edges    []dotEdge
}

type dotCluster struct {
	id    string
	nodes []dotNode
}

type dotNode struct {
	id, label string
	attrs     string
}

type dotEdge struct {
	from, to, attrs string
}

// NewDotCluster returns a cluster without nodes.
func NewDotCluster(id string) *dotCluster {
	return &dotCluster{id: id}
}

func (g *dotGraph) cluster(id string) *dotCluster {
	c := g.byID[id]
	if c == nil {
		c = NewDotCluster(id)
		g.byID[id] = c
		g.clusters = append(g.clusters, c)
	}
	return c
}

func newDotGraph(revisions []history.Revision) *dotGraph {
	g := &dotGraph{byID: make(map[string]*dotCluster)}
	keys := newSnapshotKeys(revisions)
	for _, r := range revisions {
		n := r.Node
		descriptor := ""
		if n.Desc != nil {
			descriptor = n.Desc.Name()
		}
		shown := showNode(n, keys)
		c := g.cluster(descriptor)
		c.nodes = append(c.nodes, dotNode{id: n.Key, label: shown.Label, attrs: dotStyle(n.State, n.Base != "")})
		for _, target := range shown.Targets {
			style := "style=solid"
			if target.Relation == DerivesRelation {
				style = "style=bold"
			}
			for _, to := range target.MatchingKeys {
				g.edges = append(g.edges, dotEdge{n.Key, to, style})
			}
			if len(target.MatchingKeys) == 0 && target.Relation == DependencyRelation {
				g.edges = append(g.edges, dotEdge{n.Key, target.ExpectedKey, style + " color=red"})
			}
		}
	}
	return g
}

var dotColors = map[kvscheduler.ValueState]string{
	kvscheduler.ValueState_NONEXISTENT:   "black",
	kvscheduler.ValueState_MISSING:       "dimgray",
	kvscheduler.ValueState_UNIMPLEMENTED: "darkkhaki",
	kvscheduler.ValueState_REMOVED:       "black",
	kvscheduler.ValueState_CONFIGURED:    "palegreen",
	kvscheduler.ValueState_OBTAINED:      "lightcyan",
	kvscheduler.ValueState_DISCOVERED:    "lime",
	kvscheduler.ValueState_PENDING:       "pink",
	kvscheduler.ValueState_INVALID:       "maroon",
	kvscheduler.ValueState_FAILED:        "orangered",
	kvscheduler.ValueState_RETRYING:      "deeppink",
}

func dotStyle(state kvscheduler.ValueState, derived bool) string {
	color, font, style := dotColors[state], "black", "filled"
	switch state {
	case kvscheduler.ValueState_NONEXISTENT:
		font = "white"
	case kvscheduler.ValueState_REMOVED:
		font, style = "white", "filled,dashed"
	case kvscheduler.ValueState_MISSING, kvscheduler.ValueState_UNIMPLEMENTED, kvscheduler.ValueState_PENDING:
		style = "filled,dashed"
	case kvscheduler.ValueState_CONFIGURED, kvscheduler.ValueState_OBTAINED, kvscheduler.ValueState_DISCOVERED:
		if derived {
			color = "lightyellow"
		}
	}
	return fmt.Sprintf("fillcolor=%s fontcolor=%s style=%q", color, font, style)
}

// WriteDot writes the source of the graph.
func WriteDot(w io.Writer, g *dotGraph) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "digraph kvscheduler {\n\trankdir=LR\n\tnode [shape=box]\n")
	for i, c := range g.clusters {
		indent := "\t"
		if c.id != "" {
			fmt.Fprintf(out, "\tsubgraph cluster_%d {\n\t\tlabel=%q\n", i, c.id)
			indent = "\t\t"
		}
		for _, n := range c.nodes {
			fmt.Fprintf(out, "%s%q [label=%q %s]\n", indent, n.id, n.label, n.attrs)
		}
		if c.id != "" {
			fmt.Fprintf(out, "\t}\n")
		}
	}
	for _, e := range g.edges {
		fmt.Fprintf(out, "\t%q -> %q [%s]\n", e.from, e.to, e.attrs)
	}
	fmt.Fprintf(out, "}\n")
	return out.Flush()
}
