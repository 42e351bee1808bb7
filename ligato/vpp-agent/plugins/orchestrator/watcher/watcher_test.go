// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package watcher

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/datasync/kvdbsync"
	"go.ligato.io/cn-infra/v2/datasync/kvdbsync/local"
	"go.ligato.io/cn-infra/v2/datasync/syncbase"

	"go.ligato.io/vpp-agent/v3/plugins/orchestrator/contextdecorator"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// waitLimit is how long a test waits for what must happen.
const waitLimit = time.Minute

// fakeStore is a store whose events the test makes.
type fakeStore struct {
	name    string
	err     error
	changes chan datasync.ChangeEvent
	resyncs chan datasync.ResyncEvent
	watched string
	added   []string
	closed  bool
}

func (f *fakeStore) String() string { return f.name }

func (f *fakeStore) Watch(name string, changes chan datasync.ChangeEvent, resyncs chan datasync.ResyncEvent,
	_ ...string) (datasync.WatchRegistration, error) {
	f.watched, f.changes, f.resyncs = name, changes, resyncs
	return f, f.err
}

func (f *fakeStore) Register(name, prefix string) error {
	f.added = append(f.added, name+" "+prefix)
	return errors.New("only logged")
}

func (f *fakeStore) Unregister(prefix string) error {
	f.added = append(f.added, "-"+prefix)
	return errors.New("only logged")
}

func (f *fakeStore) Close() error {
	f.closed = true
	return nil
}

// deliver makes a resync of values, given as pairs of key and name.
func (f *fakeStore) deliver(pairs ...string) error {
	var items []datasync.KeyVal
	for i := 0; i < len(pairs); i += 2 {
		items = append(items, syncbase.NewKeyValBytes(pairs[i], []byte(`{"name":"`+pairs[i+1]+`"}`), 0))
	}
	event := syncbase.NewResyncEventDB(context.Background(), map[string]datasync.KeyValIterator{"k/": syncbase.NewKVIterator(items)})
	f.resyncs <- event
	return <-event.DoneChan
}

// change makes a change; an empty name is a deletion.
func (f *fakeStore) change(key, name string) error {
	op := datasync.Put
	if name == "" {
		op = datasync.Delete
	}
	done := make(chan error, 1)
	f.changes <- &changeEvent{
		event: event{ctx: context.Background(), done: func(err error) { done <- err }},
		changes: []datasync.ProtoWatchResp{&syncbase.ChangeResp{
			Key: key, ChangeType: op, CurrVal: syncbase.NewKeyValBytes(key, []byte(`{"name":"`+name+`"}`), 0),
		}},
	}
	return <-done
}

// receiver writes down what it gets, as one line for each event.
type receiver struct {
	t      *testing.T
	lines  chan string
	reg    datasync.WatchRegistration
	stop   chan struct{}
	result error
}

// newWatcher watches the sources with an aggregator of its own.
func newWatcher(t *testing.T, config Config, grace time.Duration, stores ...datasync.KeyValProtoWatcher) (*receiver, *Aggregator) {
	t.Helper()
	a := NewPlugin(UseWatchers(stores...))
	a.Local = syncbase.NewRegistry()
	if err := a.Init(); err != nil {
		t.Fatal(err)
	}
	a.config = config
	changes, resyncs := make(chan datasync.ChangeEvent), make(chan datasync.ResyncEvent)
	reg, err := a.Watch("orchestrator", changes, resyncs, "k/", "k/long/")
	if err != nil {
		t.Fatal(err)
	}
	a.watches[0].mu.Lock()
	a.watches[0].grace = grace
	a.watches[0].mu.Unlock()
	r := &receiver{t: t, lines: make(chan string, 100), reg: reg, stop: make(chan struct{})}
	go r.run(changes, resyncs)
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
		close(r.stop)
	})
	return r, a
}

func (r *receiver) run(changes chan datasync.ChangeEvent, resyncs chan datasync.ResyncEvent) {
	for {
		select {
		case event := <-changes:
			var parts []string
			for _, c := range event.GetChanges() {
				if c.GetChangeType() == datasync.Delete {
					parts = append(parts, "-"+c.GetKey())
				} else {
					parts = append(parts, c.GetKey()+"="+name(c))
				}
			}
			r.lines <- strings.Join(append([]string{"change" + sourceOf(event)}, parts...), " ")
			event.Done(r.result)
		case event := <-resyncs:
			values := make(map[string]string)
			for _, it := range event.GetValues() {
				for kv, last := it.GetNext(); !last; kv, last = it.GetNext() {
					values[kv.GetKey()] = name(kv)
				}
			}
			parts := []string{"resync" + sourceOf(event)}
			for _, key := range slices.Sorted(maps.Keys(values)) {
				parts = append(parts, key+"="+values[key])
			}
			r.lines <- strings.Join(parts, " ")
			event.Done(r.result)
		case <-r.stop:
			return
		}
	}
}

