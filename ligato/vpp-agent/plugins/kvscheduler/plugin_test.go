// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"expvar"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// patience is how long a test waits for what must come, on a machine however
// busy.
const patience = 2 * time.Minute

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	_ infra.Plugin    = &Scheduler{}
	_ api.KVScheduler = &Scheduler{}
	_ api.Txn         = &SchedulerTxn{}
)

// fileless is a configuration in place of a file.
type fileless struct{ data string }

func (f fileless) LoadValue(cfg any) (bool, error) {
	if f.data == "" {
		return false, nil
	}
	return true, json.Unmarshal([]byte(f.data), cfg)
}

func (f fileless) GetConfigName() string { return "" }

func newTest(t *testing.T, config string) *Scheduler {
	t.Helper()
	s := NewPlugin(UseDeps(func(deps *Deps) {
		deps.SetName(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name()))
		deps.HTTPHandlers = nil
		deps.Cfg = fileless{config}
	}))
	if err := s.Init(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func selectAll(string) bool { return true }

func failing(string, proto.Message) (api.Metadata, error) { return nil, errors.New("boom") }

func TestCloseLeavesNothing(t *testing.T) {
	s := newTest(t, "")
	if err := s.RegisterKVDescriptor(&api.KVDescriptor{Name: "d", KeySelector: selectAll, Create: failing}); err != nil {
		t.Fatal(err)
	}
	s.WatchValueStatus(make(chan *kvscheduler.BaseValueStatus), nil) // nobody reads
	ctx := api.WithRetry(context.Background(), time.Hour, 0, false)
	if _, err := s.StartNBTransaction().SetValue("a", wrapperspb.String("")).Commit(ctx); err == nil {
		t.Error("no error")
	}
	if state := s.GetValueStatus("a").GetValue().GetState(); state != kvscheduler.ValueState_RETRYING {
		t.Errorf("state %v", state)
	}
	// The main function checks that no goroutine is left.
}

func TestInitAgainAfterClose(t *testing.T) {
	s := newTest(t, "")
	if err := s.Init(); err == nil {
		t.Error("initialized twice")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.StartNBTransaction().Commit(context.Background()); !errors.Is(err, api.ErrClosedScheduler) {
		t.Errorf("commit when closed: %v", err)
	}
	if err := s.Init(); err != nil {
		t.Fatal(err)
	}
	if n, err := s.StartNBTransaction().Commit(context.Background()); n != 0 || err != nil {
		t.Errorf("first transaction %d, %v", n, err)
	}
}

func TestConfig(t *testing.T) {
	s := newTest(t, `{"record-transaction-history": false}`)
	if _, err := s.StartNBTransaction().Commit(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := s.GetTransactionHistory(time.Time{}, time.Time{}); got != nil || s.GetRecordedTransaction(0) != nil {
		t.Errorf("recorded %v", got)
	}
	limits := defaultConfig().historyLimits()
	if limits.Age != 24*time.Hour || limits.InitPeriod != time.Hour || limits.Count != 20000 || limits.Bytes != 128<<20 {
		t.Errorf("default limits %+v", limits)
	}
	bad := NewPlugin(UseDeps(func(deps *Deps) { deps.HTTPHandlers, deps.Cfg = nil, fileless{"["} }))
	if err := bad.Init(); err == nil {
		t.Error("bad configuration is accepted")
	}
	_ = bad.Close()
}

// lockedBuffer is where the log goes.
type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *lockedBuffer) has(text string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Contains(b.String(), text)
}

func TestSummaryIsPrintedAtDebugLevel(t *testing.T) {
	s := newTest(t, "")
	var out lockedBuffer
	s.Log.SetOutput(&out)
	commit := func(key string) {
		t.Helper()
		if _, err := s.StartNBTransaction().SetValue(key, wrapperspb.String("x")).Commit(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	s.Log.SetLevel(logging.InfoLevel)
	commit("quiet")
	s.Log.SetLevel(logging.DebugLevel)
	commit("loud")
	for deadline := time.Now().Add(patience); !out.has("loud"); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the transaction was not printed")
		}
	}
	if out.has("quiet") {
		t.Error("printed at the level info")
	}
}

func TestPrintedIsBounded(t *testing.T) {
	rec := &api.RecordedTxn{Values: make([]api.RecordedKVPair, 3*printedOps)}
	if shown, left := truncated(rec); len(shown.Values) != printedOps || left != 2*printedOps || len(rec.Values) != 3*printedOps {
		t.Errorf("%d shown, %d left", len(shown.Values), left)
	}
}

func TestSeveralSchedulersShareMetrics(t *testing.T) {
	for i := range 2 {
		s := newTest(t, "")
		if _, err := s.StartNBTransaction().SetValue(fmt.Sprint(i), wrapperspb.String("")).Commit(context.Background()); err != nil {
			t.Fatal(err)
		}
		s.TransactionBarrier()
		if got := s.core().stats.snapshot().TxnStats.TotalProcessed; got != 1 {
			t.Errorf("scheduler %d: %d transactions", i, got)
		}
		if got := GetStats().TxnStats.ValueStateCount["UNIMPLEMENTED"]; got != 1 {
			t.Errorf("scheduler %d: %d values", i, got)
		}
	}
	families, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]bool)
	for _, f := range families {
		found[f.GetName()] = true
	}
	for _, name := range []string{"txn_processed", "txn_dropped", "queue_capacity", "queue_length", "queue_wait_seconds",
		"txn_process_duration_seconds", "txn_duration_seconds"} {
		if !found["ligato_kvscheduler_"+name] {
			t.Errorf("no metric %s", name)
		}
	}
	if v := expvar.Get("kvscheduler"); v == nil || !json.Valid([]byte(v.String())) {
		t.Errorf("expvar %v", v)
	}
}

