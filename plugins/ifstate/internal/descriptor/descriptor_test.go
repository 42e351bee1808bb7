// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	pbs "go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"

	"github.com/ifwatcher/ifwatcher/plugins/ifstate/internal/state"
	. "github.com/ifwatcher/ifwatcher/plugins/ifstate/internal/statetest"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

const prefix = "config/ifwatcher/v1/host-interface/"

// setup is the descriptor with the scheduler that it is made for.
type setup struct {
	*testing.T
	*Host
	scheduler *kvscheduler.Scheduler
}

func newSetup(t *testing.T, h *Host) *setup {
	t.Helper()
	t.Cleanup(Goroutines(t))
	scheduler := kvscheduler.NewPlugin(kvscheduler.UseDeps(func(d *kvscheduler.Deps) {
		d.HTTPHandlers = nil
		d.Cfg = noConfig{}
	}))
	if err := scheduler.Init(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = scheduler.Close() })
	d := New(scheduler, h.State, prefix, logging.ForPlugin("ifstate-test"))
	if err := d.Register(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return &setup{T: t, Host: h, scheduler: scheduler}
}

// sync is what an agent does at its start, and when a resync is asked for.
func (s *setup) sync(values ...*ifmodel.InterfaceState) {
	s.Helper()
	txn := s.scheduler.StartNBTransaction()
	for _, v := range values {
		txn.SetValue(prefix+v.GetName(), v)
	}
	_, err := txn.Commit(kvs.WithResync(context.Background(), kvs.FullResync, true))
	if failed := err != nil; failed != (len(values) > 0) {
		s.Fatal(err)
	}
}

// configure does what somebody does who puts a value into the store, or deletes it.
func (s *setup) configure(name string, there bool) {
	s.Helper()
	txn := s.scheduler.StartNBTransaction()
	if there {
		txn.SetValue(prefix+name, &ifmodel.InterfaceState{Name: name, Mtu: 1})
	} else {
		txn.SetValue(prefix+name, nil)
	}
	_, err := txn.Commit(context.Background())
	if refused := err != nil && strings.Contains(err.Error(), ErrReadOnly.Error()); refused != there || (err != nil) != there {
		s.Errorf("configure %s (%t): %v", name, there, err)
	}
}

