// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package publisher

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/logging"
	_ "go.ligato.io/cn-infra/v2/logging/logrus"
	"google.golang.org/protobuf/proto"

	. "github.com/ifwatcher/ifwatcher/plugins/ifstate/internal/statetest"
	pb "github.com/ifwatcher/ifwatcher/proto/ifwatcher/v1"
)

// fakeStore is a writer that can be away, refuse single keys and be slow.
type fakeStore struct {
	mu     sync.Mutex
	values map[string]proto.Message
	writes []string // keys, "-" before those deleted
	away   bool
	refuse string // a key
	lost   bool   // what is away carries out writes nevertheless
	slow   time.Duration
	bare   bool // a write has not asked for the lifetime of the client
}

var errAway = errors.New("store is away")

func newStore() *fakeStore { return &fakeStore{values: map[string]proto.Message{}} }

func (f *fakeStore) write(op, key string, do func()) error {
	f.mu.Lock()
	slow := f.slow
	f.mu.Unlock()
	time.Sleep(slow)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writes = append(f.writes, op+strings.TrimPrefix(key, pb.HostInterfaceKeyPrefix))
	if !f.away && key != f.refuse || f.lost {
		do()
	}
	if f.away || key == f.refuse {
		return errAway
	}
	return nil
}

func (f *fakeStore) Put(key string, data proto.Message, opts ...datasync.PutOption) error {
	return f.write("", key, func() {
		f.values[key] = data
		f.bare = f.bare || !slices.ContainsFunc(opts, func(o datasync.PutOption) bool {
			_, ok := o.(*datasync.WithClientLifetimeTTLOpt)
			return ok
		})
	})
}

func (f *fakeStore) Delete(key string, _ ...datasync.DelOption) (existed bool, err error) {
	return true, f.write("-", key, func() { delete(f.values, key) })
}

func (f *fakeStore) set(change func(*fakeStore)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

// take returns the writes since the last call.
func (f *fakeStore) take() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	writes := f.writes
	f.writes = nil
	return writes
}

// interfaces returns what is stored, as in "eth0 1500".
func (f *fakeStore) interfaces() (lines []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(f.values)) {
		if i, ok := f.values[key].(*pb.HostInterface); ok {
			lines = append(lines, fmt.Sprintf("%s %d", strings.TrimPrefix(key, pb.HostInterfaceKeyPrefix), i.GetMtu()))
		}
	}
	return lines
}

// in runs a test in a bubble where time does not pass by itself, on an agent that
// has announced itself.
func in(t *testing.T, writer func(*fakeStore) datasync.KeyProtoValWriter, test func(t *testing.T, h *Host, f *fakeStore)) {
	with(t, newStore(), writer, func(t *testing.T, h *Host, f *fakeStore) {
		expect(t, "at the start", f.take(), pb.AgentKey)
		test(t, h, f)
	})
}

// with runs a test with a store of its own, once the publisher has done its first
// round: without that wait each test would find what the first of the two makes of it.
func with(t *testing.T, f *fakeStore, writer func(*fakeStore) datasync.KeyProtoValWriter, test func(t *testing.T, h *Host, f *fakeStore)) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHost(t, 10).Boot()
		p := New(writer(f), h.State, &pb.Agent{Label: "l1"}, time.Second, logging.ForPlugin("ifstate-test"))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			p.Run(ctx)
		}()
		synctest.Wait()
		test(t, h, f)
		cancel()
		<-done
		if f.bare {
			t.Error("a write without the lifetime of the client")
		}
	})
}

func itself(f *fakeStore) datasync.KeyProtoValWriter { return f }

func expect(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, expected %q", what, got, want)
	}
}

func TestPublish(t *testing.T) {
	in(t, itself, func(t *testing.T, h *Host, f *fakeStore) {
		time.Sleep(time.Second)
		h.Set(Interface(2, "eth0"), Interface(3, "eth0", In("blue")))
		synctest.Wait()
		expect(t, "appeared", f.take(), "blue/eth0", "eth0")
		expect(t, "appeared", f.interfaces(), "blue/eth0 1500", "eth0 1500")
		time.Sleep(time.Minute)
		synctest.Wait()
		expect(t, "nothing changes", f.take())
		h.Set(Interface(2, "wan"))
		synctest.Wait()
		expect(t, "renamed", f.take(), "-eth0", "wan")
		time.Sleep(time.Second)
		h.Remove("blue", 3)
		synctest.Wait()
		expect(t, "gone", f.interfaces(), "wan 1500")
		if a, ok := f.values[pb.AgentKey].(*pb.Agent); !ok || a.GetLabel() != "l1" {
			t.Errorf("%v", f.values)
		}
	})
}

