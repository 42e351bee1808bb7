// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Cause is why everything was read anew.
type Cause string

// The causes.
const (
	CauseStart       Cause = "start"       // of the watcher, or a namespace that appeared
	CauseOverflow    Cause = "overflow"    // of the receive buffer or of the queue behind it
	CauseError       Cause = "error"       // of the socket
	CauseAudit       Cause = "audit"       // nothing but the time
	CauseInterrupted Cause = "interrupted" // the dump before was interrupted in every attempt
	CauseRetrieve    Cause = "retrieve"    // the scheduler has asked
)

var allCauses = []Cause{CauseStart, CauseOverflow, CauseError, CauseAudit, CauseInterrupted, CauseRetrieve}

const metricsNamespace, metricsSubsystem = "ligato", "ifwatcher"

// metrics are those that are not counted in Stats.
type metrics struct {
	latency prometheus.Histogram
	resyncs *prometheus.HistogramVec
	repairs *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: metricsNamespace, Subsystem: metricsSubsystem, Name: "event_latency_seconds",
			Help:    "Time from an event of the kernel, or from the end of the delay that it started, until the scheduler took the change of a key.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}),
		resyncs: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: metricsNamespace, Subsystem: metricsSubsystem, Name: "resync_duration_seconds",
			Help:    "Time from the begin of a dump of the kernel until the state agreed with it, by what made it necessary.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"cause"}),
		repairs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: metricsNamespace, Subsystem: metricsSubsystem, Name: "repairs_total",
			Help: "Differences between the state and a dump, by what made the dump necessary. After a loss of events they are the loss; those of audits should be zero.",
		}, []string{"cause"}),
	}
	for _, c := range allCauses { // so that they are there with zero
		m.resyncs.WithLabelValues(string(c))
		if c != CauseStart {
			m.repairs.WithLabelValues(string(c))
		}
	}
	return m
}

func (m *metrics) observeLatency(d time.Duration) { m.latency.Observe(d.Seconds()) }

func (m *metrics) synced(cause Cause, took time.Duration, repairs int) {
	m.resyncs.WithLabelValues(string(cause)).Observe(took.Seconds())
	if cause != CauseStart {
		m.repairs.WithLabelValues(string(cause)).Add(float64(repairs))
	}
}

// statMetric is a metric made of Stats when it is asked for.
type statMetric struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(Stats) float64
}

func newStatMetric(kind prometheus.ValueType, name, help string, value func(Stats) float64) statMetric {
	full := prometheus.BuildFQName(metricsNamespace, metricsSubsystem, name)
	return statMetric{prometheus.NewDesc(full, help, nil, nil), kind, value}
}

var statMetrics = []statMetric{
	newStatMetric(prometheus.CounterValue, "events_total", "Events read from the kernel.",
		func(s Stats) float64 { return float64(s.Events) }),
	newStatMetric(prometheus.CounterValue, "kernel_drops_total", "Messages that the kernel dropped since the receive buffer was full.",
		func(s Stats) float64 { return float64(s.KernelDrops) }),
	newStatMetric(prometheus.CounterValue, "overflows_total", "Losses of events because a buffer was full; each is followed by a resync.",
		func(s Stats) float64 { return float64(s.Overflows) }),
	newStatMetric(prometheus.CounterValue, "subscriptions_total", "Netlink sockets opened.",
		func(s Stats) float64 { return float64(s.Subscriptions) }),
	newStatMetric(prometheus.CounterValue, "pushes_total", "Notifications that the scheduler took.",
		func(s Stats) float64 { return float64(s.Pushes) }),
	newStatMetric(prometheus.CounterValue, "refused_pushes_total", "Notifications that the scheduler refused; they are repeated.",
		func(s Stats) float64 { return float64(s.Refused) }),
	newStatMetric(prometheus.GaugeValue, "interfaces_known", "Interfaces that there are.",
		func(s Stats) float64 { return float64(s.Known) }),
	newStatMetric(prometheus.GaugeValue, "interfaces_announced", "Interfaces that are announced.",
		func(s Stats) float64 { return float64(s.Announced) }),
}

var inSyncDesc = prometheus.NewDesc(prometheus.BuildFQName(metricsNamespace, metricsSubsystem, "in_sync"),
	"1 while what is known is what the kernel has, 0 while that is not sure.", nil, nil)

// Collector returns the metrics of the watcher.
func (w *InterfaceWatcher) Collector() prometheus.Collector { return collector{w} }

type collector struct{ w *InterfaceWatcher }

func (c collector) Describe(ch chan<- *prometheus.Desc) {
	for _, m := range statMetrics {
		ch <- m.desc
	}
	ch <- inSyncDesc
	c.w.metrics.latency.Describe(ch)
	c.w.metrics.resyncs.Describe(ch)
	c.w.metrics.repairs.Describe(ch)
}

func (c collector) Collect(ch chan<- prometheus.Metric) {
	stats := c.w.Stats()
	for _, m := range statMetrics {
		ch <- prometheus.MustNewConstMetric(m.desc, m.kind, m.value(stats))
	}
	inSync := 0.0
	if c.w.OutOfSync() == nil {
		inSync = 1
	}
	ch <- prometheus.MustNewConstMetric(inSyncDesc, prometheus.GaugeValue, inSync)
	c.w.metrics.latency.Collect(ch)
	c.w.metrics.resyncs.Collect(ch)
	c.w.metrics.repairs.Collect(ch)
}
