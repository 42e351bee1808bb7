// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/datasync/syncbase"

	"go.ligato.io/vpp-agent/v3/internal/refused"
	"go.ligato.io/vpp-agent/v3/pkg/models"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/orchestrator/contextdecorator"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
)

// fakeStore is a source whose events the test makes.
type fakeStore struct {
	changes  chan datasync.ChangeEvent
	resyncs  chan datasync.ResyncEvent
	prefixes []string
	closed   bool
}

func (f *fakeStore) Watch(_ string, changes chan datasync.ChangeEvent, resyncs chan datasync.ResyncEvent,
	prefixes ...string) (datasync.WatchRegistration, error) {
	f.changes, f.resyncs, f.prefixes = changes, resyncs, prefixes
	return f, nil
}

func (f *fakeStore) Register(string, string) error { return nil }
func (f *fakeStore) Unregister(string) error       { return nil }
func (f *fakeStore) Close() error {
	f.closed = true
	return nil
}

type testChange struct {
	ctx     context.Context
	changes []datasync.ProtoWatchResp
	done    chan error
}

func (c *testChange) GetContext() context.Context           { return c.ctx }
func (c *testChange) GetChanges() []datasync.ProtoWatchResp { return c.changes }
func (c *testChange) Done(err error)                        { c.done <- err }

// put is a change to a value in JSON; an empty one is a deletion.
func jsonChange(key, json string) datasync.ProtoWatchResp {
	op := datasync.Put
	if json == "" {
		op = datasync.Delete
	}
	return &syncbase.ChangeResp{
		Key:        key,
		ChangeType: op,
		CurrVal:    syncbase.NewKeyValBytes(key, []byte(json), 0),
	}
}

// change delivers changes, given as pairs of key and JSON.
func (f *fakeStore) change(ctx context.Context, pairs ...string) error {
	event := &testChange{ctx: ctx, done: make(chan error, 1)}
	for i := 0; i < len(pairs); i += 2 {
		event.changes = append(event.changes, jsonChange(pairs[i], pairs[i+1]))
	}
	f.changes <- event
	return <-event.done
}

// resync delivers everything, given as pairs of key and JSON.
func (f *fakeStore) resync(ctx context.Context, pairs ...string) error {
	var items []datasync.KeyVal
	for i := 0; i < len(pairs); i += 2 {
		items = append(items, syncbase.NewKeyValBytes(pairs[i], []byte(pairs[i+1]), 0))
	}
	event := syncbase.NewResyncEventDB(ctx, map[string]datasync.KeyValIterator{
		prefix:  syncbase.NewKVIterator(items),
		"empty": syncbase.NewKVIterator(nil),
	})
	f.resyncs <- event
	return <-event.DoneChan
}

// startPlugin runs an orchestrator with a source and a scheduler of the test.
func startPlugin(t *testing.T, changeDeps func(*Deps)) (*Plugin, *fakeStore, *fakeScheduler) {
	t.Helper()
	scheduler, store := newFakeScheduler(), &fakeStore{}
	p := NewPlugin()
	p.KVScheduler, p.Watcher, p.GRPC = scheduler, store, nil
	if changeDeps != nil {
		changeDeps(&p.Deps)
	}
	if err := p.Init(); err != nil {
		t.Fatal(err)
	}
	if err := p.AfterInit(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		if !store.closed {
			t.Error("the registration was not closed")
		}
	})
	return p, store, scheduler
}

func TestWatchesAllModels(t *testing.T) {
	_, store, _ := startPlugin(t, nil)
	// A key of no model is to be refused, and for that it has to be seen.
	if !slices.Contains(store.prefixes, "config/") {
		t.Errorf("configuration as a whole is not watched: %q", store.prefixes)
	}
	for _, model := range models.RegisteredModels() {
		if !strings.Contains(" "+strings.Join(store.prefixes, " ")+" ", " "+model.KeyPrefix()+" ") {
			t.Errorf("%s is not watched", model.KeyPrefix())
		}
	}
}