// dump returns the values of a view, as in "eth0 mtu 1500, announced".
func (s *setup) dump(view kvs.View) (lines []string) {
	s.Helper()
	values, err := s.scheduler.DumpValuesByKeyPrefix(prefix, view)
	if err != nil {
		s.Fatal(err)
	}
	for _, kv := range values {
		m, _ := kv.Metadata.(*metadata)
		v := kv.Value.(*ifmodel.InterfaceState)
		line := strings.TrimPrefix(kv.Key, prefix) + " " + strings.ToLower(v.GetOperStatus().String())
		if m != nil {
			line += ", " + m.State
			if m.Master != "" {
				line += ", master " + m.Master
			}
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

// expect waits for the values that the scheduler and the descriptor have.
func (s *setup) expect(want ...string) {
	s.Helper()
	Eventually(s, strings.Join(want, "; "), func() bool {
		return slices.Equal(s.dump(kvs.CachedView), want) && slices.Equal(s.dump(kvs.SBView), want)
	})
	if nb := s.dump(kvs.NBView); len(nb) != 0 {
		s.Errorf("northbound has %q", nb)
	}
}

func (s *setup) status(name string) *pbs.ValueStatus {
	return s.scheduler.GetValueStatus(prefix + name).GetValue()
}

// history returns the number of values that the scheduler was told, and of
// operations on values.
func (s *setup) history() (told, operations int) {
	for _, txn := range s.scheduler.GetTransactionHistory(time.Time{}, time.Time{}) {
		if txn.TxnType == kvs.SBNotification {
			told += len(txn.Values)
		}
		operations += len(txn.Executed)
	}
	return told, operations
}

func master(name string) func(*tracker.Interface) {
	return func(i *tracker.Interface) { i.Master, i.MasterName = 9, name }
}

func TestValues(t *testing.T) {
	h := NewHost(t, 10)
	h.Set(Interface(2, "eth0"), Interface(3, "eth1", Down))
	s := newSetup(t, h.Boot())
	s.sync()
	s.expect("eth0 up, announced", "eth1 down, down")
	if state := s.status("eth0").GetState(); state != pbs.ValueState_OBTAINED {
		t.Errorf("eth0 is %s", state)
	}
	h.Set(Interface(3, "eth1"), Interface(4, "veth0", In("blue")))
	s.expect("blue/veth0 up, announced", "eth0 up, announced", "eth1 up, announced")
	h.Set(Interface(2, "eth0", master("br0"))) // metadata only
	s.expect("blue/veth0 up, announced", "eth0 up, announced, master br0", "eth1 up, announced")
	h.Set(Interface(2, "wan"))
	h.Remove("blue", 4)
	s.expect("eth1 up, announced", "wan up, announced")
}

// What the scheduler has read by itself is not told again, and a resync changes
// nothing.
func TestQuiet(t *testing.T) {
	h := NewHost(t, 10)
	h.Set(Interface(2, "eth0"), Interface(3, "eth1"))
	s := newSetup(t, h.Boot())
	s.sync()
	s.expect("eth0 up, announced", "eth1 up, announced")
	h.Set(Interface(3, "eth1", Down))
	s.expect("eth0 up, announced", "eth1 down, down")
	if told, operations := s.history(); told != 1 || operations != 1 { // the update
		t.Errorf("told %d values, %d operations", told, operations)
	}
	s.sync()
	s.expect("eth0 up, announced", "eth1 down, down")
	if told, operations := s.history(); told != 1 || operations != 1 {
		t.Errorf("told %d values, %d operations after a resync", told, operations)
	}
}

// Somebody configures an interface that is there, one that comes later, one that
// goes, and one that never is: it is refused, and when they give up all is well.
func TestConfigured(t *testing.T) {
	h := NewHost(t, 10)
	h.Set(Interface(2, "there"), Interface(3, "goes"))
	s := newSetup(t, h.Boot())
	s.sync()
	names := []string{"there", "goes", "comes", "never"}
	for range 2 {
		for _, name := range names {
			s.configure(name, true)
			if st := s.status(name); st.GetState() != pbs.ValueState_INVALID || !strings.Contains(st.GetError(), "read-only") {
				t.Errorf("%v", st)
			}
		}
		h.Set(Interface(2, "there", Down), Interface(4, "comes"))
		h.Remove("", 3)
		Eventually(t, "the present state", func() bool {
			return slices.Equal(s.dump(kvs.SBView), []string{"comes up, announced", "there down, down"})
		})
		for _, name := range names {
			if st := s.status(name); st.GetState() != pbs.ValueState_INVALID {
				t.Errorf("%v", st)
			}
			s.configure(name, false)
		}
		s.expect("comes up, announced", "there down, down")
		h.Set(Interface(2, "there"), Interface(3, "goes"))
		h.Remove("", 4)
		s.expect("goes up, announced", "there up, announced")
	}
}

// The same through resyncs: what is in the store when the agent starts, and is gone
// when it comes back to it.
func TestConfiguredByResync(t *testing.T) {
	h := NewHost(t, 10)
	h.Set(Interface(2, "eth0"))
	s := newSetup(t, h.Boot())
	s.sync(&ifmodel.InterfaceState{Name: "eth0", Mtu: 1}, &ifmodel.InterfaceState{Name: "none"})
	for _, name := range []string{"eth0", "none"} {
		if st := s.status(name); st.GetState() != pbs.ValueState_INVALID {
			t.Errorf("%v", st)
		}
	}
	h.Set(Interface(3, "none"), Interface(2, "eth0", Down))
	s.sync()
	s.expect("eth0 down, down", "none up, announced")
	s.configure("eth0", true)
	s.sync()
	s.expect("eth0 down, down", "none up, announced")
}

// A dump gets nothing into the scheduler, and what it has found is told nevertheless.
func TestDumpInBetween(t *testing.T) {
	h := NewHost(t, 10).Boot()
	f := &fakeScheduler{}
	run(t, f, h)
	_, _ = f.descriptor.Retrieve(nil)
	f.refuse(kvs.ErrTxnQueueFull)
	h.Set(Interface(2, "eth0"))
	if values, err := f.descriptor.Retrieve(nil); err != nil || len(values) != 1 {
		t.Errorf("%v, %v", values, err)
	}
	f.refuse(nil)
	Eventually(t, "a notification", func() bool { _, pushes := f.count(); return len(pushes) == 1 && len(pushes[0]) == 1 })
}

// Retrieve waits for the interfaces to be read, and then has all of them.
func TestRetrieveWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHost(t, 10)
		f := &fakeScheduler{}
		if err := New(f, h.State, prefix, logging.ForPlugin("ifstate-test")).Register(); err != nil {
			t.Fatal(err)
		}
		var values []kvs.KVWithMetadata
		var err error
		done := make(chan struct{})
		go func() {
			defer close(done)
			values, err = f.descriptor.Retrieve(nil)
		}()
		time.Sleep(retrievePatience - time.Nanosecond)
		h.Set(Interface(2, "eth0"))
		h.Boot()
		<-done
		if err != nil || len(values) != 1 || values[0].Key != prefix+"eth0" {
			t.Errorf("%v, %v", values, err)
		}
	})
}

