// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"fmt"
	"slices"
	"time"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/graph"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/keysort"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/registry"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/utils"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// Engine is what outlives a transaction. It is not safe for concurrent use.
type Engine struct {
	Graph *graph.Graph
	// NonRetriable reports errors that repeating does not help against.
	NonRetriable func(error) bool
	// LastOrigins tells whom values that are not in the graph belonged to when
	// they last were. It may be nil.
	LastOrigins func() map[string]api.ValueOrigin
	// Verify reads every touched value back after a transaction.
	Verify bool
	// Trace, if set, is told when the visit of a value begins and ends.
	Trace func(key string, begin bool)

	run     *Run // under way
	resyncs int
	// nbKnown is set once the northbound has said all that it wants, with a resync.
	// Until then what is found in the southbound may well be wanted, whatever single
	// values were set.
	nbKnown bool
}

// Txn is what a transaction is asked to do.
type Txn struct {
	Seq    uint64
	Type   api.TxnType
	Resync api.ResyncType
	// Values are those of Latest, or those of a notification as they came. They
	// must not change any more.
	Values []Value
	Retry  *api.RetryOpt
	Revert bool

	// For retries.
	RetryKeys []string
	RetryFor  uint64
	Attempt   int

	Descriptors *registry.Set
}

// Retry is a set of keys to be retried together.
type Retry struct {
	Txn     uint64 // of the first failure
	Attempt int
	Delay   time.Duration
	Keys    []string
}

// Result is what became of a transaction.
type Result struct {
	Executed api.RecordedTxnOps
	// Errors are those of the operations, in their order.
	Errors  []api.KeyWithError
	Retries []Retry
	// Problems are for the log: what was ignored, and why.
	Problems []error
	// Retrieved is what was read, by descriptor, in a resync.
	Retrieved map[string][]api.KVWithMetadata

	// Changes are those of the graph, in the order of the first ones.
	Changes []graph.Change

	changed []*graph.Slot
}

// Changed returns the keys of the base values whose status may have changed,
// sorted.
func (res *Result) Changed() []string {
	sortSlots(res.changed)
	keys := make([]string, len(res.changed))
	for i, s := range res.changed {
		keys[i] = s.Key
	}
	return keys
}

func sortSlots(slots []*graph.Slot) {
	keysort.Sort(slots, func(s **graph.Slot) string { return (*s).Key })
}

// Run is one transaction.
type Run struct {
	*Engine
	txn Txn
	g   *graph.Graph
	res Result

	simulate bool
	// scratching is set while what is done to the graph will be undone.
	scratching bool
	// reverting is set while what was applied is being taken back.
	reverting bool

	values  []Value // what was asked for
	todo    []item  // what is applied, in that order
	planned api.RecordedTxnOps
	ops     []*api.RecordedTxnOp
	slab    []api.RecordedTxnOp // room for the next operations
	retried map[*graph.Slot]bool
	origins map[string]api.ValueOrigin // once asked for
	read    map[string]bool            // base keys that Settle has read back

	marked  []*graph.Slot // slots with marks
	changed []*graph.Slot // of base values, with markChanged
	removed []*graph.Slot // nodes that were REMOVED at some time
	late    []*graph.Slot // values to be looked at again in the end
	stale   []*graph.Slot // dependents of what a refresh found changed
	failed  []string      // base keys of failed operations

	// repeated is set once a second operation of a key is recorded.
	repeated bool
}

// item is a value to be applied, at its place.
type item struct {
	*Value
	slot  *graph.Slot
	class uint8
}

// What a transaction has to know of a slot.
const (
	markTodo     = 1 << iota // is in todo
	markVisiting             // a visit is under way
	markApplied              // base values that the transaction has come to
	markChanged              // is in changed
	markRecorded             // has an operation
	markSeen                 // was retrieved, for a moment
)

func (r *Run) mark(s *graph.Slot, mark uint8) {
	if s.Marks == 0 {
		r.marked = append(r.marked, s)
	}
	s.Marks |= mark
}

// unmark takes marks from all slots.
func (r *Run) unmark(marks uint8) {
	left := r.marked[:0]
	for _, s := range r.marked {
		if s.Marks &^= marks; s.Marks != 0 {
			left = append(left, s)
		}
	}
	r.marked = left
}

const allMarks = 1<<8 - 1

// Begin starts a transaction, to be ended by Finish or Abort.
func (e *Engine) Begin(txn Txn) *Run {
	r := &Run{Engine: e, txn: txn, g: e.Graph}
	e.run = r
	return r
}

// Abort gives up the transaction under way after a panic. What it has found
// out before may stay.
func (e *Engine) Abort() {
	if e.run != nil {
		e.run.unmark(allMarks)
		e.run = nil
	}
	e.Graph.Rollback()
	e.Graph.Commit()
}

// Simulate plans the operations, assuming that all succeed. A resync has read
// the southbound in Prepare and does so only once: its changes stay.
func (r *Run) Simulate() {
	r.scratch(func() {
		r.simulate = true
		r.execute()
		r.planned = r.recorded()
		r.simulate = false
	})
	r.unmark(markApplied | markRecorded)
	r.ops, r.slab, r.repeated, r.failed, r.late = nil, nil, false, nil, nil
}

