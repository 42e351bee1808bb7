// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"expvar"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/queue"
)

const (
	metricsNamespace = "ligato"
	metricsSubsystem = "kvscheduler"
)

// prom are the metrics of the process: several schedulers add up.
var prom = struct {
	processed, dropped       prometheus.Counter
	queueWait, stageDuration *prometheus.SummaryVec
	duration                 *prometheus.HistogramVec
}{
	processed: prometheus.NewCounter(prometheus.CounterOpts{
		Namespace: metricsNamespace, Subsystem: metricsSubsystem, Name: "txn_processed",
		Help: "The total number of transactions processed.",
	}),
	dropped: prometheus.NewCounter(prometheus.CounterOpts{
		Namespace: metricsNamespace, Subsystem: metricsSubsystem, Name: "txn_dropped",
		Help: "The total number of transactions refused because the queue was full.",
	}),
	queueWait: prometheus.NewSummaryVec(prometheus.SummaryOpts{
		Namespace: metricsNamespace, Subsystem: metricsSubsystem, Name: "queue_wait_seconds",
		Help: "Time that transactions waited in the queue.", MaxAge: 30 * time.Second,
	}, []string{"txn_type"}),
	stageDuration: prometheus.NewSummaryVec(prometheus.SummaryOpts{
		Namespace: metricsNamespace, Subsystem: metricsSubsystem, Name: "txn_process_duration_seconds",
		Help: "Time that the stages of transactions took.", MaxAge: 30 * time.Second,
	}, []string{"slice"}),
	duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: metricsNamespace, Subsystem: metricsSubsystem, Name: "txn_duration_seconds",
		Help: "Time from the creation of transactions to their end.",
	}, []string{"txn_type"}),
}

// running are the schedulers whose queues count, the last started one last.
var running struct {
	sync.Mutex
	cores []*core
	last  *stats
}

var registerOnce sync.Once

func registerMetrics(c *core) {
	running.Lock()
	running.cores = append(running.cores, c)
	running.last = c.stats
	running.Unlock()

	registerOnce.Do(func() {
		collectors := []prometheus.Collector{
			prom.processed, prom.dropped, prom.queueWait, prom.stageDuration, prom.duration,
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{
				Namespace: metricsNamespace, Subsystem: metricsSubsystem, Name: "queue_capacity",
				Help: "The number of places for transactions of the northbound.",
			}, func() float64 { return queue.Capacity }),
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{
				Namespace: metricsNamespace, Subsystem: metricsSubsystem, Name: "queue_length",
				Help: "The number of transactions in the queue.",
			}, queueLength),
		}
		for _, collector := range collectors {
			if err := prometheus.Register(collector); err != nil {
				c.log.Warnf("metrics: %v", err)
			}
		}
		if expvar.Get(metricsSubsystem) == nil {
			expvar.Publish(metricsSubsystem, expvar.Func(func() any { return GetStats() }))
		}
	})
}

func unregisterMetrics(c *core) {
	running.Lock()
	defer running.Unlock()

	running.cores = slices.DeleteFunc(running.cores, func(other *core) bool { return other == c })
}

func queueLength() float64 {
	running.Lock()
	defer running.Unlock()

	n := 0
	for _, c := range running.cores {
		n += c.queue.Len()
	}
	return float64(n)
}

// GetStats returns a copy of the statistics of the scheduler that was started
// last, nil if none was.
func GetStats() *Stats {
	running.Lock()
	last := running.last
	running.Unlock()

	if last == nil {
		return nil
	}
	return last.snapshot()
}