func TestEvents(t *testing.T) {
	p, store, scheduler := startPlugin(t, nil)
	ctx := context.Background()
	noError := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	noError(store.resync(ctx, prefix+"a", `{"name":"a"}`, prefix+"b", `{"name":"b"}`))
	if keys := scheduler.keys(); keys != prefix+"a "+prefix+"b" {
		t.Errorf("after resync: %s", keys)
	}
	if resync, verbose := kvs.IsResync(scheduler.lastTxn().ctx); resync != kvs.FullResync || !verbose {
		t.Errorf("resync is %v, verbose %v", resync, verbose)
	}
	noError(store.change(ctx, prefix+"c", `{"name":"c"}`, prefix+"a", ""))
	if keys := scheduler.keys(); keys != prefix+"b "+prefix+"c" {
		t.Errorf("after change: %s", keys)
	}
	if _, retry := kvs.IsWithRetry(scheduler.lastTxn().ctx); !retry {
		t.Error("change without retry")
	}
	if pairs := p.store.List("datasync"); len(pairs) != 2 {
		t.Errorf("datasync has %v", pairs)
	}
	noError(store.change(contextdecorator.DataSrcContext(ctx, "mine"), prefix+"m", `{"name":"m"}`))
	if pairs := p.store.List("mine"); len(pairs) != 1 {
		t.Errorf("mine has %v", pairs)
	}
	noError(store.change(ctx))
	// A later snapshot is complete again.
	noError(store.resync(ctx, prefix+"d", `{"name":"d"}`))
	if keys := scheduler.keys(); keys != prefix+"d "+prefix+"m" {
		t.Errorf("after the second resync: %s", keys)
	}
	scheduler.fail[prefix+"e"] = errors.New("no such device")
	if err := store.change(ctx, prefix+"e", `{"name":"e"}`); err == nil || !strings.Contains(err.Error(), "no such device") {
		t.Errorf("error of a value: %v", err)
	}
}

// unusable are values, by name, that must not affect others.
var unusable = map[string]struct{ key, json, reason string }{
	"not JSON":          {prefix + "x", "{", "cannot decode as ligato.linux.interfaces.Interface"},
	"wrong type":        {prefix + "x", `{"name":"x","mtu":"many"}`, "cannot decode"},
	"unknown enum":      {prefix + "x", `{"name":"x","type":"FANCY"}`, "cannot decode"},
	"unknown field":     {prefix + "x", `{"name":"x","colour":"red"}`, "colour"},
	"binary":            {prefix + "x", "\x00\xff\xfe", "cannot decode"},
	"null":              {prefix + "x", "null", "cannot decode"},
	"array":             {prefix + "x", "[]", "cannot decode"},
	"huge":              {prefix + "x", strings.Repeat("ä", 1<<20), "cannot decode"},
	"no name":           {prefix + "x", "{}", "does not match"},
	"other name":        {prefix + "x", `{"name":"a"}`, "does not match with key generated from value: \"" + prefix + "a\""},
	"key without name":  {prefix, `{"name":"x"}`, "no registered model matches for key"},
	"key of no model":   {"config/odd/v1/key/x", `{"name":"x"}`, "no registered model matches for key"},
	"key is not text":   {prefix + "\xff", `{"name":"x"}`, "does not match"},
	"key with // in it": {prefix + "x//y", `{"name":"x//y"}`, "does not match"},
}

