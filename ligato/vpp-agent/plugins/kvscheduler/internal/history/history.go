// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package history keeps what happened: finished transactions, and the versions
// that every value had. Both are bounded by age, number and size; what is kept
// of values are the immutable nodes that the graph published: the current
// version of each is the graph's own, here are only former ones. It has no
// clock and starts no goroutine.
package history

import (
	"slices"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/graph"
)

// Limits say how much is kept. Zero is no limit.
type Limits struct {
	// Age is counted from the end of a transaction or a version.
	Age time.Duration
	// InitPeriod after the start is kept regardless of Age.
	InitPeriod time.Duration
	// Count and Bytes limit transactions and versions each. Bytes is an
	// estimate.
	Count int
	Bytes int
}

// History is safe for concurrent use.
type History struct {
	limits Limits
	start  time.Time

	mu   sync.RWMutex
	txns keeper[*api.RecordedTxn]
	// former are versions that were replaced or removed, in that order.
	former keeper[*graph.Node]
}

// New returns an empty history of a scheduler started at start.
func New(limits Limits, start time.Time) *History {
	return &History{limits: limits, start: start}
}

// Add adds a finished transaction, which must not change any more, and the
// changes that it made to values, which must not be published before.
func (h *History) Add(txn *api.RecordedTxn, changes []graph.Change) {
	size := sizeOf(txn)
	h.mu.Lock()
	defer h.mu.Unlock()

	h.txns.add(txn, size, txn.Stop, h.permanent(txn.Start))
	for _, c := range changes {
		h.addChange(c, txn)
	}
	h.trim(txn.Stop)
}

func (h *History) permanent(t time.Time) bool {
	return h.limits.InitPeriod > 0 && t.Sub(h.start) <= h.limits.InitPeriod
}

// Trim removes what has become too old by now.
func (h *History) Trim(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()

	h.trim(now)
}

func (h *History) trim(now time.Time) {
	h.txns.trim(h.limits, now)
	h.former.trim(h.limits, now)
}

// Transactions returns those that started within [since, until], where zero is
// an open end; nil for an inverted window.
func (h *History) Transactions(since, until time.Time) (txns api.RecordedTxns) {
	if !since.IsZero() && !until.IsZero() && until.Before(since) {
		return nil
	}
	h.mu.RLock()
	defer h.mu.RUnlock()

	h.txns.each(func(txn *api.RecordedTxn, _ time.Time) {
		if (since.IsZero() || !txn.Start.Before(since)) && (until.IsZero() || !txn.Start.After(until)) {
			txns = append(txns, txn)
		}
	})
	return txns
}

// Transaction returns nil if it is not recorded, or not any more.
func (h *History) Transaction(seq uint64) *api.RecordedTxn {
	h.mu.RLock()
	defer h.mu.RUnlock()

	for _, part := range [][]item[*api.RecordedTxn]{h.txns.permanent, h.txns.recent} {
		i, found := slices.BinarySearchFunc(part, seq, func(it item[*api.RecordedTxn], seq uint64) int {
			switch {
			case it.value.SeqNum < seq:
				return -1
			case it.value.SeqNum > seq:
				return 1
			}
			return 0
		})
		if found {
			return part[i].value
		}
	}
	return nil
}

// Estimates of what a record takes beside its values.
const (
	txnBytes      = 300
	opBytes       = 280
	pairBytes     = 80
	revisionBytes = 400
)

func sizeOf(txn *api.RecordedTxn) int {
	size := txnBytes + len(txn.Values)*pairBytes + (len(txn.Planned)+len(txn.Executed))*opBytes
	return size + sizeOfValues(txn.Values)
}

// sizeOfValues measures some of many.
func sizeOfValues(values []api.RecordedKVPair) (size int) {
	const samples = 100
	step := max(1, len(values)/samples)
	for i := 0; i < len(values); i += step {
		if v := values[i].Value; v != nil && v.Message != nil {
			size += proto.Size(v.Message) * step
		}
	}
	return size
}

// keeper keeps items in the order of their addition.
type keeper[T any] struct {
	permanent []item[T] // those not subject to the age
	recent    []item[T]
	bytes     int
}

type item[T any] struct {
	value T
	bytes int
	end   time.Time
}

func (k *keeper[T]) add(value T, bytes int, end time.Time, permanent bool) {
	it := item[T]{value, bytes, end}
	k.bytes += bytes
	if permanent && len(k.recent) == 0 {
		k.permanent = append(k.permanent, it)
	} else {
		k.recent = append(k.recent, it)
	}
}

func (k *keeper[T]) each(fn func(value T, end time.Time)) {
	for _, it := range k.permanent {
		fn(it.value, it.end)
	}
	for _, it := range k.recent {
		fn(it.value, it.end)
	}
}

// trim removes the oldest, but never the last one.
func (k *keeper[T]) trim(l Limits, now time.Time) {
	pop := func(list *[]item[T]) {
		it := (*list)[0]
		(*list)[0] = item[T]{}
		*list = (*list)[1:]
		k.bytes -= it.bytes
	}
	for l.Age > 0 && len(k.recent) > 0 && now.Sub(k.recent[0].end) > l.Age {
		pop(&k.recent)
	}
	for {
		n := len(k.permanent) + len(k.recent)
		if n <= 1 || (l.Count == 0 || n <= l.Count) && (l.Bytes == 0 || k.bytes <= l.Bytes) {
			return
		}
		// Of both a half at least is left.
		if len(k.permanent) > n/2 {
			pop(&k.permanent)
		} else {
			pop(&k.recent)
		}
	}
}
