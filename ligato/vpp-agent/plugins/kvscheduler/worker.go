// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/engine"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/queue"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/registry"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/utils"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// txnJob is a transaction in the queue.
type txnJob struct {
	engine.Txn
	description string
	simulate    bool
	verbose     bool
	reply       chan txnResult // of capacity 1, nil if nobody waits
}

type txnResult struct {
	seq uint64
	err error
}

// errFromHandler is for what a descriptor's operation must not wait for.
var errFromHandler = errors.New("called from an operation of a descriptor, which the scheduler itself waits for")

// work processes one entry of the queue after the other.
func (c *core) work() {
	defer c.wg.Done()
	c.working.set()
	for {
		entry, ok := c.queue.Pop()
		if !ok {
			return
		}
		c.working.busy.Store(true)
		c.handle(entry)
		c.working.busy.Store(false)
	}
}

func (c *core) handle(entry *queue.Entry) {
	if entry.IsNotification() {
		t := &txnJob{Txn: engine.Txn{Type: api.SBNotification, Values: entry.Notification()}, simulate: c.cfg.EnableTxnSimulation}
		c.process(t, entry.Created)
		return
	}
	switch p := entry.Payload.(type) {
	case *txnJob:
		c.process(p, entry.Created)
	case func():
		p()
	}
}

// process carries out a transaction and tells everybody.
func (c *core) process(t *txnJob, created time.Time) {
	start := time.Now()
	t.Seq = c.seq
	t.Descriptors = c.registry.Set()
	c.seq++
	c.stats.waited(t.Type, start.Sub(created))

	defer func() {
		if p := recover(); p != nil {
			// A defect of the scheduler itself: this transaction is lost, the
			// agent is not.
			c.log.Errorf("transaction #%d: panic: %v\n%s", t.Seq, p, debug.Stack())
			c.engine.Abort()
			c.engine.Graph.Publish()
			t.answer(t.Seq, api.NewTransactionError(fmt.Errorf("transaction #%d failed: %v", t.Seq, p), nil))
			c.resyncAfterDefect(t)
		}
	}()

	run := c.engine.Begin(t.Txn)
	c.stats.stage(stagePreProcess, run.Prepare)
	if t.simulate || t.Type == api.RetryFailedOps || t.Type == api.RetryUnimplOps {
		t.simulate = true
		c.stats.stage(stageSimulate, run.Simulate)
	}
	var rec *api.RecordedTxn
	c.stats.stage(stagePreRecord, func() { rec = c.preRecord(t, run, start) })
	c.stats.stage(stageExecute, func() {
		run.Execute()
		run.Settle()
	})
	res := run.Finish()
	stop := time.Now()

	c.stats.stage(stageRecord, func() {
		c.logProblems(t, res)
		c.record(rec, res, stop)
	})
	c.stats.count(res.Executed)
	c.stats.stage(stagePostProcess, func() { c.postProcess(t, res) })
	c.stats.processed(t.Type, time.Since(start), time.Since(created))
}

// resyncAfterDefect finds out what the operations of a lost transaction have
// left in the southbound, unless it was a resync that was lost: the next one
// would meet the same defect.
func (c *core) resyncAfterDefect(lost *txnJob) {
	if lost.Resync != api.NotResync {
		return
	}
	resync := &txnJob{description: fmt.Sprintf("after the defect in transaction #%d", lost.Seq)}
	resync.Type, resync.Resync = api.NBTransaction, api.DownstreamResync
	_ = c.queue.Push(resync) // fails if the scheduler is closed
}

// preRecord returns the arguments and the plan, nil if nobody wants them.
func (c *core) preRecord(t *txnJob, run *engine.Run, start time.Time) *api.RecordedTxn {
	if c.history == nil && !c.printing() {
		return nil
	}
	rec := &api.RecordedTxn{
		WithSimulation: t.simulate,
		Start:          start,
		SeqNum:         t.Seq,
		TxnType:        t.Type,
		ResyncType:     t.Resync,
		Description:    t.description,
		Planned:        run.Planned(),
	}
	if len(t.RetryKeys) > 0 {
		rec.RetryForTxn, rec.RetryAttempt = t.RetryFor, t.Attempt
	}
	if values := run.Values(); len(values) > 0 {
		rec.Values = make([]api.RecordedKVPair, len(values))
		for i, v := range values {
			rec.Values[i] = api.RecordedKVPair{Key: v.Key, Value: v.Value, Origin: v.Origin}
		}
	}
	return rec
}