func TestUnusableValues(t *testing.T) {
	for name, tc := range unusable {
		t.Run(name, func(t *testing.T) {
			p, store, scheduler := startPlugin(t, nil)
			ctx := context.Background()
			check := func(what string, good ...string) {
				t.Helper()
				var want []string
				for _, name := range good {
					want = append(want, prefix+name)
				}
				if keys := scheduler.keys(); keys != strings.Join(want, " ") {
					t.Errorf("%s: applied %s, want %s", what, keys, want)
				}
				status, err := p.GetStatus(tc.key)
				if err != nil || status.GetState() != kvscheduler.ValueState_INVALID || !strings.Contains(status.GetError(), tc.reason) {
					t.Errorf("%s: status %v, %v; want the reason %q", what, status, err, tc.reason)
				}
				if len(status.GetError()) > maxReason+200 {
					t.Errorf("%s: reason of %d bytes", what, len(status.GetError()))
				}
				if _, err := proto.Marshal(status); err != nil {
					t.Errorf("%s: status cannot be encoded: %v", what, err)
				}
				if reason := refused.Reason(scheduler.values()[tc.key]); reason == nil || reason.Error() != status.GetError() {
					t.Errorf("%s: the scheduler was told %v", what, reason)
				}
			}
			if err := store.resync(ctx, prefix+"a", `{"name":"a"}`, tc.key, tc.json, prefix+"b", `{"name":"b"}`); err != nil {
				t.Error(err)
			}
			check("at start", "a", "b")
			if err := store.change(ctx, tc.key, tc.json, prefix+"c", `{"name":"c"}`); err != nil {
				t.Error(err)
			}
			check("as a change", "a", "b", "c")
			if err := store.resync(ctx, tc.key, tc.json, prefix+"c", `{"name":"c"}`); err != nil {
				t.Error(err)
			}
			check("in a resync", "c")
			if err := store.change(ctx, tc.key, ""); err != nil {
				t.Error(err)
			}
			if status, _ := p.GetStatus(tc.key); status.GetState() != kvscheduler.ValueState_NONEXISTENT {
				t.Errorf("deleted: status %v", status)
			}
			if _, ok := scheduler.values()[tc.key]; ok {
				t.Error("deleted: the scheduler was not told")
			}
		})
	}
}

// An unusable value over a good one: the good one stays, and the status says
// that it is no longer what the source has.
func TestUnusableOverGood(t *testing.T) {
	for _, how := range []string{"change", "resync"} {
		t.Run(how, func(t *testing.T) {
			p, store, scheduler := startPlugin(t, nil)
			ctx := context.Background()
			deliver := store.change
			if how == "resync" {
				deliver = store.resync
			}
			state := func() (kvscheduler.ValueState, string) {
				status, _ := p.GetStatus(prefix + "a")
				return status.GetState(), status.GetError()
			}
			if err := deliver(ctx, prefix+"a", `{"name":"a","mtu":1}`); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := deliver(ctx, prefix+"a", "{"); err != nil {
					t.Fatal(err)
				}
				if st, text := state(); st != kvscheduler.ValueState_INVALID || !strings.Contains(text, errKept.Error()) {
					t.Errorf("status %v %q", st, text)
				}
				if kept := p.ListData()[prefix+"a"]; !proto.Equal(kept, iface("a", 1)) {
					t.Errorf("wanted is %v", kept)
				}
			}
			// Also while somebody else changes everything of his own.
			push(t, p.dispatcher, from("grpc", true), set("g", 1))
			if reason := refused.Reason(scheduler.values()[prefix+"a"]); reason == nil {
				t.Error("a resync of another source forgot the refusal")
			}
			if err := deliver(ctx, prefix+"a", `{"name":"a","mtu":2}`); err != nil {
				t.Fatal(err)
			}
			if st, _ := state(); st != kvscheduler.ValueState_CONFIGURED || mtu(scheduler, "a") != 2 {
				t.Errorf("corrected: state %v, mtu %d", st, mtu(scheduler, "a"))
			}
		})
	}
}

// What another source wants counts before a value that cannot be used.
func TestUnusableBesideAnotherSource(t *testing.T) {
	p, store, scheduler := startPlugin(t, nil)
	push(t, p.dispatcher, from("grpc", false), set("a", 5))
	if err := store.change(context.Background(), prefix+"a", "{"); err != nil {
		t.Fatal(err)
	}
	if mtu(scheduler, "a") != 5 {
		t.Errorf("applied is %v", scheduler.values()[prefix+"a"])
	}
	push(t, p.dispatcher, from("grpc", false), del("a"))
	if status, _ := p.GetStatus(prefix + "a"); status.GetState() != kvscheduler.ValueState_INVALID {
		t.Errorf("status %v", status)
	}
}

// A part of the agent waits for the outcome: it gets an error, and all or
// nothing.
func TestUnusableOfCaller(t *testing.T) {
	_, store, scheduler := startPlugin(t, nil)
	ctx := contextdecorator.DataSrcContext(context.Background(), sourceLocalClient)
	err := store.change(ctx, prefix+"a", `{"name":"a"}`, prefix+"b", "{")
	if err == nil || !strings.Contains(err.Error(), prefix+"b") {
		t.Errorf("error %v", err)
	}
	if scheduler.count() != 0 {
		t.Error("something was applied")
	}
}

