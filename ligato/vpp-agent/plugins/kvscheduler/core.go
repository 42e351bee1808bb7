// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"errors"
	"os"
	"sync"
	"time"

	"go.ligato.io/cn-infra/v2/idxmap"
	"go.ligato.io/cn-infra/v2/idxmap/mem"
	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/engine"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/graph"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/history"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/queue"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/registry"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/watch"
)

// core is the scheduler from its start until it is closed. What the worker
// alone uses is marked; everything else is safe for concurrent use.
type core struct {
	log      logging.Logger
	registry *registry.Registry
	queue    *queue.Queue
	watchers *watch.Watchers
	views    *graph.Views
	history  *history.History // nil unless recording
	stats    *stats
	printer  *printer
	retries  retryTimers

	engine  *engine.Engine // of the worker
	cfg     *Config        // constant after start
	seq     uint64         // of the worker
	working workerMark

	mu      sync.Mutex
	started bool
	closed  bool
	wg      sync.WaitGroup
}

func newCore(log logging.Logger) *core {
	c := &core{log: log, watchers: watch.New(), queue: queue.New(time.Now), cfg: defaultConfig()}
	start := time.Now()
	env := &registry.Env{
		Clock: func() time.Duration { return time.Since(start) },
		Metadata: func(title string) idxmap.NamedMappingRW {
			return mem.NewNamedMapping(log, title, nil)
		},
	}
	if os.Getenv(envCheckNetNS) != "" {
		env.CheckNetNS = checkNetNS
	}
	c.registry = registry.New(env)
	c.stats = newStats(c.registry)
	c.engine = &engine.Engine{
		Graph:        graph.New(),
		NonRetriable: IsNonRetryableError,
	}
	c.views = &c.engine.Graph.Views
	return c
}

func (c *core) start(cfg *Config) error {
	c.mu.Lock()
	defer c.mu.Unlock()

	if c.started {
		return errors.New("already initialized")
	}
	c.started = true
	c.cfg = cfg
	if cfg.RecordTransactionHistory {
		c.history = history.New(cfg.historyLimits(), time.Now())
		c.engine.LastOrigins = c.history.LastOrigins
		c.wg.Add(1)
		go c.trimHistory()
	}
	c.printer = newPrinter(c.log)
	c.wg.Add(2)
	go c.print()
	go c.work()
	registerMetrics(c)
	return nil
}

func (c *core) isClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()

	return c.closed
}

func (c *core) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()

	c.queue.Close()
	c.retries.stop()
	c.watchers.Close()
	c.wg.Wait()
	unregisterMetrics(c)
}

// historyTrimPeriod is how often records are removed only because of age.
const historyTrimPeriod = time.Minute

func (c *core) trimHistory() {
	defer c.wg.Done()
	tick := time.NewTicker(historyTrimPeriod)
	defer tick.Stop()
	for {
		select {
		case <-c.queue.Done():
			return
		case now := <-tick.C:
			c.history.Trim(now)
		}
	}
}
