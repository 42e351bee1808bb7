// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ifwatcher

import (
	client "github.com/prometheus/client_golang/prometheus"
	"go.ligato.io/cn-infra/v2/rpc/prometheus"
)

// registerMetrics exposes the metrics. Each has the label "plugin" with the name
// of the plugin, so that an agent can have several. That metrics cannot be
// exposed is no reason not to watch.
func (p *Plugin) registerMetrics() {
	if p.Prometheus == nil {
		return
	}
	c := client.WrapCollectorWith(client.Labels{"plugin": p.String()}, p.watcher.Collector())
	if err := p.Prometheus.Register(prometheus.DefaultRegistry, c); err != nil {
		p.Log.Warnf("metrics are not exposed: %v", err)
		return
	}
	p.collector = c
}

func (p *Plugin) unregisterMetrics() {
	if p.collector != nil {
		p.Prometheus.Unregister(prometheus.DefaultRegistry, p.collector)
		p.collector = nil
	}
}
