// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"go.ligato.io/cn-infra/v2/logging"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/feed"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// InterfaceWatcherName is the name of the descriptor.
const InterfaceWatcherName = "linux-interface-watcher"

// Errors that can be asked for with errors.Is.
var (
	// ErrNotWatching: StartWatching has not been called, or StopWatching has.
	ErrNotWatching = errors.New("interface watcher is not running")
	// ErrNotInSync: the watcher does not know for sure what the kernel has.
	ErrNotInSync = errors.New("interface watcher is not in sync with the kernel")
)

// InterfaceWatcher watches the interfaces of the default network namespace, and of
// others if it is told to, and tells the scheduler which are there: a key for each
// that is enabled, and below it one for each usable address and for the VRF it is
// enslaved to. The values are empty.
type InterfaceWatcher struct {
	handler linuxcalls.NetlinkAPI
	log     logging.PluginLogger
	opts    options
	metrics *metrics
	status  *status
	pusher  *pusher

	stop chan struct{} // closed by StopWatching
	wg   sync.WaitGroup

	namespaces          sync.WaitGroup // the goroutine that starts and halts sources
	lookedForNamespaces bool           // belongs to that goroutine

	mu      sync.Mutex
	started bool
	stopped bool
	sources map[string]*source // by namespace; nil until StartWatching
	past    Stats              // of sources that are no more
	readers map[*feed.Subscription]struct{}
}

// Stats are counters since the start, and the number of interfaces now.
type Stats struct {
	Events        uint64 // read from the kernel
	KernelDrops   uint64 // messages dropped by the kernel, see linuxcalls.Subscription
	Subscriptions uint64 // opened, the first included
	Overflows     uint64 // of the kernel's buffer or of the queue behind it
	Syncs         uint64 // dumps compared, the first included
	Repairs       uint64 // differences found by dumps after the first
	Pushes        uint64 // accepted by the scheduler
	Refused       uint64 // pushes not accepted; they are repeated

	Known, Announced int // interfaces
}

func (s *Stats) add(o Stats) {
	s.Events += o.Events
	s.KernelDrops += o.KernelDrops
	s.Subscriptions += o.Subscriptions
	s.Overflows += o.Overflows
	s.Syncs += o.Syncs
	s.Repairs += o.Repairs
	s.Known += o.Known
	s.Announced += o.Announced
}

// NewInterfaceWatcher returns a watcher that does nothing until StartWatching.
func NewInterfaceWatcher(kvscheduler kvs.KVScheduler, ifHandler linuxcalls.NetlinkAPI, log logging.PluginLogger, opts ...Option) *InterfaceWatcher {
	w := &InterfaceWatcher{
		handler: ifHandler,
		log:     log,
		opts:    newOptions(opts),
		metrics: newMetrics(),
		stop:    make(chan struct{}),
		readers: map[*feed.Subscription]struct{}{},
	}
	w.status = newStatus(w.opts.status)
	w.pusher = &pusher{
		scheduler: kvscheduler,
		log:       log,
		sources:   w.allSources,
		observe:   w.metrics.observeLatency,
		wake:      make(chan struct{}, 1),
		delay:     backoff{first: firstPushDelay, last: lastPushDelay},
	}
	return w
}

// GetDescriptor returns the descriptor to register. It has no operations but
// Retrieve: its keys come from the kernel only.
func (w *InterfaceWatcher) GetDescriptor() *kvs.KVDescriptor {
	return &kvs.KVDescriptor{
		Name:          InterfaceWatcherName,
		KeySelector:   w.IsLinuxInterfaceNotification,
		ValueTypeName: string(proto.MessageName((*emptypb.Empty)(nil))),
		// Nothing is configured under this prefix; it lets the values be asked
		// for by prefix, as those of every other descriptor.
		NBKeyPrefix: ifmodel.InterfaceHostNameKeyPrefix,
		Retrieve:    w.Retrieve,
	}
}

// IsLinuxInterfaceNotification tells whether a key is one of the watcher's.
func (w *InterfaceWatcher) IsLinuxInterfaceNotification(key string) bool {
	return strings.HasPrefix(key, ifmodel.InterfaceHostNameKeyPrefix)
}

