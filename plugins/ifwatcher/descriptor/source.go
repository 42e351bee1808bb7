// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/feed"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/netns"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

var errFirstDump = errors.New("first dump not done")

// source is one network namespace with its tracker and the loop that follows it.
// It can be started again after it was halted.
type source struct {
	namespace string          // empty for the default one
	ns        netns.Namespace // that is being followed; belongs to updateNamespaces
	w         *InterfaceWatcher

	stop chan struct{} // closed by halt
	wake chan struct{} // tells the loop that wantDump has changed
	wg   sync.WaitGroup

	mu       sync.Mutex
	tracker  *tracker.Tracker
	running  bool
	outOf    error         // why not in sync; nil if in sync
	refused  bool          // it is the kernel that refuses
	synced   chan struct{} // closed at the end of a Sync, then replaced
	dumpedAt time.Time     // when the dump behind the last Sync began
	wantDump time.Time     // Retrieve waits for a dump begun at this time or later
	sub      linuxcalls.Subscription
	stats    Stats
	readers  map[*feed.Subscription]struct{}
}

func newSource(w *InterfaceWatcher, namespace string) (*source, error) {
	t, err := tracker.New(w.opts.rules)
	if err != nil {
		return nil, err
	}
	return &source{
		namespace: namespace,
		w:         w,
		tracker:   t,
		wake:      make(chan struct{}, 1),
		outOf:     errFirstDump,
		synced:    make(chan struct{}),
		readers:   map[*feed.Subscription]struct{}{},
	}, nil
}

// start begins to follow the namespace that the handler reads.
func (s *source) start(handler linuxcalls.Watcher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stop, s.running = make(chan struct{}), true
	s.outOf, s.refused = errFirstDump, false
	l := newLoop(s, handler, s.stop)
	s.wg.Go(l.run)
}

// halt ends following, and waits until nothing of it is left but what is known.
func (s *source) halt() {
	s.mu.Lock()
	if s.running {
		s.running = false
		close(s.stop)
	}
	s.mu.Unlock()
	s.wg.Wait()
}

// vanish takes in that nothing is there any more. The source must be halted.
func (s *source) vanish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tracker.Sync(time.Now(), tracker.Snapshot{}, nil)
	s.outOf = nil
	s.publish(time.Now())
	s.wakeSynced()
}

func (s *source) wakeSynced() {
	close(s.synced)
	s.synced = make(chan struct{})
}

func (s *source) isRunning() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running
}

// forgotten tells whether the source has vanished and everyone knows.
func (s *source) forgotten() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.running && s.tracker.Settled() && len(s.tracker.Wanted()) == 0
}

// label returns an error with the namespace that it is about.
func (s *source) label(err error) error {
	if s.namespace == "" || err == nil {
		return err
	}
	return fmt.Errorf("network namespace %s: %w", s.namespace, err)
}

// retrieve waits until what is known is as fresh as need says.
func (s *source) retrieve(need time.Time, timeout <-chan struct{}) ([]tracker.Key, error) {
	for {
		s.mu.Lock()
		if !s.running {
			s.mu.Unlock()
			return nil, ErrNotWatching
		}
		if s.outOf == nil && !s.dumpedAt.Before(need) {
			defer s.mu.Unlock()
			return s.tracker.Wanted(), nil
		}
		if s.namespace != "" && s.refused {
			defer s.mu.Unlock()
			return nil, s.outOf
		}
		if s.wantDump.Before(need) {
			s.wantDump = need
		}
		synced, stop := s.synced, s.stop
		s.mu.Unlock()

		select {
		case s.wake <- struct{}{}:
		default:
		}
		select {
		case <-synced:
		case <-stop:
		case <-timeout:
			return s.retrieveLate()
		}
	}
}

// retrieveLate ends a retrieve that has waited in vain for a fresh dump. If the
// events have been followed without a gap, what they say is still the truth.
func (s *source) retrieveLate() ([]tracker.Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.outOf != nil {
		return nil, fmt.Errorf("%w after %s: %w", ErrNotInSync, syncTimeout, s.label(s.outOf))
	}
	return s.tracker.Wanted(), nil
}

func (s *source) wanted() []tracker.Key {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tracker.Wanted()
}

func (s *source) changes() []tracker.Change {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tracker.Changes()
}

// told takes in what the scheduler has been told, and returns whether that is all.
func (s *source) told(changes []tracker.Change) (settled bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tracker.Told(changes)
	return s.tracker.Settled()
}

func (s *source) interfaces() []tracker.Interface {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.tracker.Interfaces(time.Now())
	for i := range all {
		all[i].Namespace = s.namespace
	}
	return all
}

// currentStats returns the counters, with what the kernel has counted so far.
func (s *source) currentStats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	stats := s.stats
	if s.sub != nil {
		stats.KernelDrops += s.sub.Dropped()
	}
	stats.Known, stats.Announced = s.tracker.Count()
	return stats
}

func (s *source) outOfSync() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.label(s.outOf)
}

// subscribe adds a reader, who first gets everything that there is.
func (s *source) subscribe(reader *feed.Subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.publish(time.Now()) // to the others
	s.readers[reader] = struct{}{}
	reader.Put(s.namespace, s.pointers(s.tracker.Interfaces(time.Now())), nil)
	s.complete(reader)
}

func (s *source) unsubscribe(reader *feed.Subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.readers, reader)
}

// publish tells the readers what has changed; mu is held.
func (s *source) publish(now time.Time) {
	if len(s.readers) == 0 {
		s.tracker.ForgetTouched()
		return
	}
	changed, gone := s.tracker.Touched(now)
	if len(changed) > 0 || len(gone) > 0 {
		views := s.pointers(changed)
		for r := range s.readers {
			r.Put(s.namespace, views, gone)
		}
	}
	for r := range s.readers {
		s.complete(r)
	}
}

// complete lets a reader begin once the default namespace has been read; others
// come and go.
func (s *source) complete(r *feed.Subscription) {
	if s.namespace == "" && s.tracker.Synced() {
		r.Complete()
	}
}

func (s *source) pointers(views []tracker.Interface) []*tracker.Interface {
	all := make([]*tracker.Interface, len(views))
	for i := range views {
		views[i].Namespace = s.namespace
		all[i] = &views[i]
	}
	return all
}
