// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.ligato.io/cn-infra/v2/config"
	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/cn-infra/v2/rpc/rest"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	kvsproto "go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// patience is how long a test waits for what must come. It is long, since
// the machine may be busy, and only spent when a test fails.
const patience = 2 * time.Minute

// sched is a scheduler with the mock system below it.
type sched struct {
	kvs.KVScheduler
	plugin *kvscheduler.Scheduler
	system *system
	t      testing.TB

	closing sync.Once
}

// settings are lines of kvscheduler.conf.
func newSched(t testing.TB, settings ...string) *sched {
	t.Helper()
	return newSchedWithREST(t, nil, settings...)
}

func newSchedWithREST(t testing.TB, handlers rest.HTTPHandlers, settings ...string) *sched {
	t.Helper()
	text := "print-txn-summary: false\n"
	for _, line := range settings {
		text += line + "\n"
	}
	file := filepath.Join(t.TempDir(), "kvscheduler.conf")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	plugin := kvscheduler.NewPlugin(kvscheduler.UseDeps(func(deps *kvscheduler.Deps) {
		deps.HTTPHandlers = handlers
		deps.Cfg = configFile(file)
		deps.Log = quietLogger()
	}))
	if err := plugin.Init(); err != nil {
		t.Fatalf("Init: %v", err)
	}
	s := &sched{KVScheduler: plugin, plugin: plugin, system: newSystem(), t: t}
	t.Cleanup(s.close)
	return s
}

// close closes the scheduler, once.
func (s *sched) close() {
	s.closing.Do(func() {
		closed := make(chan error, 1)
		go func() { closed <- s.plugin.Close() }()
		select {
		case err := <-closed:
			if err != nil {
				s.t.Errorf("Close: %v", err)
			}
		case <-time.After(patience):
			s.t.Error("Close does not return")
		}
	})
}

// block makes the next operation op on key wait. What is returned is closed
// when the operation has begun, and lets it end.
func (s *sched) block(op, key string) (begun <-chan struct{}, release func()) {
	begin, end := make(chan struct{}), make(chan struct{})
	s.system.on(op, key, failure{times: 1, call: func() {
		close(begin)
		<-end
	}})
	release = sync.OnceFunc(func() { close(end) })
	// Cleanups run last in, first out: the scheduler is not closed before.
	s.t.Cleanup(release)
	return begin, release
}

// configFile is a plugin's configuration in a known place.
type configFile string

func (f configFile) LoadValue(data any) (found bool, err error) {
	return true, config.ParseConfigFromYamlFile(string(f), data)
}

func (f configFile) GetConfigName() string { return string(f) }

func quietLogger() logging.PluginLogger {
	log := logging.ForPlugin("conformance")
	log.SetLevel(logging.PanicLevel)
	return log
}

// describe registers a descriptor of the mock system.
func (s *sched) describe(name, keys string, options ...string) {
	s.t.Helper()
	d, err := newDescriptor(s.system, name, keys, options...)
	if err == nil {
		err = s.RegisterKVDescriptor(d)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// commit commits values, each written as in a story.
func (s *sched) commit(ctx context.Context, values ...string) (uint64, error) {
	txn := s.StartNBTransaction()
	for _, v := range values {
		key, msg := parseAssignment(v)
		txn.SetValue(key, msg)
	}
	return txn.Commit(ctx)
}

// mustCommit commits values and fails the test if that fails.
func (s *sched) mustCommit(values ...string) uint64 {
	s.t.Helper()
	seq, err := s.commit(context.Background(), values...)
	if err != nil {
		s.t.Fatalf("commit of %v: %v", values, err)
	}
	return seq
}

// notify pushes one notification and waits until it is processed.
func (s *sched) notify(values ...string) {
	s.t.Helper()
	if err := s.push(values...); err != nil {
		s.t.Fatalf("notification of %v: %v", values, err)
	}
	s.TransactionBarrier()
}

func (s *sched) push(values ...string) error {
	var pairs []kvs.KVWithMetadata
	for _, v := range values {
		key, msg := parseAssignment(v)
		pairs = append(pairs, kvs.KVWithMetadata{Key: key, Value: msg})
	}
	return s.PushSBNotification(pairs...)
}

func (s *sched) state(key string) kvsproto.ValueState {
	return s.GetValueStatus(key).GetValue().GetState()
}

func (s *sched) expectState(key string, want kvsproto.ValueState) {
	s.t.Helper()
	if got := s.state(key); got != want {
		s.t.Errorf("%s is %v, want %v", key, got, want)
	}
}

// await waits until the transaction is executed and recorded.
func (s *sched) await(seq uint64) *kvs.RecordedTxn {
	s.t.Helper()
	var txn *kvs.RecordedTxn
	s.eventually("the record of a transaction", func() bool {
		txn = s.GetRecordedTransaction(seq)
		return txn != nil && !txn.PreRecord
	})
	// What follows the record, such as the arming of retries, is part of the
	// transaction.
	s.TransactionBarrier()
	return txn
}

// eventually waits until cond holds.
func (s *sched) eventually(what string, cond func() bool) {
	s.t.Helper()
	deadline := time.Now().Add(patience)
	for !cond() {
		if time.Now().After(deadline) {
			s.t.Fatalf("waited in vain for %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// within fails the test if f does not return, which is how a deadlock shows.
func (s *sched) within(what string, f func()) {
	s.t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(patience):
		s.t.Fatalf("%s does not return", what)
	}
}

// receive waits for something from c.
func receive[T any](s *sched, what string, c <-chan T) (item T) {
	s.t.Helper()
	select {
	case item = <-c:
	case <-time.After(patience):
		s.t.Fatalf("waited in vain for %s", what)
	}
	return item
}
