// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"context"
	"errors"
	"slices"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/engine"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/utils"
)

// noSeqNum is returned for a transaction whose number is not known.
const noSeqNum = ^uint64(0)

// SchedulerTxn is a transaction of the northbound.
type SchedulerTxn struct {
	scheduler *Scheduler
	values    []engine.Value // as they were set or, once committed, as the engine wants them
	committed bool           // values must not change any more
}

// StartNBTransaction returns an empty transaction.
func (s *Scheduler) StartNBTransaction() api.Txn {
	return &SchedulerTxn{scheduler: s}
}

// SetValue sets or, with nil, deletes the value of a key. The last call for a
// key wins.
func (txn *SchedulerTxn) SetValue(key string, value proto.Message) api.Txn {
	if txn.committed {
		txn.values, txn.committed = slices.Clone(txn.values), false
	}
	txn.values = engine.Append(txn.values, engine.Value{Key: key, Value: utils.RecordProtoMessage(value), Origin: api.FromNB})
	return txn
}

// Commit queues the transaction and, unless the context says otherwise, waits
// for its result. Errors are of type *api.TransactionError.
func (txn *SchedulerTxn) Commit(ctx context.Context) (txnSeqNum uint64, err error) {
	if err := txn.scheduler.core().checkHandler(ctx); err != nil {
		return noSeqNum, api.NewTransactionError(err, nil)
	}
	resync, verbose := api.IsResync(ctx)
	if resync == api.DownstreamResync && len(txn.values) > 0 {
		return noSeqNum, api.NewTransactionError(api.ErrCombinedDownstreamResyncWithChange, nil)
	}
	revert := api.IsWithRevert(ctx)
	if revert && resync != api.NotResync {
		return noSeqNum, api.NewTransactionError(api.ErrRevertNotSupportedWithResync, nil)
	}
	return txn.scheduler.core().commit(ctx, txn.job(ctx, resync, verbose, revert))
}

func (txn *SchedulerTxn) job(ctx context.Context, resync api.ResyncType, verbose, revert bool) *txnJob {
	if !txn.committed {
		txn.values, txn.committed = engine.Latest(txn.values), true
	}
	job := &txnJob{verbose: verbose, simulate: api.IsWithSimulation(ctx)}
	job.Type, job.Resync, job.Values, job.Revert = api.NBTransaction, resync, txn.values, revert
	job.Retry, _ = api.IsWithRetry(ctx)
	job.description, _ = api.IsWithDescription(ctx)
	return job
}

func (c *core) checkHandler(ctx context.Context) error {
	if !api.IsNonBlockingTxn(ctx) && c.working.here() {
		return errFromHandler
	}
	return nil
}

func (c *core) commit(ctx context.Context, job *txnJob) (uint64, error) {
	job.simulate = job.simulate || c.cfg.EnableTxnSimulation
	if api.IsNonBlockingTxn(ctx) {
		if err := c.queue.TryPush(job); err != nil {
			c.stats.dropped(err)
			return noSeqNum, api.NewTransactionError(err, nil)
		}
		return noSeqNum, nil
	}
	reply := make(chan txnResult, 1)
	job.reply = reply
	if err := c.queue.WaitPush(ctx, job); err != nil {
		if !errors.Is(err, api.ErrClosedScheduler) {
			err = api.ErrTxnWaitCanceled
		}
		return noSeqNum, api.NewTransactionError(err, nil)
	}
	select {
	case result := <-reply:
		return result.seq, result.err
	case <-ctx.Done():
		return noSeqNum, api.NewTransactionError(api.ErrTxnWaitCanceled, nil)
	case <-c.queue.Done():
		return noSeqNum, api.NewTransactionError(api.ErrClosedScheduler, nil)
	}
}

// PushSBNotification reports values of the southbound, nil values as removed.
// It never waits and loses nothing: notifications that the worker does not
// keep up with are merged. It returns api.ErrClosedScheduler or nil.
func (s *Scheduler) PushSBNotification(notif ...api.KVWithMetadata) error {
	c := s.core()
	if c.isClosed() {
		return api.ErrClosedScheduler
	}
	if len(notif) == 0 {
		return nil
	}
	values := make([]engine.Value, len(notif))
	for i, kv := range notif {
		values[i] = engine.Value{
			Key: kv.Key, Value: utils.RecordProtoMessage(kv.Value), Origin: api.FromSB, Metadata: kv.Metadata,
		}
	}
	return c.queue.PushNotification(values)
}

// TransactionBarrier returns when everything that was queued before is done,
// or when the scheduler is closed.
func (s *Scheduler) TransactionBarrier() {
	if err := s.core().onWorker(func() {}); errors.Is(err, errFromHandler) {
		s.Log.Errorf("TransactionBarrier %v", err)
	}
}