// fakeScheduler takes notifications, or does not.
type fakeScheduler struct {
	kvs.KVScheduler
	descriptor *kvs.KVDescriptor

	mu     sync.Mutex
	err    error
	pushes [][]kvs.KVWithMetadata
	calls  int
}

func (f *fakeScheduler) RegisterKVDescriptor(d ...*kvs.KVDescriptor) error {
	f.descriptor = d[0]
	return nil
}

func (f *fakeScheduler) WatchValueStatus(chan<- *pbs.BaseValueStatus, kvs.KeySelector) {}

func (f *fakeScheduler) PushSBNotification(notif ...kvs.KVWithMetadata) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	if f.err == nil {
		f.pushes = append(f.pushes, notif)
	}
	return f.err
}

func (f *fakeScheduler) refuse(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
}

func (f *fakeScheduler) count() (calls int, pushes [][]kvs.KVWithMetadata) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls, f.pushes
}

func run(t *testing.T, f *fakeScheduler, h *Host) (done chan struct{}) {
	t.Helper()
	verify := Goroutines(t)
	d := New(f, h.State, prefix, logging.ForPlugin("ifstate-test"))
	if err := d.Register(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done = make(chan struct{})
	go func() {
		defer close(done)
		d.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
		verify()
	})
	return done
}

// What a full queue refuses comes later, the latest state of all in one.
func TestQueueFull(t *testing.T) {
	h := NewHost(t, 10).Boot()
	f := &fakeScheduler{err: kvs.ErrTxnQueueFull}
	run(t, f, h)
	if values, err := f.descriptor.Retrieve(nil); err != nil || len(values) != 0 {
		t.Errorf("%v, %v", values, err)
	}
	h.Set(Interface(2, "eth0"), Interface(3, "short"))
	Eventually(t, "three attempts", func() bool { calls, _ := f.count(); return calls >= 3 })
	h.Set(Interface(2, "eth0", Down))
	h.Remove("", 3)
	f.refuse(nil)
	Eventually(t, "a notification", func() bool { _, pushes := f.count(); return len(pushes) > 0 })
	_, pushes := f.count()
	if len(pushes[0]) != 1 || pushes[0][0].Key != prefix+"eth0" ||
		pushes[0][0].Value.(*ifmodel.InterfaceState).GetOperStatus() != ifmodel.InterfaceState_DOWN {
		t.Errorf("%v", pushes[0])
	}
}

func TestClosedScheduler(t *testing.T) {
	h := NewHost(t, 10).Boot()
	f := &fakeScheduler{err: kvs.ErrClosedScheduler}
	done := run(t, f, h)
	_, _ = f.descriptor.Retrieve(nil)
	h.Set(Interface(2, "eth0"))
	select {
	case <-done:
	case <-time.After(Patience):
		t.Fatal("still running")
	}
}

func TestRetrieveIncomplete(t *testing.T) {
	f := &fakeScheduler{}
	h := NewHost(t, 10)
	run(t, f, h)
	if values, err := f.descriptor.Retrieve(nil); !errors.Is(err, state.ErrIncomplete) {
		t.Errorf("%v, %v", values, err)
	}
	h.End(errors.New("disabled"))
	if values, err := f.descriptor.Retrieve(nil); err != nil || len(values) != 0 {
		t.Errorf("without a watcher: %v, %v", values, err)
	}
}

func TestMetadataJSON(t *testing.T) {
	h := NewHost(t, 10).Boot()
	h.Set(Interface(2, "eth0", Down))
	data, err := json.Marshal(newMetadata(h.ByName("eth0")))
	want := `{"index":2,"oper_state":"down","running":false,"announced":false,"state":"down","reason":"down (oper-state down)","state_since":"2001-09-09T01:46:40Z"}`
	if err != nil || string(data) != want {
		t.Errorf("%s, %v", data, err)
	}
	if newMetadata(h.ByName("eth0")).GetIndex() != 2 {
		t.Error("index")
	}
}

// noConfig is a config.PluginConfig without a file.
type noConfig struct{}

func (noConfig) GetConfigName() string       { return "" }
func (noConfig) LoadValue(any) (bool, error) { return false, nil }
