// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package graph

import (
	"google.golang.org/protobuf/proto"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/registry"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/utils"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// Node is one version of a value. It may be changed only between the Edit
// that returned it and the next Commit or Rollback, Available and Deps only
// through the graph.
type Node struct {
	Key   string
	Label string
	// Desc is nil for properties and for values that nothing implements.
	Desc *registry.Descriptor
	// Base is the key of the value that this one is derived from, empty for a
	// base value.
	Base string

	// Value is what was last asked for or, if the actual state was read since,
	// what was read.
	Value *utils.RecordedProtoMessage
	// Applied is what the southbound is believed to hold, nil if nothing. It
	// differs from Value while a value is pending, invalid or failed.
	Applied  proto.Message
	Metadata api.Metadata

	State  kvscheduler.ValueState
	LastOp kvscheduler.TxnOperation
	// Available says that dependencies on this key are satisfied.
	Available bool
	// Uncertain says that the last operation failed, so that the southbound
	// may hold Applied, Value or something in between.
	Uncertain bool
	// Written says that there was a change asked for.
	Written bool
	Err     error
	Details []string

	Update Update

	// Deps are sorted by label.
	Deps []api.Dependency
	// Derived are the keys of the existing nodes derived from this one and of
	// those that are to exist, sorted.
	Derived []string

	// Since is when this version began, in nanoseconds of Unix time; 0 if it is
	// not recorded.
	Since int64

	slot *Slot
}

// Slot is the place of the key.
func (n *Node) Slot() *Slot { return n.slot }

// Update describes the last change asked for.
type Update struct {
	// Txn is the sequence number of the transaction, if Written says that there
	// was one.
	Txn uint64
	// Wanted is the value that the northbound wants, nil for none.
	Wanted proto.Message
	// Retry is nil if failures are not retried.
	Retry *Retry
}

// Retry says how failures are retried, and how far that is. It never changes.
type Retry struct {
	Opt *api.RetryOpt
	// Attempt counts the retries; Txn is the retried transaction if it is not
	// 0.
	Attempt int
	Txn     uint64
}

// RetryBy returns nil without options.
func RetryBy(opt *api.RetryOpt) *Retry {
	if opt == nil {
		return nil
	}
	return &Retry{Opt: opt}
}

// Origin tells whom a value belongs to.
func (n *Node) Origin() api.ValueOrigin {
	return OriginOf(n.State)
}

// OriginOf follows from the state alone.
func OriginOf(state kvscheduler.ValueState) api.ValueOrigin {
	switch state {
	case kvscheduler.ValueState_NONEXISTENT:
		return api.UnknownOrigin
	case kvscheduler.ValueState_OBTAINED:
		return api.FromSB
	default:
		return api.FromNB
	}
}

// BaseKey is the key of the node itself for a base value.
func (n *Node) BaseKey() string {
	if n.Base != "" {
		return n.Base
	}
	return n.Key
}

// IsProperty is true for a derived value that no descriptor selects.
func (n *Node) IsProperty() bool {
	return n.Base != "" && n.Desc == nil
}

// RetryOpt is nil if failures are not retried.
func (n *Node) RetryOpt() *api.RetryOpt {
	if n.Update.Retry == nil {
		return nil
	}
	return n.Update.Retry.Opt
}

// Message is the value or nil.
func (n *Node) Message() proto.Message {
	if n == nil || n.Value == nil {
		return nil
	}
	return n.Value.Message
}
