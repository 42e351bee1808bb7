// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package statuscheck

import (
	"context"
	"fmt"
	"time"

	"go.ligato.io/cn-infra/v2/health/statuscheck/model/status"
)

// probePeriodically runs all probes at once, then every interval and whenever
// a plugin registers, until ctx is done.
func (p *Plugin) probePeriodically(ctx context.Context, r *run, interval time.Duration) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		p.probeAll(r, interval)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-r.registered:
		}
	}
}

// probeAll starts every probe, each in a goroutine of its own: one that is
// slow holds up neither the others nor the caller. A probe that is still
// running is not started again; when it has run for limit, the plugin is in
// error.
func (p *Plugin) probeAll(r *run, limit time.Duration) {
	now := p.now()
	var stuck []change

	p.mu.Lock()
	for name, e := range p.state.plugins {
		switch {
		case e.probe == nil:
		case e.probedSince.IsZero():
			e.probedSince = now
			r.group.Go(func() { p.probe(name, e) })
		case now.Sub(e.probedSince) >= limit:
			err := fmt.Errorf("probe has not returned since %s", e.probedSince.Format(time.TimeOnly))
			stuck = append(stuck, p.apply(name, e, status.OperationalState_ERROR, err))
		}
	}
	p.mu.Unlock()

	for _, c := range stuck {
		p.logChange(c)
	}
}

// probe runs the probe of a plugin and records the result, unless the plugin
// has been registered anew in the meantime.
func (p *Plugin) probe(name string, e *entry) {
	result, err := callProbe(e.probe)
	to, unknown := operationalState(result)
	if unknown != nil {
		err = unknown
	}

	var c change
	p.mu.Lock()
	e.probedSince = time.Time{}
	if p.state.plugins[name] == e {
		c = p.apply(name, e, to, err)
	}
	p.mu.Unlock()
	p.logChange(c)
}

// callProbe calls foreign code, whose panic is an error of that plugin only.
func callProbe(probe PluginStateProbe) (result PluginState, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			result, err = Error, fmt.Errorf("probe panicked: %v", cause)
		}
	}()
	return probe()
}
