// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/cn-infra/v2/logging/logrus"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type pluginLogger struct{ logging.Logger }

func (l pluginLogger) NewLogger(string) logging.Logger { return l.Logger }

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func newTestPlugin(t *testing.T) *Plugin {
	t.Helper()
	p := NewPlugin(UseDeps(func(d *Deps) {
		log := logrus.NewLogger("resync-test")
		log.SetOutput(discard{})
		d.Log = pluginLogger{log}
	}))
	if err := p.Init(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func setTimeouts(t *testing.T, accept, ack time.Duration) {
	a, b := SingleResyncAcceptTimeout, SingleResyncAckTimeout
	SingleResyncAcceptTimeout, SingleResyncAckTimeout = accept, ack
	t.Cleanup(func() { SingleResyncAcceptTimeout, SingleResyncAckTimeout = a, b })
}

// serve runs the source until its channel is closed.
func serve(t *testing.T, reg Registration, do func(StatusEvent)) {
	var wg sync.WaitGroup
	wg.Go(func() {
		for ev := range reg.StatusChan() {
			do(ev)
		}
	})
	t.Cleanup(func() {
		if c, ok := reg.(interface{ Close() error }); ok {
			c.Close()
		}
		wg.Wait()
	})
}

func TestSourcesAreAskedInOrder(t *testing.T) {
	p := newTestPlugin(t)
	var mu sync.Mutex
	var asked []string
	for _, name := range []string{"b", "a", "c"} {
		reg := p.Register(name)
		if reg.String() != name {
			t.Errorf("name %q", reg)
		}
		serve(t, reg, func(ev StatusEvent) {
			mu.Lock()
			asked = append(asked, fmt.Sprint(name, " ", ev.ResyncStatus()))
			mu.Unlock()
			ev.Ack()
			ev.Ack() // does nothing
		})
	}
	p.DoResync()
	p.DoResync()
	want := []string{"b Started", "a Started", "c Started", "b Started", "a Started", "c Started"}
	if !slices.Equal(asked, want) {
		t.Errorf("asked %q, want %q", asked, want)
	}
}

// A source that was late twice takes part in the third resync.
func TestLateAck(t *testing.T) {
	setTimeouts(t, time.Minute, 20*time.Millisecond)
	p := newTestPlugin(t)
	var n atomic.Int32
	late := make(chan StatusEvent, 2)
	serve(t, p.Register("slow"), func(ev StatusEvent) {
		if n.Add(1) <= 2 {
			late <- ev
		} else {
			ev.Ack()
		}
	})
	for range 2 {
		if err := p.Resync(t.Context()); !errors.Is(err, errNoAck) {
			t.Errorf("error %v, want no acknowledgement", err)
		}
		(<-late).Ack()
	}
	SingleResyncAckTimeout = time.Minute
	if err := p.Resync(t.Context()); err != nil {
		t.Errorf("third resync: %v", err)
	}
	if n.Load() != 3 {
		t.Errorf("asked %d times", n.Load())
	}
}

func TestOneBadSourceDoesNotStopOthers(t *testing.T) {
	setTimeouts(t, time.Second, time.Minute) // the good ones have to read by then
	p := newTestPlugin(t)
	failed := errors.New("failed")
	p.Register("gone")
	serve(t, p.Register("failing"), func(ev StatusEvent) { ev.(interface{ Nack(error) }).Nack(failed) })
	var asked atomic.Int32
	serve(t, p.Register("good"), func(ev StatusEvent) { asked.Add(1); ev.Ack() })
	err := p.Resync(t.Context())
	if !errors.Is(err, errNotAccepted) || !errors.Is(err, failed) {
		t.Errorf("error %v", err)
	}
	if asked.Load() != 1 {
		t.Errorf("good source asked %d times", asked.Load())
	}
}

// Calls that come during a resync share one that begins afterwards.
func TestCallsAreCoalesced(t *testing.T) {
	p := newTestPlugin(t)
	var n atomic.Int32
	asked := make(chan StatusEvent)
	serve(t, p.Register("source"), func(ev StatusEvent) {
		if n.Add(1) == 1 {
			asked <- ev
		} else {
			ev.Ack()
		}
	})

	var wg sync.WaitGroup
	wg.Go(p.DoResync)
	first := <-asked
	// Calls that nobody waits for have come when they return.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 10 {
		if err := p.Resync(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled call: %v", err)
		}
	}
	p.mu.Lock()
	shared := p.next
	p.mu.Unlock()
	first.Ack()
	<-shared.done
	wg.Wait()
	p.DoResync() // after whatever else they had asked for
	if n.Load() != 3 {
		t.Errorf("%d resyncs for 1, 10 and 1 calls", n.Load())
	}
}

func TestNamesAreUnique(t *testing.T) {
	p := newTestPlugin(t)
	reg := p.Register("a")
	func() {
		defer func() {
			if recover() == nil {
				t.Error("a name can be used twice")
			}
		}()
		p.Register("a")
	}()
	reg.(interface{ Close() error }).Close()
	p.Register("a")
}

func TestClose(t *testing.T) {
	p := newTestPlugin(t)
	silent, asked := p.Register("silent"), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for range silent.StatusChan() { // ends when the channel is closed
			close(asked)
		}
	})
	var err error
	wg.Go(func() { err = p.Resync(context.Background()) })
	<-asked
	p.Close()
	wg.Wait()
	if !errors.Is(err, errClosed) {
		t.Errorf("running resync: %v", err)
	}
	if err := p.Resync(t.Context()); err != nil {
		t.Errorf("resync without sources: %v", err)
	}
	var again atomic.Bool
	serve(t, p.Register("silent"), func(ev StatusEvent) { again.Store(true); ev.Ack() })
	p.DoResync()
	if !again.Load() {
		t.Error("a source registered after Close is not asked")
	}
}

func TestDefaultPluginNeedsNoInit(t *testing.T) {
	reg := DefaultPlugin.Register("early")
	serve(t, reg, StatusEvent.Ack)
	if err := DefaultPlugin.Resync(t.Context()); err != nil {
		t.Error(err)
	}
}
