// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"time"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/netns"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// Defaults of the options.
const (
	// DefaultNotificationDelay lets an interface be completed by whoever creates
	// it (addresses, MTU, master) before it is announced.
	DefaultNotificationDelay = 500 * time.Millisecond
	// DefaultReceiveBuffer holds some 29,000 link messages, ten seconds of the
	// fastest creation of interfaces measured. The kernel takes the memory only
	// while it is filled.
	DefaultReceiveBuffer = 32 << 20
	// DefaultAuditInterval is rare enough to cost nothing (about 20 µs per
	// interface) and bounds the life of an error that nobody knew of.
	DefaultAuditInterval = time.Minute
	// syncTimeout bounds a Retrieve, which holds up the scheduler.
	syncTimeout = 5 * time.Second
)

type options struct {
	rules         tracker.Config
	receiveBuffer int
	auditInterval time.Duration
	status        func(error)

	watchNamespaces func(stop <-chan struct{}, update func(map[string]netns.Namespace)) // nil if there are none
	openNamespace   func(netns.Namespace) linuxcalls.Watcher
}

// Option changes a default of an InterfaceWatcher.
type Option func(*options)

// WithRules sets what is announced and when. The default is the zero Config
// with DefaultNotificationDelay.
func WithRules(rules tracker.Config) Option { return func(o *options) { o.rules = rules } }

// WithReceiveBuffer sets the size of the netlink receive buffer in bytes; zero is
// the default of the system. See linuxcalls.NetlinkAPI.
func WithReceiveBuffer(bytes int) Option { return func(o *options) { o.receiveBuffer = bytes } }

// WithAuditInterval sets the time between two comparisons of the state with a
// fresh dump; zero turns them off.
func WithAuditInterval(d time.Duration) Option { return func(o *options) { o.auditInterval = d } }

// WithStatus sets a function that is told when the watcher gets out of sync with the
// kernel, with the cause, and with nil when it is in sync (again). It is called from
// one goroutine and may be slow: it then misses what has changed back meanwhile, and
// holds up nothing but StopWatching.
func WithStatus(report func(outOfSync error)) Option {
	return func(o *options) { o.status = report }
}

// WithNamespaces watches other network namespaces too. watch is to call update with
// those that there are, by name, whenever that may have changed, until stop is
// closed, as netns.Selection.Watch does; open is to return the way into one.
func WithNamespaces(watch func(stop <-chan struct{}, update func(map[string]netns.Namespace)),
	open func(netns.Namespace) linuxcalls.Watcher) Option {
	return func(o *options) { o.watchNamespaces, o.openNamespace = watch, open }
}

func newOptions(opts []Option) options {
	o := options{
		rules:         tracker.Config{NotificationDelay: DefaultNotificationDelay},
		receiveBuffer: DefaultReceiveBuffer,
		auditInterval: DefaultAuditInterval,
		status:        func(error) {},
	}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}