// An interface that changes all the time is written once in the interval.
func TestFlapping(t *testing.T) {
	in(t, itself, func(t *testing.T, h *Host, f *fakeStore) {
		for i := range 1000 {
			h.Set(Interface(2, "eth0", MTU(i)))
			if i%2 == 0 {
				h.Set(Interface(3, "short"))
				h.Remove("", 3)
			}
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		// "short" is seen in some intervals and not in others: when the publisher
		// looks, it may be there.
		writes := map[string]int{}
		for _, name := range f.take() {
			writes[strings.TrimPrefix(name, "-")]++
		}
		for name, n := range writes {
			if n > 13 {
				t.Errorf("%s: %d writes in twelve seconds", name, n)
			}
		}
		expect(t, "in the end", f.interfaces(), "eth0 999")
	})
}

// Many interfaces are written at a bounded rate.
func TestRate(t *testing.T) {
	in(t, itself, func(t *testing.T, h *Host, f *fakeStore) {
		for i := range 3000 {
			h.Set(Interface(i+1, fmt.Sprint("n", i)))
		}
		time.Sleep(2 * time.Second) // the first of them is the pause after the agent
		if n := len(f.take()); n < writesPerSecond || n > 3*writesPerSecond/2 {
			t.Errorf("%d writes in a second", n)
		}
		time.Sleep(10 * time.Second)
		if n := len(f.interfaces()); n != 3000 {
			t.Errorf("%d interfaces after eleven seconds", n)
		}
	})
}

// A store that is away is asked seldom, and has everything when it is back, also
// the removal of what may have been written.
func TestAway(t *testing.T) {
	in(t, itself, func(t *testing.T, h *Host, f *fakeStore) {
		f.set(func(f *fakeStore) { f.away = true })
		h.Set(Interface(2, "eth0"), Interface(3, "eth1"), Interface(4, "eth2"))
		time.Sleep(10 * time.Minute)
		// Two in each round: the first may be refused for a reason of its own.
		if n := len(f.take()); n < 2*30 || n > 2*100 {
			t.Errorf("%d attempts in ten minutes", n)
		}
		f.set(func(f *fakeStore) { f.away = false })
		time.Sleep(time.Minute)
		expect(t, "back", f.interfaces(), "eth0 1500", "eth1 1500", "eth2 1500")

		f.set(func(f *fakeStore) { f.away, f.lost = true, true })
		h.Set(Interface(5, "new"))
		h.Remove("", 3)
		time.Sleep(time.Minute)
		h.Remove("", 5)
		f.set(func(f *fakeStore) { f.away, f.lost = false, false })
		time.Sleep(time.Minute)
		expect(t, "back again", f.interfaces(), "eth0 1500", "eth2 1500")
	})
}

// A store that is away at the start is asked for the agent's own key alone.
func TestAwayAtStart(t *testing.T) {
	store := newStore()
	store.away = true
	with(t, store, itself, func(t *testing.T, h *Host, f *fakeStore) {
		h.Set(Interface(2, "eth0"), Interface(3, "eth1"))
		time.Sleep(10 * time.Minute)
		writes := f.take()
		if n := len(writes); n < 30 || n > 100 {
			t.Errorf("%d attempts in ten minutes", n)
		}
		expect(t, "away", slices.Compact(writes), pb.AgentKey)
		f.set(func(f *fakeStore) { f.away = false })
		time.Sleep(time.Minute)
		expect(t, "there", f.interfaces(), "eth0 1500", "eth1 1500")
	})
}

// One value that the store refuses holds up no other.
func TestRefused(t *testing.T) {
	in(t, itself, func(t *testing.T, h *Host, f *fakeStore) {
		f.set(func(f *fakeStore) { f.refuse = pb.HostInterfaceKey("", "b") })
		h.Set(Interface(2, "a"), Interface(3, "b"), Interface(4, "c"))
		time.Sleep(5 * time.Second)
		expect(t, "without the one", f.interfaces(), "a 1500", "c 1500")
		f.set(func(f *fakeStore) { f.refuse = "" })
		time.Sleep(time.Minute)
		expect(t, "all", f.interfaces(), "a 1500", "b 1500", "c 1500")
	})
}

// A slow store gets the latest state.
func TestSlow(t *testing.T) {
	in(t, itself, func(t *testing.T, h *Host, f *fakeStore) {
		f.set(func(f *fakeStore) { f.slow = time.Minute })
		for i := range 10000 {
			h.Set(Interface(2, "eth0", MTU(i)))
		}
		time.Sleep(10 * time.Minute)
		expect(t, "in the end", f.interfaces(), "eth0 9999")
		if n := len(f.take()); n > 3 {
			t.Errorf("%d writes", n)
		}
	})
}

// A writer that cannot delete leaves it to the lifetime of its values.
func TestPutOnly(t *testing.T) {
	only := func(f *fakeStore) datasync.KeyProtoValWriter { return struct{ datasync.KeyProtoValWriter }{f} }
	in(t, only, func(t *testing.T, h *Host, f *fakeStore) {
		h.Set(Interface(2, "eth0"))
		time.Sleep(2 * time.Second)
		h.Remove("", 2)
		time.Sleep(2 * time.Second)
		h.Set(Interface(3, "eth0", MTU(1400)))
		time.Sleep(2 * time.Second)
		expect(t, "stored", f.interfaces(), "eth0 1400")
	})
}