func name(value datasync.LazyValue) string {
	var iface linux_interfaces.Interface
	if err := value.GetValue(&iface); err != nil {
		return err.Error()
	}
	return iface.GetName()
}

func sourceOf(event interface{ GetContext() context.Context }) string {
	if src, ok := contextdecorator.DataSrcFromContext(event.GetContext()); ok {
		return "(" + src + ")"
	}
	return ""
}

func (r *receiver) want(line string) {
	r.t.Helper()
	select {
	case got := <-r.lines:
		if got != line {
			r.t.Errorf("got %q, want %q", got, line)
		}
	case <-time.After(waitLimit):
		r.t.Fatalf("got nothing, want %q", line)
	}
}

// wantNothing asserts that nothing has been passed on by now.
func (r *receiver) wantNothing() {
	r.t.Helper()
	select {
	case got := <-r.lines:
		r.t.Errorf("got %q, want nothing", got)
	default:
	}
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

func localTxn(a *Aggregator, resync bool) *local.ProtoTxn {
	if resync {
		return local.NewProtoTxn(a.Local.PropagateResync)
	}
	return local.NewProtoTxn(a.Local.PropagateChanges)
}

func iface(name string) proto.Message { return &linux_interfaces.Interface{Name: name} }

func TestOneStore(t *testing.T) {
	s := &fakeStore{name: "etcd"}
	r, _ := newWatcher(t, Config{}, time.Hour, s)
	if s.watched != "etcd/orchestrator" {
		t.Errorf("watched as %q", s.watched)
	}
	noError(t, s.change("k/early", "e"))
	r.want("change k/early=e")
	noError(t, s.deliver("k/a", "1", "k/long/b", "2"))
	r.want("resync k/a=1 k/long/b=2")
	noError(t, s.change("k/a", "3"))
	r.want("change k/a=3")
	noError(t, s.change("k/a", ""))
	r.want("change -k/a")
	noError(t, s.deliver("k/c", "1"))
	r.want("resync k/c=1")
	noError(t, s.deliver())
	r.want("resync")
}

// The outcome of a change is that of its receiver.
func TestOutcome(t *testing.T) {
	s := &fakeStore{name: "etcd"}
	r, a := newWatcher(t, Config{}, time.Hour, s)
	r.result = errors.New("no such device")
	if err := s.change("k/a", "1"); !errors.Is(err, r.result) {
		t.Errorf("change: %v", err)
	}
	r.want("change k/a=1")
	txn := localTxn(a, false)
	txn.Put("k/l", iface("l"))
	if err := txn.Commit(context.Background()); !errors.Is(err, r.result) {
		t.Errorf("local: %v", err)
	}
	r.want("change(localclient) k/l=l")
	// A store does not wait for what depends on others.
	noError(t, s.deliver("k/a", "1"))
	r.want("resync k/a=1")
}

func TestSeveralStores(t *testing.T) {
	s1, s2 := &fakeStore{name: "etcd"}, &fakeStore{name: "file"}
	r, _ := newWatcher(t, Config{}, time.Hour, s1, s2)
	noError(t, s1.deliver("k/a", "1", "k/both", "1"))
	r.wantNothing()
	noError(t, s2.deliver("k/b", "2", "k/both", "2"))
	r.want("resync k/a=1 k/b=2 k/both=2")

	noError(t, s2.change("k/both", ""))
	r.want("change k/both=1")
	noError(t, s1.change("k/both", ""))
	r.want("change -k/both")

	// One of them delivers again: what the other has changed since counts.
	noError(t, s2.change("k/c", "2"))
	r.want("change k/c=2")
	noError(t, s1.deliver("k/b", "1"))
	r.want("resync k/b=1 k/c=2")
}

// A store that is away must keep nobody waiting, and what it configured before
// must not be removed.
func TestStoreAway(t *testing.T) {
	s1, s2 := &fakeStore{name: "etcd"}, &fakeStore{name: "file"}
	r, _ := newWatcher(t, Config{}, time.Millisecond, s1, s2)
	noError(t, s2.deliver("k/a", "2", "k/b", "2"))
	r.want("change k/a=2 k/b=2")
	noError(t, s2.change("k/a", ""))
	r.want("change -k/a")
	noError(t, s2.deliver("k/c", "2"))
	r.want("change -k/b k/c=2")
	noError(t, s1.deliver("k/d", "1"))
	r.want("resync k/c=2 k/d=1")
}

// A change that comes while others are waited for is not undone by what waits.
func TestChangeWhileWaiting(t *testing.T) {
	s1, s2 := &fakeStore{name: "etcd"}, &fakeStore{name: "file"}
	r, a := newWatcher(t, Config{}, time.Hour, s1, s2)
	noError(t, s2.deliver("k/a", "old", "k/b", "2"))
	noError(t, s2.change("k/a", "new"))
	r.want("change k/a=new")
	w := a.watches[0]
	w.mu.Lock()
	w.grace = time.Millisecond
	w.waitForStores()
	w.mu.Unlock()
	r.want("change k/b=2")
}

func TestLocal(t *testing.T) {
	s := &fakeStore{name: "etcd"}
	r, a := newWatcher(t, Config{}, time.Hour, s)
	ctx := contextdecorator.DataSrcContext(context.Background(), "mine")
	commit := func(ctx context.Context, resync bool, key, value string) {
		t.Helper()
		txn := localTxn(a, resync)
		if value == "" {
			txn.Delete(key)
		} else {
			txn.Put(key, iface(value))
		}
		noError(t, txn.Commit(ctx))
	}
	commit(ctx, false, "k/a", "1")
	r.want("change(mine) k/a=1")
	// As long as the store has not delivered, it might want what the agent
	// itself does not.
	commit(ctx, true, "k/b", "2")
	r.want("change(mine) -k/a k/b=2")
	noError(t, s.deliver("k/b", "s", "k/c", "s"))
	r.want("resync k/b=s k/c=s")
	commit(context.Background(), true, "k/d", "3")
	r.want("resync(localclient) k/d=3")
	// What a store wants is for the orchestrator to know.
	commit(context.Background(), false, "k/d", "")
	r.want("change(localclient) -k/d")
}

func TestLocalOnly(t *testing.T) {
	r, a := newWatcher(t, Config{}, time.Hour)
	txn := localTxn(a, true)
	txn.Put("k/a", iface("1"))
	noError(t, txn.Commit(context.Background()))
	r.want("resync(localclient) k/a=1")
}

func TestDataSourceOverride(t *testing.T) {
	s := &fakeStore{name: "etcd"}
	r, _ := newWatcher(t, Config{ResyncDataSourceOverride: "grpc"}, time.Hour, s)
	noError(t, s.deliver("k/a", "1"))
	r.want("resync(grpc) k/a=1")
	noError(t, s.change("k/a", ""))
	r.want("change(grpc) -k/a")
}

type emptyFile struct{ fakeStore }

func (emptyFile) Empty() bool { return true }

func TestSourcesThatAreOff(t *testing.T) {
	file := &emptyFile{}
	store := kvdbsync.NewPlugin()
	registry := syncbase.NewRegistry()
	a := NewPlugin(UseWatchers(file, store, registry))
	a.Local = registry
	changes, resyncs := make(chan datasync.ChangeEvent), make(chan datasync.ResyncEvent)
	reg, err := a.Watch("x", changes, resyncs, "k/")
	if err != nil {
		t.Fatal(err)
	}
	if file.watched != "" || len(a.watches[0].stores) != 0 {
		t.Errorf("watched: %v", a.watches[0].stores)
	}
	noError(t, reg.Close())
	noError(t, reg.Close())
}

func TestWatchFails(t *testing.T) {
	good, bad := &fakeStore{name: "good"}, &fakeStore{name: "bad", err: errors.New("broken")}
	a := NewPlugin(UseWatchers(good, bad))
	_, err := a.Watch("x", make(chan datasync.ChangeEvent), make(chan datasync.ResyncEvent), "k/")
	if err == nil || !strings.Contains(err.Error(), "watch bad: broken") || !good.closed {
		t.Errorf("error %v, closed %v", err, good.closed)
	}
	noError(t, a.Close())
	if _, err := a.Watch("y", nil, nil); err == nil {
		t.Error("closed aggregator watches")
	}
}

func TestRegistration(t *testing.T) {
	s := &fakeStore{name: "etcd"}
	r, a := newWatcher(t, Config{}, time.Hour, s)
	noError(t, r.reg.Register("orchestrator", "new/"))
	noError(t, r.reg.Unregister("k/"))
	if got := fmt.Sprint(s.added); got != "[etcd/orchestrator new/ -k/]" {
		t.Errorf("at the source: %s", got)
	}
	if got := fmt.Sprint(a.watches[0].prefixes); got != "[k/long/ new/]" {
		t.Errorf("prefixes %s", got)
	}
	noError(t, s.deliver("new/a", "1"))
	r.want("resync new/a=1")
	noError(t, r.reg.Close())
	if !s.closed {
		t.Error("not closed at the source")
	}
}

// Closing must not wait for a receiver that takes nothing.
func TestCloseWhileNobodyReceives(t *testing.T) {
	s := &fakeStore{name: "etcd"}
	a := NewPlugin(UseWatchers(s))
	a.Local = nil
	if _, err := a.Watch("x", make(chan datasync.ChangeEvent), make(chan datasync.ResyncEvent), "k/"); err != nil {
		t.Fatal(err)
	}
	outcome := make(chan error)
	go func() { outcome <- s.change("k/a", "1") }()
	for a.watches[0].mu.TryLock() {
		a.watches[0].mu.Unlock()
		time.Sleep(time.Millisecond)
	}
	noError(t, a.Close())
	if err := <-outcome; !errors.Is(err, errStopped) {
		t.Errorf("outcome %v", err)
	}
}
