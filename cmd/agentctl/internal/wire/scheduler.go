// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"encoding/json"
	"strings"
	"time"
)

// The states of a value that agentctl treats specially. The zero value, for
// which the field is left out, means that the value does not exist.
const (
	Nonexistent   = "NONEXISTENT"
	Missing       = "MISSING"
	Unimplemented = "UNIMPLEMENTED"
	Removed       = "REMOVED"
	Configured    = "CONFIGURED"
	Obtained      = "OBTAINED"
	Discovered    = "DISCOVERED"
	Pending       = "PENDING"
	Invalid       = "INVALID"
	Failed        = "FAILED"
	Retrying      = "RETRYING"
)

// ValueStatus is the status of one value. Details are the labels of unmet
// dependencies of a PENDING value, the names of the wrong fields of an INVALID
// one.
type ValueStatus struct {
	Key           string   `json:"key"`
	State         string   `json:"state"`
	Error         string   `json:"error"`
	LastOperation string   `json:"last_operation"`
	Details       []string `json:"details"`
}

// Status is the status of a value with those derived from it.
type Status struct {
	Value         ValueStatus   `json:"value"`
	DerivedValues []ValueStatus `json:"derived_values"`
}

// Message is a protobuf message with its type. Data is in the order of the
// message's fields.
type Message struct {
	Name string          `json:"ProtoMsgName"`
	Data json.RawMessage `json:"ProtoMsgData"`
}

// Origin tells who made a value.
type Origin int

// The origins.
const (
	UnknownOrigin Origin = iota
	FromNB
	FromSB
)

// String returns the origin as it is shown and asked for.
func (o Origin) String() string {
	switch o {
	case FromNB:
		return "from-NB"
	case FromSB:
		return "from-SB"
	}
	return "unknown"
}

// KV is one value of a dump.
type KV struct {
	Key      string
	Value    *Message
	Metadata json.RawMessage
	Origin   Origin
}

// Relations between nodes of the graph.
const (
	DependsOn = "depends-on"
	Derives   = "derives"
)

// Flags of a node.
const (
	FlagState       = "value-state"
	FlagUnavailable = "unavailable"
	FlagError       = "error"
	FlagDescriptor  = "descriptor"
	FlagDerived     = "derived"
)

// Node is a value in the scheduler's graph, in its newest revision.
type Node struct {
	Since   time.Time
	Key     string
	Label   string
	Value   *Message
	Flags   map[string]string
	Targets []Target
}

// State returns the state of the node's value.
func (n Node) State() string { return n.Flags[FlagState] }

// Available reports whether others can depend on the node.
func (n Node) Available() bool {
	_, unavailable := n.Flags[FlagUnavailable]
	return !unavailable
}

// Derived reports whether the node was derived from another one.
func (n Node) Derived() bool {
	_, derived := n.Flags[FlagDerived]
	return derived
}

// Target is what a node depends on or derives. Of keys expected, one is
// enough; see Alternatives.
type Target struct {
	Relation     string
	Label        string
	ExpectedKey  string
	MatchingKeys []string
}

// Alternatives returns the keys that would do. One that ends in a star stands
// for every key with that prefix. There is none if only the descriptor can
// tell which key would do.
func (t Target) Alternatives() []string {
	if t.ExpectedKey == "" {
		return nil
	}
	return strings.Split(t.ExpectedKey, " | ")
}

// DumpIndex says what can be dumped. The two lists are parallel.
type DumpIndex struct {
	Descriptors []string
	KeyPrefixes []string
}

// Txn is a recorded transaction.
type Txn struct {
	PreRecord    bool
	Start        time.Time
	Stop         time.Time
	SeqNum       uint64
	TxnType      string
	ResyncType   string
	Description  string
	RetryForTxn  uint64
	RetryAttempt int
	Values       []json.RawMessage
	Executed     []TxnOp
}

// TxnOp is one operation of a transaction.
type TxnOp struct {
	Operation  string
	Key        string
	NewState   string
	NewErrMsg  string
	PrevState  string
	PrevErrMsg string
	NOOP       bool
	IsDerived  bool
}