// scratch undoes everything that do changes in the graph and in what is to be
// told about it.
func (r *Run) scratch(do func()) {
	r.g.Keep()
	stale, removed := slices.Clip(r.stale), slices.Clip(r.removed)
	r.stale, r.removed = stale, removed
	r.scratching = true
	do()
	r.scratching = false
	r.g.Rollback()
	r.stale, r.removed = stale, removed
}

// Values are what is applied or, for a notification, what was asked for.
func (r *Run) Values() []Value { return r.values }

// Planned are the operations that Simulate has found.
func (r *Run) Planned() api.RecordedTxnOps { return r.planned }

// Execute applies the values.
func (r *Run) Execute() {
	r.execute()
}

func (r *Run) execute() {
	type done struct {
		slot *graph.Slot
		prev *utils.RecordedProtoMessage
		sb   bool
	}
	if r.ops == nil {
		r.ops = make([]*api.RecordedTxnOp, 0, len(r.todo))
	}
	var undo []done
	for i := range r.todo {
		v := &r.todo[i]
		n := v.slot.Node()
		prev := done{slot: v.slot}
		if n != nil && r.txn.Revert {
			prev.prev, prev.sb = utils.RecordProtoMessage(n.Update.Wanted), n.Origin() == api.FromSB
			if prev.sb || n.State == kvscheduler.ValueState_DISCOVERED {
				prev.prev = n.Value // which was there though nobody had asked for it
			}
		}
		r.mark(v.slot, markApplied)
		given := visit{slot: v.slot, value: v.Value.Value, origin: v.Origin, meta: v.Metadata}
		if n != nil && len(r.txn.RetryKeys) > 0 {
			given.base = n.Base
		}
		err := r.apply(given)
		if r.txn.Revert {
			undo = append(undo, prev)
		}
		if err == nil || !r.txn.Revert || r.txn.Type != api.NBTransaction || r.simulate {
			continue
		}
		r.reverting = true
		r.refresh([]string{v.Key}, nil)
		for _, u := range slices.Backward(undo) {
			origin := api.FromNB
			if u.sb {
				origin = api.FromSB
			}
			_ = r.apply(visit{slot: u.slot, value: u.prev, origin: origin, revert: true})
		}
		break
	}
	r.lookAgain(&r.stale)
	r.lookAgain(&r.late)
}

// lookAgain visits the values in the list as if a dependency had changed.
func (r *Run) lookAgain(list *[]*graph.Slot) {
	slots := *list
	*list = nil
	_ = r.reconsiderAll(slots)
}

// Settle reads back what failed, so that the graph has what the southbound
// really holds, and looks again at the dependents of what was found different.
func (r *Run) Settle() {
	for len(r.failed) > 0 {
		if r.read == nil {
			r.read = make(map[string]bool)
		}
		var keys []string
		for _, key := range r.failed {
			if !r.read[key] {
				r.read[key] = true
				keys = append(keys, key)
			}
		}
		if r.failed = nil; len(keys) == 0 {
			break
		}
		slices.Sort(keys)
		r.refresh(keys, nil)
		r.lookAgain(&r.stale)
		r.lookAgain(&r.late)
	}
	r.res.Executed = r.recorded()
}

// Finish ends the transaction. The graph is then to be published.
func (r *Run) Finish() *Result {
	for _, op := range r.res.Executed {
		if op.NewErr != nil {
			r.res.Errors = append(r.res.Errors, api.KeyWithError{Key: op.Key, TxnOperation: op.Operation, Error: op.NewErr})
		}
	}
	if len(r.res.Errors) > 0 {
		r.collectRetries()
	}
	if r.Verify {
		r.verify()
	}
	for _, s := range r.removed {
		if n := s.Node(); n != nil && isRemoved(n) {
			r.g.Remove(s)
		}
	}
	r.res.changed = r.changed
	r.unmark(allMarks)
	r.run = nil
	r.res.Changes = r.g.Commit()
	return &r.res
}

func (r *Run) collectRetries() {
	type group struct {
		txn     uint64
		attempt int
		delay   time.Duration
	}
	groups := make(map[group][]string)
	seen := make(map[string]bool)
	for _, op := range r.res.Executed {
		n := r.g.Get(op.Key)
		if n == nil || !isRetrying(n) || n.Update.Retry == nil || seen[op.Key] {
			continue
		}
		seen[op.Key] = true
		retry := n.Update.Retry
		g := group{retry.Txn, retry.Attempt, delay(retry.Opt, retry.Attempt)}
		groups[g] = append(groups[g], op.Key)
	}
	for g, keys := range groups {
		slices.Sort(keys)
		r.res.Retries = append(r.res.Retries, Retry{Txn: g.txn, Attempt: g.attempt, Delay: g.delay, Keys: keys})
	}
	slices.SortFunc(r.res.Retries, func(a, b Retry) int { return int(a.Delay - b.Delay) })
}

// maxRetryDelay bounds what doubling leads to.
const maxRetryDelay = time.Hour

func delay(opt *api.RetryOpt, attempt int) time.Duration {
	d := opt.Period
	if !opt.ExpBackoff {
		return d
	}
	for range attempt - 1 {
		if d >= maxRetryDelay {
			break
		}
		d *= 2
	}
	return d
}

func (r *Run) problem(format string, args ...any) {
	if !r.simulate {
		r.res.Problems = append(r.res.Problems, fmt.Errorf(format, args...))
	}
}
