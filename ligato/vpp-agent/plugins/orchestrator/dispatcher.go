// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"go.ligato.io/cn-infra/v2/logging"

	"go.ligato.io/vpp-agent/v3/internal/refused"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/orchestrator/contextdecorator"
)

// Names of sources.
const (
	sourceDatasync    = "datasync"
	sourceGlobal      = "global"
	sourceGRPC        = "grpc"
	sourceLocalClient = "localclient"
)

// resultSeqNum is the key of the result with the number of the transaction.
const resultSeqNum = "seqnum"

// dispatcher implements Dispatcher.
type dispatcher struct {
	log   logging.Logger
	kvs   kvs.KVScheduler
	store *store
	// refusals is told the keys whose value became, or ceased to be, refused.
	refusals func(keys []string)

	// turn is held while a change is stored and applied, so that both happen
	// in the same order. Only PushData waits for it.
	turn chan struct{}
}

var _ Dispatcher = (*dispatcher)(nil)

func newDispatcher() *dispatcher {
	return &dispatcher{
		store:    newStore(),
		refusals: func([]string) {},
		turn:     make(chan struct{}, 1),
	}
}

// ListData implements Dispatcher.
func (d *dispatcher) ListData() KVPairs { return d.store.ListAll() }

// ListLabels implements Dispatcher.
func (d *dispatcher) ListLabels(key string) Labels { return d.store.ListLabels(key) }

// GetStatus implements Dispatcher.
func (d *dispatcher) GetStatus(key string) (*Status, error) {
	if e, ok := d.store.get(key); ok && e.isRefused() {
		return e.status(key), nil
	}
	if status := d.kvs.GetValueStatus(key).GetValue(); status != nil {
		return status, nil
	}
	return &Status{Key: key}, nil
}

// ListState implements Dispatcher.
func (d *dispatcher) ListState() (KVPairs, error) {
	pairs := make(KVPairs)
	for _, prefix := range d.kvs.GetRegisteredNBKeyPrefixes() {
		values, err := d.kvs.DumpValuesByKeyPrefix(prefix, kvs.CachedView)
		if err != nil {
			return nil, fmt.Errorf("list values with prefix %s: %w", prefix, err)
		}
		for _, kv := range values {
			pairs[kv.Key] = kv.Value
		}
	}
	return pairs, nil
}

// PushData implements Dispatcher.
func (d *dispatcher) PushData(ctx context.Context, kvPairs []KeyVal, keyLabels map[string]Labels) ([]Result, error) {
	changes := make([]change, 0, len(kvPairs))
	seen := make(map[string]bool, len(kvPairs))
	var duplicates []string
	for _, kv := range kvPairs {
		if seen[kv.Key] && !slices.Contains(duplicates, kv.Key) {
			duplicates = append(duplicates, kv.Key)
		}
		seen[kv.Key] = true
		if kv.Val != nil {
			if err := checkKey(kv.Key, kv.Val); err != nil {
				return nil, err
			}
		}
		changes = append(changes, change{key: kv.Key, val: kv.Val})
	}
	if len(duplicates) > 0 {
		return nil, fmt.Errorf("found multiple key-value pairs with same key: %q", duplicates)
	}
	seqNum, err := d.push(ctx, changes, keyLabels)
	if notTaken(err) || canceled(err) {
		return nil, err
	}
	if !kvs.IsNonBlockingTxn(ctx) {
		d.kvs.TransactionBarrier()
	}
	return d.results(seqNum, changes), err
}

// push is PushData for what has been checked, or marked as refused.
func (d *dispatcher) push(ctx context.Context, changes []change, labels map[string]Labels) (seqNum uint64, err error) {
	select {
	case d.turn <- struct{}{}:
	case <-ctx.Done():
		return 0, fmt.Errorf("waiting for the push before: %w", ctx.Err())
	}
	defer func() { <-d.turn }()
	return d.commit(ctx, changes, labels)
}

// commit stores what the source wants and has the scheduler apply it. If the
// scheduler does not take the transaction, nothing is changed.
func (d *dispatcher) commit(ctx context.Context, changes []change, labels map[string]Labels) (uint64, error) {
	source, ok := contextdecorator.DataSrcFromContext(ctx)
	if !ok {
		source = sourceGlobal
	}
	change := d.store.apply
	resync, _ := kvs.IsResync(ctx)
	if resync == kvs.FullResync || resync == kvs.UpstreamResync {
		change = d.store.replace
	}
	applied := change(source, changes, labels)
	d.log.Debugf("pushing %d changes of %s as %d values", len(changes), source, len(applied.values))

	txn := d.kvs.StartNBTransaction()
	for key, val := range applied.values {
		txn.SetValue(key, val)
	}
	seqNum, err := txn.Commit(ctx)
	if notTaken(err) {
		applied.undo()
		return seqNum, err
	}
	d.logRefusals(applied.refusals)
	d.refusals(applied.refusals)
	return seqNum, withoutRefused(err, applied.values)
}

// withoutRefused leaves out the errors of values that the scheduler was told to
// be refused. They are known, and may be those of another source.
func withoutRefused(err error, values KVPairs) error {
	all := valueErrors(err)
	if len(all) == 0 {
		return err
	}
	others := slices.DeleteFunc(slices.Clone(all), func(e kvs.KeyWithError) bool {
		return refused.Reason(values[e.Key]) != nil
	})
	if len(others) == 0 {
		return nil
	}
	return kvs.NewTransactionError(nil, others)
}

// notTaken reports whether a transaction failed as a whole, so that it will
// not be executed.
func notTaken(err error) bool {
	return err != nil && !canceled(err) && len(valueErrors(err)) == 0
}

// canceled reports whether nobody waited for the end of a transaction, which
// may still be executed.
func canceled(err error) bool {
	var txnErr *kvs.TransactionError
	return errors.As(err, &txnErr) && errors.Is(txnErr.GetTxnInitError(), kvs.ErrTxnWaitCanceled)
}

// valueErrors returns the errors of single values.
func valueErrors(err error) []kvs.KeyWithError {
	var txnErr *kvs.TransactionError
	if !errors.As(err, &txnErr) {
		return nil
	}
	return txnErr.GetKVErrors()
}

// logRefusals logs each refusal once: when it begins, ends, or its reason
// changes.
func (d *dispatcher) logRefusals(keys []string) {
	for _, key := range keys {
		if e, ok := d.store.get(key); ok && e.isRefused() {
			d.log.Errorf("value of key %q from %s is refused: %v", key, e.source, e.reason())
		} else {
			d.log.Infof("value of key %q is no longer refused", key)
		}
	}
}

func (d *dispatcher) results(seqNum uint64, changes []change) []Result {
	results := make([]Result, 0, len(changes)+1)
	results = append(results, Result{
		Key:    resultSeqNum,
		Status: &Status{Details: []string{strconv.FormatUint(seqNum, 10)}},
	})
	for _, c := range changes {
		status, _ := d.GetStatus(c.key)
		results = append(results, Result{Key: c.key, Status: status})
	}
	return results
}