// record completes the record and adds it to the history and to what is
// printed.
func (c *core) record(rec *api.RecordedTxn, res *engine.Result, stop time.Time) {
	if rec == nil {
		return
	}
	rec.Stop, rec.Executed = stop, res.Executed
	if c.history != nil {
		c.history.Add(rec, res.Changes)
	}
	if c.printing() {
		c.printer.add(rec)
	}
}

// logProblems writes what an operator should know: a line for the whole
// transaction, however much failed.
func (c *core) logProblems(t *txnJob, res *engine.Result) {
	const most = 5
	for i, err := range res.Problems {
		if i == most {
			c.log.Warnf("transaction #%d: and %d more", t.Seq, len(res.Problems)-most)
			break
		}
		c.log.Warnf("transaction #%d: %v", t.Seq, err)
	}
	if n := len(res.Errors); n > 0 {
		shown := res.Errors[:min(n, most)]
		c.log.Warnf("transaction #%d: %d operations failed: %v", t.Seq, n, api.NewTransactionError(nil, shown))
		for _, kv := range res.Errors {
			var panicked *registry.PanicError
			if errors.As(kv.Error, &panicked) {
				c.log.Errorf("%v\n%s", panicked, panicked.Stack)
			}
		}
	}
	if t.verbose && c.printing() {
		if graphDump && t.Resync == api.FullResync {
			c.logGraph(t)
		}
		for name, kvs := range res.Retrieved {
			c.log.Debugf("transaction #%d: retrieved %d values of %s", t.Seq, len(kvs), name)
			for _, kv := range kvs {
				c.log.Debugf("  %s (%v): %s", kv.Key, kv.Origin, utils.ProtoToString(kv.Value))
			}
		}
	}
}

func (c *core) postProcess(t *txnJob, res *engine.Result) {
	c.engine.Graph.Publish()
	for _, retry := range res.Retries {
		c.scheduleRetry(retry)
	}
	var err error
	if len(res.Errors) > 0 {
		err = api.NewTransactionError(nil, res.Errors)
	}
	t.answer(t.Seq, err)

	if c.watchers.Any() {
		c.tellWatchers(res)
	}
}

func (c *core) tellWatchers(res *engine.Result) {
	removed := make(map[string]*kvscheduler.ValueStatus)
	for _, ch := range res.Changes {
		// What is gone is told as removed, if that was asked for.
		if ch.Before != nil && ch.After == nil && ch.Before.Base == "" {
			removed[ch.Key()] = nil
		}
	}
	for _, op := range res.Executed {
		if _, gone := removed[op.Key]; gone && op.NewState == kvscheduler.ValueState_REMOVED {
			last := op.Operation
			removed[op.Key] = &kvscheduler.ValueStatus{Key: op.Key, State: op.NewState, LastOperation: last}
		}
	}
	c.watchers.Publish(res.Changed(), func(key string) *kvscheduler.BaseValueStatus {
		if status := removed[key]; status != nil {
			return &kvscheduler.BaseValueStatus{Value: status}
		}
		return statusOf(c.engine.Graph, key)
	})
}

func (t *txnJob) answer(seq uint64, err error) {
	if t.reply != nil {
		t.reply <- txnResult{seq, err}
		t.reply = nil
	}
}

// onWorker runs fn between two transactions and waits for it. It fails if the
// scheduler is closed or if it is the worker itself that calls.
func (c *core) onWorker(fn func()) error {
	if c.working.here() {
		return errFromHandler
	}
	done := make(chan struct{})
	err := c.queue.Push(func() {
		defer close(done)
		fn()
	})
	if err != nil {
		return err
	}
	select {
	case <-done:
		return nil
	case <-c.queue.Done():
		return api.ErrClosedScheduler
	}
}

// workerMark tells whether code runs on the worker.
type workerMark struct {
	busy atomic.Bool
	id   atomic.Uint64
}

func (w *workerMark) set() { w.id.Store(goroutineID()) }

func (w *workerMark) here() bool {
	return w.busy.Load() && w.id.Load() == goroutineID()
}

// goroutineID is not offered by the runtime but printed at the head of every
// stack. It serves for nothing but the diagnosis of a certain deadlock.
func goroutineID() uint64 {
	var buf [64]byte
	head := bytes.TrimPrefix(buf[:runtime.Stack(buf[:], false)], []byte("goroutine "))
	digits, _, _ := bytes.Cut(head, []byte(" "))
	id, _ := strconv.ParseUint(string(digits), 10, 64)
	return id
}