// StartWatching begins to watch. It fails if the rules are invalid or the watcher
// has been started before; that the kernel refuses is no failure here, it is
// reported through the status and tried again.
func (w *InterfaceWatcher) StartWatching() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.stopped:
		return fmt.Errorf("start: %w", ErrNotWatching)
	case w.started:
		return errors.New("start: interface watcher is already running")
	}
	host, err := newSource(w, "")
	if err != nil {
		return err
	}
	w.sources, w.started = map[string]*source{"": host}, true
	for reader := range w.readers {
		host.subscribe(reader)
	}
	host.start(w.handler)
	w.wg.Go(func() { w.pusher.run(w.stop) })
	w.wg.Go(func() { w.status.run(w.stop) })
	if w.opts.watchNamespaces != nil {
		w.namespaces.Go(func() { w.opts.watchNamespaces(w.stop, w.updateNamespaces) })
	}
	return nil
}

// StopWatching ends watching and waits until nothing of it is left; a Retrieve
// that waits returns ErrNotWatching, and subscriptions end. It may be called at any
// time, also more than once and without StartWatching. A stopped watcher cannot be
// started again.
func (w *InterfaceWatcher) StopWatching() {
	w.mu.Lock()
	if !w.stopped {
		w.stopped = true
		close(w.stop)
	}
	w.mu.Unlock()
	w.namespaces.Wait()
	for _, s := range w.allSources() {
		s.halt()
	}
	w.wg.Wait()
	w.mu.Lock()
	readers := w.readers
	w.readers = nil
	w.mu.Unlock()
	for r := range readers {
		r.End(feed.ErrClosed)
	}
}

// allSources returns the sources, that of the default namespace first.
func (w *InterfaceWatcher) allSources() []*source {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make([]*source, 0, len(w.sources))
	for _, namespace := range slices.Sorted(maps.Keys(w.sources)) {
		all = append(all, w.sources[namespace])
	}
	return all
}

// freshness is the age up to which a dump counts as a fresh look at the kernel,
// since every event after it has been followed.
const freshness = time.Second

// Retrieve returns every key that is there, as the kernel has it: unless there
// has been a dump within the last second it asks for one, so that a resync heals
// whatever may have gone wrong. Interfaces whose notification delay is running
// are not there yet. If the watcher does not get in sync within 5 seconds, which
// hold up the scheduler, the error is ErrNotInSync, and it keeps what it has.
func (w *InterfaceWatcher) Retrieve(correlate []kvs.KVWithMetadata) ([]kvs.KVWithMetadata, error) {
	w.mu.Lock()
	host := w.sources[""]
	w.mu.Unlock()
	if host == nil {
		return nil, ErrNotWatching
	}
	ctx, cancel := context.WithTimeout(context.Background(), syncTimeout)
	defer cancel()
	keys, err := host.retrieve(time.Now().Add(-freshness), ctx.Done())
	if err != nil {
		return nil, err
	}
	return keyValues("", keys), nil
}

// Interfaces returns every interface known with its state and, if it is not
// announced, the reason, sorted by namespace and index. It is empty before the
// watcher has been in sync.
func (w *InterfaceWatcher) Interfaces() (all []tracker.Interface) {
	for _, s := range w.allSources() {
		all = append(all, s.interfaces()...)
	}
	return all
}

// Subscribe returns a subscription to all interfaces, see package feed. It may be
// called before StartWatching; after StopWatching it is closed from the beginning.
func (w *InterfaceWatcher) Subscribe() *feed.Subscription {
	reader := feed.New(w.unsubscribe)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		reader.End(feed.ErrClosed)
		return reader
	}
	w.readers[reader] = struct{}{}
	for _, s := range w.sources {
		s.subscribe(reader)
	}
	return reader
}

func (w *InterfaceWatcher) unsubscribe(reader *feed.Subscription) {
	w.mu.Lock()
	delete(w.readers, reader)
	w.mu.Unlock()
	for _, s := range w.allSources() {
		s.unsubscribe(reader)
	}
}

// Stats returns the counters of all namespaces together.
func (w *InterfaceWatcher) Stats() Stats {
	w.mu.Lock()
	stats := w.past
	sources := slices.Collect(maps.Values(w.sources))
	w.mu.Unlock()
	for _, s := range sources {
		stats.add(s.currentStats())
	}
	stats.Pushes, stats.Refused = w.pusher.counts()
	return stats
}

// OutOfSync returns why the watcher is not in sync with the kernel, nil if it is.
func (w *InterfaceWatcher) OutOfSync() error {
	sources := w.allSources()
	if len(sources) == 0 {
		return ErrNotWatching
	}
	for _, s := range sources {
		if err := s.outOfSync(); err != nil {
			return err
		}
	}
	return nil
}
