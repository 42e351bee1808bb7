// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/logging"

	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// countingLog remembers what is logged.
type countingLog struct {
	logging.PluginLogger
	mu    sync.Mutex
	lines []string
}

func (l *countingLog) add(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

func (l *countingLog) Infof(format string, args ...any)  { l.add(format, args...) }
func (l *countingLog) Warnf(format string, args ...any)  { l.add(format, args...) }
func (l *countingLog) Errorf(format string, args ...any) { l.add(format, args...) }

func (l *countingLog) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, line := range l.lines {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}

// fakeWriter is where statuses are published.
type fakeWriter struct {
	mu      sync.Mutex
	values  map[string]string
	puts    int
	lasting int
	err     error
	badKey  string
	// block, if set, is waited for by every Put.
	block chan struct{}
}

func (w *fakeWriter) Put(key string, data proto.Message, opts ...datasync.PutOption) error {
	if w.block != nil {
		<-w.block
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.puts++
	if w.err != nil || key == w.badKey {
		return errors.Join(w.err, errors.New("not written"))
	}
	for _, opt := range opts {
		if _, ok := opt.(*datasync.WithClientLifetimeTTLOpt); !ok {
			w.lasting++
		}
	}
	if len(opts) == 0 {
		w.lasting++
	}
	status := data.(*kvscheduler.ValueStatus)
	if w.values == nil {
		w.values = make(map[string]string)
	}
	w.values[key] = fmt.Sprint(status.GetKey(), " ", status.GetState(), " ", status.GetError())
	return nil
}

func (w *fakeWriter) get(key string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.values[key]
}

func (w *fakeWriter) setErr(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err = err
}

// startPublishing runs an orchestrator that publishes statuses.
func startPublishing(t *testing.T, writer *fakeWriter) (*Plugin, *fakeStore, *fakeScheduler) {
	t.Helper()
	EnableStatusPublishing = true
	t.Cleanup(func() { EnableStatusPublishing = false })
	return startPlugin(t, func(deps *Deps) { deps.StatusPublisher = writer })
}

const statusOf = "config-status/linux/interfaces/v2/interface/"

func TestPublishStatus(t *testing.T) {
	writer := &fakeWriter{}
	_, store, scheduler := startPublishing(t, writer)
	ctx := context.Background()
	published := func(name, want string) {
		t.Helper()
		eventually(t, "status of "+name, func() bool { return writer.get(statusOf+name) == want })
	}
	if err := store.resync(ctx, prefix+"a", `{"name":"a"}`, prefix+"b", "{"); err != nil {
		t.Fatal(err)
	}
	published("a", prefix+"a CONFIGURED ")
	eventually(t, "refusal", func() bool { return strings.HasPrefix(writer.get(statusOf+"b"), prefix+"b INVALID cannot decode") })

	scheduler.watchers[0] <- &kvscheduler.BaseValueStatus{Value: &Status{Key: "linux/interface/host-name/eth0"}}
	if err := store.change(ctx, prefix+"b", `{"name":"b"}`); err != nil {
		t.Fatal(err)
	}
	published("b", prefix+"b CONFIGURED ")
	if err := store.change(ctx, prefix+"a", ""); err != nil {
		t.Fatal(err)
	}
	published("a", prefix+"a REMOVED ")
	writer.mu.Lock()
	defer writer.mu.Unlock()
	for key := range writer.values {
		if !strings.HasPrefix(key, statusPrefix) {
			t.Errorf("published %s", key)
		}
	}
	if writer.lasting != 0 {
		t.Errorf("%d statuses would outlive the agent", writer.lasting)
	}
}

// A key that is no text has its status published, too, but with a key that is.
func TestPublishOddKey(t *testing.T) {
	writer := &fakeWriter{}
	_, store, _ := startPublishing(t, writer)
	if err := store.resync(context.Background(), prefix+"\xff", "{}", prefix, "{}"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "status of the key that is no text", func() bool {
		return strings.HasPrefix(writer.get(statusOf+"\xff"), prefix+"\uFFFD INVALID")
	})
	eventually(t, "status of the key without name", func() bool {
		return strings.HasPrefix(writer.get(statusOf), prefix+" INVALID no registered model")
	})
}

// Nothing gets lost if far more statuses change than can be written at a time,
// and the scheduler does not wait for the store.
func TestPublishManyToSlowStore(t *testing.T) {
	writer := &fakeWriter{block: make(chan struct{})}
	_, store, _ := startPublishing(t, writer)
	ctx := context.Background()
	const n = 1000
	var pairs []string
	for i := range n {
		name := fmt.Sprint("if", i)
		pairs = append(pairs, prefix+name, `{"name":"`+name+`"}`)
	}
	for range 3 {
		if err := store.resync(ctx, pairs...); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.change(ctx, prefix+"if0", ""); err != nil {
		t.Fatal(err)
	}
	close(writer.block)
	eventually(t, "all statuses", func() bool {
		writer.mu.Lock()
		defer writer.mu.Unlock()
		return len(writer.values) == n
	})
	eventually(t, "the last status", func() bool { return writer.get(statusOf+"if0") == prefix+"if0 REMOVED " })
}

// A store that is away gets the statuses when it is back; one value that it
// does not take does not keep others from it.
func TestPublishToFailingStore(t *testing.T) {
	writer := &fakeWriter{err: errors.New("not connected")}
	p, store, _ := startPublishing(t, writer)
	log := &countingLog{PluginLogger: p.Log}
	p.run.status.log = log
	ctx := context.Background()
	var pairs []string
	for i := range 20 {
		name := fmt.Sprint("if", i)
		pairs = append(pairs, prefix+name, `{"name":"`+name+`"}`)
	}
	if err := store.resync(ctx, pairs...); err != nil {
		t.Fatal(err)
	}
	eventually(t, "an attempt", func() bool {
		writer.mu.Lock()
		defer writer.mu.Unlock()
		return writer.puts >= maxPublishFailures
	})
	writer.badKey = statusOf + "if7"
	writer.setErr(nil)
	eventually(t, "all statuses but one", func() bool {
		writer.mu.Lock()
		defer writer.mu.Unlock()
		return len(writer.values) == 19
	})
	if n := log.count("cannot be published"); n > 2 {
		t.Errorf("logged %d times", n)
	}
}

// A store that lost everything gets it again with its next full configuration.
func TestPublishAgainAfterResync(t *testing.T) {
	writer := &fakeWriter{}
	_, store, _ := startPublishing(t, writer)
	for range 2 {
		if err := store.resync(context.Background(), prefix+"a", `{"name":"a"}`); err != nil {
			t.Fatal(err)
		}
		eventually(t, "status", func() bool { return writer.get(statusOf+"a") != "" })
		writer.mu.Lock()
		writer.values = nil
		writer.mu.Unlock()
	}
}

// publishing runs a publisher in a bubble where time does not pass by itself.
func publishing(t *testing.T, test func(sp *statusPublisher, writer *fakeWriter)) {
	synctest.Test(t, func(t *testing.T) {
		writer := &fakeWriter{}
		sp := newStatusPublisher(logging.DefaultLogger, writer, newDispatcher())
		ctx, cancel := context.WithCancel(t.Context())
		go sp.write(ctx)
		test(sp, writer)
		cancel()
		<-sp.stopped
	})
}

func statusIs(name string, state kvscheduler.ValueState) *Status {
	return &Status{Key: prefix + name, State: state}
}

// takePuts returns the number of writes since the last call.
func (w *fakeWriter) takePuts() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := w.puts
	w.puts = 0
	return n
}

// What is the same as before is not written again, unless the store may have
// lost it.
func TestPublishOnlyChanges(t *testing.T) {
	publishing(t, func(sp *statusPublisher, writer *fakeWriter) {
		for i, step := range []struct {
			state kvscheduler.ValueState
			puts  int
		}{
			{kvscheduler.ValueState_PENDING, 1}, {kvscheduler.ValueState_PENDING, 0},
			{kvscheduler.ValueState_CONFIGURED, 1}, {kvscheduler.ValueState_CONFIGURED, 0},
			{kvscheduler.ValueState_REMOVED, 1}, {kvscheduler.ValueState_CONFIGURED, 1},
		} {
			sp.note(statusIs("a", step.state))
			time.Sleep(time.Second)
			if n := writer.takePuts(); n != step.puts {
				t.Errorf("step %d, %v: written %d times, want %d", i, step.state, n, step.puts)
			}
		}
		sp.refreshAll()
		time.Sleep(time.Second)
		if n := writer.takePuts(); n != 1 {
			t.Errorf("after a loss: written %d times", n)
		}
		synctest.Wait()
		if len(sp.written) != 1 {
			t.Errorf("remembered: %v", sp.written)
		}
		sp.note(statusIs("a", kvscheduler.ValueState_REMOVED))
		time.Sleep(time.Second)
		synctest.Wait()
		if len(sp.written) != 0 {
			t.Errorf("remembered of what is gone: %v", sp.written)
		}
	})
}

// What was refused is written although it is what was written before.
func TestPublishAfterRefusal(t *testing.T) {
	publishing(t, func(sp *statusPublisher, writer *fakeWriter) {
		sp.note(statusIs("a", kvscheduler.ValueState_CONFIGURED))
		time.Sleep(time.Second)
		writer.setErr(errors.New("no answer in time")) // it may have been written
		sp.note(statusIs("a", kvscheduler.ValueState_PENDING))
		time.Sleep(time.Second)
		writer.setErr(nil)
		writer.takePuts()
		sp.note(statusIs("a", kvscheduler.ValueState_CONFIGURED))
		time.Sleep(time.Minute)
		if n := writer.takePuts(); n != 1 {
			t.Errorf("written %d times", n)
		}
	})
}

// A status that changes all the time is written once in an interval, and many at
// a bounded rate.
func TestPublishRate(t *testing.T) {
	publishing(t, func(sp *statusPublisher, writer *fakeWriter) {
		states := []kvscheduler.ValueState{kvscheduler.ValueState_CONFIGURED, kvscheduler.ValueState_PENDING}
		for i := range 1000 {
			sp.note(statusIs("a", states[i%2]))
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(time.Second)
		if n, most := writer.takePuts(), int(11*time.Second/publishInterval); n > most || n < 2 {
			t.Errorf("%d writes in eleven seconds, want at most %d", n, most)
		}
		if got := writer.get(statusOf + "a"); got != prefix+"a PENDING " {
			t.Errorf("in the end: %q", got)
		}

		const n = 10 * publishesPerSecond
		for i := range n {
			sp.note(statusIs(fmt.Sprint("if", i), kvscheduler.ValueState_CONFIGURED))
		}
		time.Sleep(time.Second)
		if n := writer.takePuts(); n < publishesPerSecond/2 || n > 3*publishesPerSecond/2 {
			t.Errorf("%d writes in a second", n)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if got := len(writer.values); got != n+1 {
			t.Errorf("%d statuses after eleven seconds, want %d", got, n+1)
		}
	})
}

// Close must not wait for a store that does not answer.
func TestCloseWhilePublishing(t *testing.T) {
	writer := &fakeWriter{block: make(chan struct{})}
	p, store, _ := startPublishing(t, writer)
	if err := store.resync(context.Background(), prefix+"a", `{"name":"a"}`); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	close(writer.block)
	<-p.run.status.stopped
}
