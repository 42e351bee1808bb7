// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/graph"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/registry"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// Errors of dumps; clients match the texts.
var (
	errDescriptorNotRegistered = errors.New("descriptor is not registered")
	errRetrieveNotSupported    = errors.New("descriptor does not support Retrieve operation")
	errNoDescriptorForPrefix   = errors.New("no descriptor found matching the key prefix")
)

// GetValueStatus returns the status of a value with those of the values
// derived from it. It is never nil; for an unknown key it has the key only.
func (s *Scheduler) GetValueStatus(key string) *kvscheduler.BaseValueStatus {
	return statusOf(s.core().views.Current(), key)
}

// nodes are a view or, for the worker, the graph itself.
type nodes interface {
	Get(key string) *graph.Node
}

func statusOf(nodes nodes, key string) *kvscheduler.BaseValueStatus {
	n := nodes.Get(key)
	if n == nil {
		return &kvscheduler.BaseValueStatus{Value: &kvscheduler.ValueStatus{Key: key}}
	}
	status := &kvscheduler.BaseValueStatus{Value: nodeStatus(n)}
	if n.Base != "" {
		return status
	}
	for _, derived := range n.Derived {
		if d := nodes.Get(derived); d != nil && d.Base == key {
			status.DerivedValues = append(status.DerivedValues, nodeStatus(d))
		}
	}
	return status
}

func nodeStatus(n *graph.Node) *kvscheduler.ValueStatus {
	status := &kvscheduler.ValueStatus{
		Key: n.Key, State: n.State, LastOperation: n.LastOp, Details: slices.Clone(n.Details),
	}
	if n.Err != nil {
		status.Error = n.Err.Error()
	}
	return status
}

// WatchValueStatus sends to channel the status of every base value that
// changes, of those that keySelector selects if it is not nil. It never makes
// the scheduler wait: a reader that is too slow gets the latest status of each
// key, not all between. There is no way to stop it but to close the channel or
// the scheduler.
func (s *Scheduler) WatchValueStatus(channel chan<- *kvscheduler.BaseValueStatus, keySelector api.KeySelector) {
	s.core().watchers.Add(channel, keySelector)
}

// GetTransactionHistory returns the transactions that started within the
// closed interval, where zero is an open end.
func (s *Scheduler) GetTransactionHistory(since, until time.Time) (history api.RecordedTxns) {
	if h := s.core().history; h != nil {
		return h.Transactions(since, until)
	}
	return nil
}

// GetRecordedTransaction returns nil for a transaction that is not recorded.
func (s *Scheduler) GetRecordedTransaction(SeqNum uint64) (txn *api.RecordedTxn) { //nolint:gocritic // the name is part of the API
	if h := s.core().history; h != nil {
		return h.Transaction(SeqNum)
	}
	return nil
}

// DumpValuesByDescriptor returns the values of a descriptor: what the
// northbound wants, what the scheduler believes to be there, or what the
// descriptor finds. Only the last one waits for running operations.
func (s *Scheduler) DumpValuesByDescriptor(descriptor string, view api.View) (values []api.KVWithMetadata, err error) {
	c := s.core()
	return c.dump(c.registry.Set().ByName(descriptor), view)
}

// DumpValuesByKeyPrefix does the same for the descriptor with exactly this
// NBKeyPrefix.
func (s *Scheduler) DumpValuesByKeyPrefix(keyPrefix string, view api.View) (values []api.KVWithMetadata, err error) {
	c := s.core()
	desc := c.registry.Set().ByNBKeyPrefix(keyPrefix)
	if desc == nil {
		return nil, errNoDescriptorForPrefix
	}
	return c.dump(desc, view)
}

func (c *core) dump(desc *registry.Descriptor, view api.View) ([]api.KVWithMetadata, error) {
	switch view {
	case api.NBView:
		return c.dumpNB(desc), nil
	case api.SBView:
		return c.dumpSB(desc)
	default:
		return c.dumpCached(desc), nil
	}
}

func (c *core) dumpNB(desc *registry.Descriptor) (values []api.KVWithMetadata) {
	for n := range c.views.Current().OfDescriptor(desc) {
		if n.Origin() != api.FromSB && n.Update.Wanted != nil {
			values = append(values, api.KVWithMetadata{
				Key: n.Key, Value: n.Update.Wanted, Metadata: n.Metadata, Origin: api.FromNB,
			})
		}
	}
	return values
}

func (c *core) dumpCached(desc *registry.Descriptor) (values []api.KVWithMetadata) {
	view := c.views.Current()
	values = slices.Grow(values, view.CountOf(desc)) // nil if there are none
	for n := range view.OfDescriptor(desc) {
		if n.Available {
			values = append(values, api.KVWithMetadata{
				Key: n.Key, Value: n.Message(), Metadata: n.Metadata, Origin: n.Origin(),
			})
		}
	}
	return values
}

func (c *core) dumpSB(desc *registry.Descriptor) (values []api.KVWithMetadata, err error) {
	if desc == nil {
		return nil, errDescriptorNotRegistered
	}
	if !desc.CanRetrieve() {
		return nil, errRetrieveNotSupported
	}
	var dumpErr error
	err = c.onWorker(func() {
		values, dumpErr = desc.Retrieve(c.dumpCached(desc))
	})
	if err != nil {
		return nil, fmt.Errorf("dump of %s: %w", desc.Name(), err)
	}
	return values, dumpErr
}