func TestRefusalIsLoggedOnce(t *testing.T) {
	log := &countingLog{}
	p, store, _ := startPlugin(t, nil)
	log.PluginLogger, p.log = p.Log, log
	ctx := context.Background()
	for range 3 {
		if err := store.resync(ctx, prefix+"a", "{"); err != nil {
			t.Fatal(err)
		}
		if err := store.change(ctx, prefix+"a", "{"); err != nil {
			t.Fatal(err)
		}
	}
	if n := log.count("is refused"); n != 1 {
		t.Errorf("logged %d times", n)
	}
	if err := store.change(ctx, prefix+"a", `{"name":"b"}`); err != nil {
		t.Fatal(err)
	}
	if n := log.count("is refused"); n != 2 {
		t.Errorf("another reason: logged %d times in all", n)
	}
	if err := store.change(ctx, prefix+"a", `{"name":"a"}`); err != nil {
		t.Fatal(err)
	}
	if n := log.count("is no longer refused"); n != 1 {
		t.Errorf("correction logged %d times", n)
	}
}

func TestLabelsOfValues(t *testing.T) {
	p, store, _ := startPlugin(t, nil)
	value := labelled{iface("a", 1), map[string]string{"x": "1"}}
	for _, item := range []datasync.ProtoWatchResp{
		&syncbase.ChangeResp{Key: prefix + "a", ChangeType: datasync.Put, CurrVal: value},
		&syncbase.ChangeResp{Key: prefix + "a", ChangeType: datasync.Put, CurrVal: syncbase.NewKeyVal(prefix+"a", value, 0)},
		&syncbase.ChangeResp{Key: prefix + "a", ChangeType: datasync.Put, CurrVal: &syncbase.Change{KeyVal: syncbase.NewKeyVal(prefix+"a", value, 0)}},
	} {
		p.store.ResetLabels(prefix + "a")
		event := &testChange{ctx: context.Background(), done: make(chan error, 1), changes: []datasync.ProtoWatchResp{item}}
		store.changes <- event
		if err := <-event.done; err != nil {
			t.Fatal(err)
		}
		if labels := p.ListLabels(prefix + "a"); labels["x"] != "1" {
			t.Errorf("labels %v", labels)
		}
	}
}

type labelled struct {
	msg    *linux_interfaces.Interface
	labels map[string]string
}

func (l labelled) GetValue(out proto.Message) error {
	proto.Merge(out, l.msg)
	return nil
}

func (l labelled) GetLabels() map[string]string { return l.labels }

// Close must end also while the scheduler does not answer.
func TestCloseWhileBusy(t *testing.T) {
	p, store, scheduler := startPlugin(t, nil)
	scheduler.block = make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := store.change(context.Background(), prefix+"a", `{"name":"a"}`); err == nil {
			t.Error("no error")
		}
	})
	eventually(t, "change is being applied", func() bool { return len(p.ListData()) == 1 })
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
}

func TestInitialSync(t *testing.T) {
	p, _, scheduler := startPlugin(t, nil)
	if err := p.InitialSync(); err != nil {
		t.Fatal(err)
	}
	if resync, verbose := kvs.IsResync(scheduler.lastTxn().ctx); resync != kvs.DownstreamResync || !verbose {
		t.Errorf("resync is %v, verbose %v", resync, verbose)
	}
	scheduler.refuse = errors.New("broken")
	if err := p.InitialSync(); err == nil || !strings.HasPrefix(err.Error(), "initial SB sync failed: ") {
		t.Errorf("error %v", err)
	}
}

func TestInitFails(t *testing.T) {
	p := NewPlugin()
	p.KVScheduler, p.GRPC, p.Watcher = newFakeScheduler(), nil, brokenStore{}
	if err := p.Init(); err == nil || !strings.Contains(err.Error(), "no store today") {
		t.Errorf("error %v", err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

type brokenStore struct{}

func (brokenStore) Watch(string, chan datasync.ChangeEvent, chan datasync.ResyncEvent, ...string) (datasync.WatchRegistration, error) {
	return nil, fmt.Errorf("no store today")
}
