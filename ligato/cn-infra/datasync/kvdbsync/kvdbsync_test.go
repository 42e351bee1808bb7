// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvdbsync

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/internal/etcdtest"
)

func TestSnapshotAndChanges(t *testing.T) {
	s := etcdtest.Start(t)
	a := newAgent(t, s, s.Endpoint())
	a.put("config/a", `"1"`)
	a.put("config/b", `{broken`)
	a.put("status/a", `"other prefix"`)
	if _, err := a.client.Put(context.Background(), "/vnf-agent/other/config/a", `"other agent"`); err != nil {
		t.Fatal(err)
	}
	r := watch(t, a.sync, "r", "config/", "more/")
	a.start()
	if err := a.resync.Resync(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.expect(t, "resync config/a=1 config/b=undecodable")
	a.put("more/a", `"2"`)
	a.put("config/c", `{broken, too`)
	a.put("status/a", `"x"`)
	a.put("config/b", `"repaired"`)
	a.del("config/a")
	a.del("config/missing")
	a.put("config/a", `"3"`)
	r.expect(t, "put more/a=2", "put config/c=undecodable", "put config/b=repaired", "delete config/a", "put config/a=3")
	if err := a.resync.Resync(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.expect(t, "resync config/a=3 config/b=repaired config/c=undecodable more/a=2")
}

// Programs that never ask for a resync get the changes.
func TestChangesWithoutResync(t *testing.T) {
	s := etcdtest.Start(t)
	a := newAgent(t, s, s.Endpoint())
	a.put("config/a", `"1"`)
	r := watch(t, a.sync, "r", "config/")
	a.start()
	etcdtest.Eventually(t, "changes arrive", func() bool {
		a.put("config/b", `"x"`)
		r.mu.Lock()
		defer r.mu.Unlock()
		return len(r.lines) > 0 && r.lines[0] == "put config/b=x"
	})
	if r.nsync != 0 {
		t.Error("a resync that nobody asked for")
	}
}

func TestWithoutResyncOrchestrator(t *testing.T) {
	s := etcdtest.Start(t)
	a := newAgent(t, s, s.Endpoint())
	a.sync.ResyncOrch = nil
	a.put("config/a", `"1"`)
	r := watch(t, a.sync, "r", "config/")
	a.start()
	r.expect(t, "resync config/a=1")
}

func TestPutAndDelete(t *testing.T) {
	s := etcdtest.New(t)
	a := newAgent(t, nil, s.Endpoint())
	msg := wrapperspb.String("x")
	if err := a.sync.Put("status/a", msg); !errors.Is(err, ErrNotReady) {
		t.Errorf("Put before AfterInit: %v", err)
	}
	a.start()
	if err := a.sync.Put("status/a", msg); !errors.Is(err, ErrNotReady) {
		t.Errorf("Put before the connection: %v", err)
	}
	if _, err := a.sync.Delete("status/a"); !errors.Is(err, ErrNotReady) {
		t.Errorf("Delete before the connection: %v", err)
	}
	s.Start()
	etcdtest.Eventually(t, "Put succeeds", func() bool {
		return a.sync.Put("status/a", msg, datasync.WithClientLifetimeTTL()) == nil
	})
	resp, err := s.Client().Get(context.Background(), agentPrefix+"status/a")
	if err != nil || len(resp.Kvs) != 1 || string(resp.Kvs[0].Value) != `"x"` {
		t.Errorf("stored %v %v", resp, err)
	}
	if existed, err := a.sync.Delete("status/a"); err != nil || !existed {
		t.Errorf("Delete: %v %v", existed, err)
	}
}

func TestWithoutStore(t *testing.T) {
	p := newTestPlugin(t, nil, nil)
	if p.String() != "kvdb-datasync" {
		t.Errorf("name %s", p)
	}
	r := subscribe(t, p, "r", "config/")
	if err := errors.Join(p.Init(), p.AfterInit(), p.Put("k", wrapperspb.String("x"))); err != nil {
		t.Error(err)
	}
	if existed, err := p.Delete("k"); existed || err != nil {
		t.Errorf("Delete: %v %v", existed, err)
	}
	if err := errors.Join(r.reg.Close(), p.Close()); err != nil {
		t.Error(err)
	}
}

// etcd comes up after the agent: one resync, without a call by anybody else.
// What was missed in an outage comes as changes, whether or not the history is
// there, and nothing comes if nothing happened.
// Writers, cut connections and resyncs at the same time.
func TestPrefixesCanChange(t *testing.T) {
	s := etcdtest.Start(t)
	a := newAgent(t, s, s.Endpoint())
	a.put("a/1", `"1"`)
	a.put("b/1", `"1"`)
	r := watch(t, a.sync, "r", "a/")
	a.start()
	a.resync.DoResync()
	r.expect(t, "resync a/1=1")
	if err := r.reg.Register("r", "b/"); err != nil {
		t.Fatal(err)
	}
	if r.reg.Register("r", "b/") == nil || r.reg.Register("none", "b/") == nil {
		t.Error("a present prefix or an unknown subscription is accepted")
	}
	r.expect(t, "put b/1=1")
	a.put("b/1", `"2"`)
	r.expect(t, "put b/1=2")
	if err := r.reg.Unregister("a/"); err != nil {
		t.Fatal(err)
	}
	a.put("a/1", `"2"`)
	a.put("b/1", `"3"`)
	r.expect(t, "put b/1=3")
	delete(r.state, "a/1")
	if err := r.reg.Register("r", "a/"); err != nil {
		t.Fatal(err)
	}
	r.expect(t, "put a/1=2")
	a.resync.DoResync()
	r.expect(t, "resync a/1=2 b/1=3")
}

func TestSubscriptionsAreIndependent(t *testing.T) {
	setTimeouts(t, 100*time.Millisecond, time.Minute, time.Minute) // one of them does not read
	s := etcdtest.Start(t)
	a := newAgent(t, s, s.Endpoint())
	one, two := watch(t, a.sync, "one", "config/"), watch(t, a.sync, "two", "config/")
	subscribe(t, a.sync, "does not read", "config/")
	if _, err := a.sync.Watch("one", nil, nil); err == nil {
		t.Error("a name can be used twice")
	}
	if _, err := a.sync.Watch("wants nothing", nil, nil, "config/"); err != nil {
		t.Error(err)
	}
	a.start()
	a.resync.DoResync()
	one.expect(t, "resync")
	two.expect(t, "resync")
	if err := errors.Join(one.reg.Close(), one.reg.Close()); err != nil {
		t.Error(err)
	}
	a.put("config/a", `"1"`)
	two.expect(t, "put config/a=1")
	one.expect(t)

	// After the start, and under a name that is free again.
	one = watch(t, a.sync, "one", "config/")
	a.resync.DoResync()
	one.expect(t, "resync config/a=1")
}

func setTimeouts(t *testing.T, accept, done, list time.Duration) {
	a, d, l := ResyncAcceptTimeout, ResyncDoneTimeout, listTimeout
	ResyncAcceptTimeout, ResyncDoneTimeout, listTimeout = accept, done, list
	t.Cleanup(func() { ResyncAcceptTimeout, ResyncDoneTimeout, listTimeout = a, d, l })
}

// A receiver that begins to read late has lost nothing, and has held up nobody.
func TestReceiverReadsLate(t *testing.T) {
	setTimeouts(t, 50*time.Millisecond, time.Minute, time.Minute)
	s := etcdtest.Start(t)
	a := newAgent(t, s, s.Endpoint())
	a.put("config/a", `"1"`)
	r := subscribe(t, a.sync, "r", "config/")
	a.start()
	if err := a.resync.Resync(t.Context()); !errors.Is(err, errNotAccepted) {
		t.Errorf("resync: %v", err)
	}
	a.put("config/b", `"2"`)
	r.read(t)
	r.expect(t, "resync config/a=1", "put config/b=2")
}

// A change that waits for its receiver is part of a resync that comes meanwhile.
func TestResyncTakesOverWaitingChanges(t *testing.T) {
	s := etcdtest.Start(t)
	a := newAgent(t, s, s.Endpoint())
	r := subscribe(t, a.sync, "r", "config/")
	a.start()
	sub := a.sync.subs["r"]
	etcdtest.Eventually(t, "following", func() bool { return sub.cancel != nil })
	a.put("config/a", `"1"`)
	a.put("config/a", `"2"`)
	var wg sync.WaitGroup
	wg.Go(a.resync.DoResync)
	ev := <-r.resyncs
	r.onResync(ev)
	ev.Done(nil)
	wg.Wait()
	a.put("config/a", `"3"`)
	r.read(t)
	r.expect(t, "resync config/a=2", "put config/a=3")
}

func TestReceiverThatDoesNotFinish(t *testing.T) {
	setTimeouts(t, time.Minute, 2*time.Second, time.Minute) // enough for the second one to finish
	s := etcdtest.Start(t)
	a := newAgent(t, s, s.Endpoint())
	r := subscribe(t, a.sync, "r", "config/")
	a.start()
	var wg sync.WaitGroup
	var err error
	wg.Go(func() { err = a.resync.Resync(t.Context()) })
	slow := <-r.resyncs
	wg.Wait()
	if !errors.Is(err, errNotDone) {
		t.Errorf("resync: %v", err)
	}
	a.put("config/a", `"1"`)
	<-r.changes // without Done
	wg.Go(func() { err = a.resync.Resync(t.Context()) })
	ev := <-r.resyncs
	ev.Done(nil)
	slow.Done(nil)
	wg.Wait()
	if err != nil {
		t.Errorf("next resync: %v", err)
	}
}

func TestErrorOfReceiver(t *testing.T) {
	s := etcdtest.Start(t)
	a := newAgent(t, s, s.Endpoint())
	r := subscribe(t, a.sync, "r", "config/")
	a.start()
	failed := errors.New("failed")
	var wg sync.WaitGroup
	wg.Go(func() {
		(<-r.resyncs).Done(failed)
		(<-r.changes).Done(failed)
		(<-r.changes).Done(nil)
	})
	if err := a.resync.Resync(t.Context()); !errors.Is(err, failed) {
		t.Errorf("resync: %v", err)
	}
	a.put("config/a", `"1"`)
	a.put("config/a", `"2"`)
	wg.Wait()
}

// While etcd is away, a resync gives what was there last.
func TestCloseLeavesNothing(t *testing.T) {
	s := etcdtest.Start(t)
	client := s.Client()
	if _, err := client.Get(context.Background(), "k"); err != nil {
		t.Fatal(err)
	}
	before := goleak.IgnoreCurrent()
	a := newAgent(t, nil, s.Endpoint())
	a.client = client
	subscribe(t, a.sync, "does not read", "config/")
	r := subscribe(t, a.sync, "reads one", "config/")
	a.start()
	a.put("config/a", `"1"`)
	var wg sync.WaitGroup
	wg.Go(a.resync.DoResync)
	<-r.resyncs // and no Done
	a.close()
	wg.Wait()
	if _, err := a.sync.Watch("late", nil, nil, "config/"); !errors.Is(err, errClosed) {
		t.Errorf("Watch after Close: %v", err)
	}
	goleak.VerifyNone(t, before)
}