// TestStatsWhileWorking: statistics can be encoded at any time.
func TestStatsWhileWorking(t *testing.T) {
	s := newTest(t, "")
	if err := s.RegisterKVDescriptor(&api.KVDescriptor{
		Name: "d", KeySelector: selectAll,
		Create: func(string, proto.Message) (api.Metadata, error) { return nil, nil },
		Delete: func(string, proto.Message, api.Metadata) error { return nil },
	}); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 200 {
			if _, err := json.Marshal(GetStats()); err != nil {
				t.Error(err)
			}
		}
	}()
	for i := range 200 {
		if _, err := s.StartNBTransaction().SetValue("a", wrapperspb.String(fmt.Sprint(i))).Commit(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	<-done
}

// TestDefectLosesOneTransaction: a panic of the scheduler itself, halfway
// through a transaction, is the error of that transaction and of no other. What
// it had done is found by a resync.
func TestDefectLosesOneTransaction(t *testing.T) {
	s := newTest(t, "")
	s.Log.SetLevel(logging.PanicLevel)
	system := make(map[string]proto.Message) // used by the worker
	desc := plain("d", "v/")
	desc.Create = func(key string, value proto.Message) (api.Metadata, error) {
		system[key] = value
		return nil, nil
	}
	desc.Retrieve = func([]api.KVWithMetadata) (kvs []api.KVWithMetadata, err error) {
		for key, value := range system {
			kvs = append(kvs, api.KVWithMetadata{Key: key, Value: value})
		}
		return kvs, nil
	}
	if err := s.RegisterKVDescriptor(desc); err != nil {
		t.Fatal(err)
	}
	commit := func(value string) error {
		txn := s.StartNBTransaction()
		for _, key := range []string{"v/a", "v/b", "v/c"} {
			txn.SetValue(key, wrapperspb.String(value))
		}
		_, err := txn.Commit(context.Background())
		return err
	}
	defect := func(fn func(key string, begin bool)) {
		if err := s.core().onWorker(func() { s.core().engine.Trace = fn }); err != nil {
			t.Fatal(err)
		}
	}
	defect(func(key string, _ bool) {
		if key == "v/b" {
			panic("defect")
		}
	})
	if err := commit("1"); err == nil || !strings.Contains(err.Error(), "defect") {
		t.Errorf("error %v", err)
	}
	s.TransactionBarrier()
	defect(nil)
	if slots, nodes := s.core().engine.Graph.Size(); slots != 1 || nodes != 1 || s.GetValueStatus("v/a").GetValue().GetState() != kvscheduler.ValueState_OBTAINED {
		t.Errorf("%d values in %d places, v/a: %v", nodes, slots, s.GetValueStatus("v/a"))
	}
	if rec := s.GetRecordedTransaction(1); rec == nil || rec.ResyncType != api.DownstreamResync || rec.Description != "after the defect in transaction #0" {
		t.Errorf("after the defect: %v", rec)
	}
	if rec := s.GetRecordedTransaction(2); rec != nil {
		t.Errorf("a second resync: %v", rec)
	}
	if err := commit("2"); err != nil {
		t.Error(err)
	}
	for _, key := range []string{"v/a", "v/b", "v/c"} {
		if state := s.GetValueStatus(key).GetValue().GetState(); state != kvscheduler.ValueState_CONFIGURED {
			t.Errorf("%s is %v", key, state)
		}
	}
}

func TestFlagsAreEncoded(t *testing.T) {
	list := flags{&LastUpdateFlag{7}, &ErrorFlag{errors.New("a \"quoted\"\nline")}, &UnavailValueFlag{}}
	got, err := json.Marshal(list)
	if want := `{"last-update":"TXN-7","error":"a \"quoted\"\nline","unavailable":""}`; err != nil || string(got) != want {
		t.Errorf("%s (%v), want %s", got, err, want)
	}
	for _, f := range []flag{&LastUpdateFlag{}, &ErrorFlag{}, &ValueStateFlag{}, &UnavailValueFlag{}, &DescriptorFlag{}, &DerivedFlag{}} {
		if flagNames[f.GetIndex()] != f.GetName() {
			t.Errorf("flag %d is %s", f.GetIndex(), f.GetName())
		}
	}
}
