// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/idxmap"
	"go.ligato.io/cn-infra/v2/logging"

	"go.ligato.io/vpp-agent/v3/internal/refused"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// fakeScheduler applies values by remembering them.
type fakeScheduler struct {
	mu       sync.Mutex
	txns     []fakeTxn
	wanted   KVPairs
	statuses map[string]*kvscheduler.ValueStatus
	watchers []chan<- *kvscheduler.BaseValueStatus
	prefixes []string
	state    []kvs.KVWithMetadata

	// block, if set, is waited for by every transaction.
	block chan struct{}
	// refuse, if set, is the error of every transaction, which is not executed.
	refuse error
	// fail has the errors of values by key.
	fail map[string]error
}

type fakeTxn struct {
	scheduler *fakeScheduler
	values    KVPairs
	ctx       context.Context
}

func newFakeScheduler() *fakeScheduler {
	return &fakeScheduler{
		wanted:   make(KVPairs),
		statuses: make(map[string]*kvscheduler.ValueStatus),
		prefixes: []string{"config/linux/interfaces/v2/interface/"},
		fail:     make(map[string]error),
	}
}

func (f *fakeScheduler) StartNBTransaction() kvs.Txn {
	return &fakeTxn{scheduler: f, values: make(KVPairs)}
}

func (t *fakeTxn) SetValue(key string, value proto.Message) kvs.Txn {
	t.values[key] = value
	return t
}

func (t *fakeTxn) Commit(ctx context.Context) (uint64, error) {
	f := t.scheduler
	f.mu.Lock()
	block := f.block
	f.mu.Unlock()
	if block != nil {
		select {
		case <-block:
		case <-ctx.Done():
			return ^uint64(0), kvs.NewTransactionError(kvs.ErrTxnWaitCanceled, nil)
		}
	}
	f.mu.Lock()
	statuses := make([]*kvscheduler.ValueStatus, 0, len(t.values))
	defer func() {
		watchers := f.watchers
		f.mu.Unlock()
		for _, watcher := range watchers {
			for _, status := range statuses {
				watcher <- &kvscheduler.BaseValueStatus{Value: status}
			}
		}
	}()
	if f.refuse != nil {
		return ^uint64(0), kvs.NewTransactionError(f.refuse, nil)
	}
	t.ctx = ctx
	seq := uint64(len(f.txns))
	f.txns = append(f.txns, *t)
	if resync, _ := kvs.IsResync(ctx); resync == kvs.FullResync {
		for key := range f.wanted {
			if _, ok := t.values[key]; !ok {
				status, _ := f.apply(key, nil)
				statuses = append(statuses, status)
			}
		}
	}
	var errs []kvs.KeyWithError
	for _, key := range slices.Sorted(maps.Keys(t.values)) {
		status, err := f.apply(key, t.values[key])
		statuses = append(statuses, status)
		if err != nil {
			errs = append(errs, kvs.KeyWithError{Key: key, TxnOperation: kvscheduler.TxnOperation_CREATE, Error: err})
		}
	}
	if len(errs) > 0 {
		return seq, kvs.NewTransactionError(nil, errs)
	}
	return seq, nil
}

// apply is called with the lock held.
func (f *fakeScheduler) apply(key string, value proto.Message) (*kvscheduler.ValueStatus, error) {
	status := &kvscheduler.ValueStatus{Key: key, LastOperation: kvscheduler.TxnOperation_CREATE}
	err := f.fail[key]
	switch {
	case value == nil:
		delete(f.wanted, key)
		delete(f.statuses, key)
		status.State = kvscheduler.ValueState_REMOVED
	case refused.Reason(value) != nil:
		status.State, err = kvscheduler.ValueState_FAILED, errors.New("value has invalid type")
		status.Error = err.Error()
	case err != nil:
		status.State, status.Error = kvscheduler.ValueState_FAILED, err.Error()
	default:
		status.State = kvscheduler.ValueState_CONFIGURED
	}
	if value != nil {
		f.wanted[key] = value
		f.statuses[key] = status
	}
	return status, err
}

func (f *fakeScheduler) values() KVPairs {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.wanted)
}

// keys are those of values that are not refused.
func (f *fakeScheduler) keys() string {
	var keys []string
	for key, value := range f.values() {
		if refused.Reason(value) == nil {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return strings.Join(keys, " ")
}

func (f *fakeScheduler) lastTxn() fakeTxn {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.txns) == 0 {
		return fakeTxn{}
	}
	return f.txns[len(f.txns)-1]
}

func (f *fakeScheduler) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.txns)
}

func (f *fakeScheduler) GetValueStatus(key string) *kvscheduler.BaseValueStatus {
	f.mu.Lock()
	defer f.mu.Unlock()
	if status, ok := f.statuses[key]; ok {
		return &kvscheduler.BaseValueStatus{Value: status}
	}
	return &kvscheduler.BaseValueStatus{Value: &kvscheduler.ValueStatus{Key: key}}
}

func (f *fakeScheduler) WatchValueStatus(c chan<- *kvscheduler.BaseValueStatus, _ kvs.KeySelector) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.watchers = append(f.watchers, c)
}

func (f *fakeScheduler) GetRegisteredNBKeyPrefixes() []string { return f.prefixes }

func (f *fakeScheduler) DumpValuesByKeyPrefix(prefix string, view kvs.View) ([]kvs.KVWithMetadata, error) {
	if view != kvs.CachedView {
		return nil, errors.New("only the cached view is expected")
	}
	if !slices.Contains(f.prefixes, prefix) {
		return nil, fmt.Errorf("unknown prefix %s", prefix)
	}
	return f.state, nil
}

func (f *fakeScheduler) TransactionBarrier() {}

func (f *fakeScheduler) DumpValuesByDescriptor(string, kvs.View) ([]kvs.KVWithMetadata, error) {
	return nil, nil
}
func (f *fakeScheduler) RegisterKVDescriptor(...*kvs.KVDescriptor) error             { return nil }
func (f *fakeScheduler) PushSBNotification(...kvs.KVWithMetadata) error              { return nil }
func (f *fakeScheduler) GetMetadataMap(string) idxmap.NamedMapping                   { return nil }
func (f *fakeScheduler) GetTransactionHistory(time.Time, time.Time) kvs.RecordedTxns { return nil }
func (f *fakeScheduler) GetRecordedTransaction(uint64) *kvs.RecordedTxn              { return nil }
func (f *fakeScheduler) ValidateSemantically([]proto.Message) error                  { return nil }
func (f *fakeScheduler) WatchNBKeyPrefixRegistration(string) (<-chan struct{}, error) {
	return nil, nil
}

var _ kvs.KVScheduler = (*fakeScheduler)(nil)

func testDispatcher(t *testing.T) (*dispatcher, *fakeScheduler) {
	t.Helper()
	scheduler := newFakeScheduler()
	d := newDispatcher()
	d.kvs = scheduler
	d.log = logging.ForPlugin("test")
	return d, scheduler
}

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// eventually waits until the condition holds.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within a minute", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}
