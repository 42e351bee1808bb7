// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package statuscheck

import (
	"context"
	"fmt"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/agent"
	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/health/statuscheck/model/status"
	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/logging"
)

// Periods of the plugin, read when it starts.
var (
	// PeriodicWriteTimeout is how often the status is written to the store
	// even if it did not change.
	PeriodicWriteTimeout = 10 * time.Second
	// PeriodicProbingTimeout is how often the probes of plugins are called.
	PeriodicProbingTimeout = 5 * time.Second
)

// stopTimeout is how long Close waits for probes and for the store, which
// cannot be interrupted.
const stopTimeout = time.Second

// Plugin keeps the health of an agent. It implements PluginStatusWriter and
// StatusReader, all of which may be used at any time and concurrently.
type Plugin struct {
	Deps

	now func() time.Time

	mu        sync.Mutex // never held during I/O or while a probe runs
	state     state
	publisher *publisher // while there is a store and the plugin runs

	run *run // from AfterInit to Close
}

// Deps are the dependencies of Plugin.
type Deps struct {
	infra.PluginName
	Log logging.PluginLogger
	// Transport is the store that the status is published in; optional.
	Transport datasync.KeyProtoValWriter
}

// run is what exists while the plugin runs.
type run struct {
	cancel     context.CancelFunc
	group      sync.WaitGroup
	registered chan struct{} // tells that there may be a new probe
}

// Init records which build of the agent runs since when.
func (p *Plugin) Init() error {
	p.mu.Lock()
	defer p.mu.Unlock()

	now := p.now().Unix()
	p.state.build = buildInfo{version: agent.BuildVersion, date: agent.BuildDate, commit: agent.CommitHash}
	p.state.startTime, p.state.lastChange, p.state.lastUpdate = now, now, now
	return nil
}

// AfterInit starts to call probes and to publish the status.
func (p *Plugin) AfterInit() error {
	ctx, cancel := context.WithCancel(context.Background())
	r := &run{cancel: cancel, registered: make(chan struct{}, 1)}
	writing, probing := PeriodicWriteTimeout, PeriodicProbingTimeout

	p.mu.Lock()
	p.run = r
	p.state.started = true
	if p.Transport != nil {
		p.publisher = p.newPublisher()
		p.publisher.mark(p.keys()...)
	}
	publisher := p.publisher
	p.mu.Unlock()

	if publisher != nil {
		r.group.Go(func() { publisher.run(ctx) })
		r.group.Go(func() { p.refreshPeriodically(ctx, writing) })
	}
	r.group.Go(func() { p.probePeriodically(ctx, r, probing) })
	return nil
}

// Close stops probing and publishing. A probe or a write to the store that
// does not return in time is left to itself.
func (p *Plugin) Close() error {
	p.mu.Lock()
	r := p.run
	p.run, p.publisher = nil, nil
	p.mu.Unlock()

	if r == nil {
		return nil
	}
	r.cancel()
	stopped := make(chan struct{})
	go func() {
		r.group.Wait()
		close(stopped)
	}()
	select {
	case <-stopped:
	case <-time.After(stopTimeout):
		p.Log.Warnf("a probe or the store has not returned for %v, not waiting any longer", stopTimeout)
	}
	return nil
}

// Register implements PluginStatusWriter. A plugin that registers again begins
// anew.
func (p *Plugin) Register(pluginName infra.PluginName, probe PluginStateProbe) {
	name := pluginName.String()

	p.mu.Lock()
	defer p.mu.Unlock()

	p.state.register(name, probe, p.now().Unix())
	p.publish(name)
	if p.run != nil && probe != nil {
		select {
		case p.run.registered <- struct{}{}:
		default:
		}
	}
}

// ReportStateChange implements PluginStatusWriter. A report of a plugin that
// is not registered is logged and ignored.
func (p *Plugin) ReportStateChange(pluginName infra.PluginName, state PluginState, lastError error) {
	p.ReportStateChangeWithMeta(pluginName, state, lastError, nil)
}

// ReportStateChangeWithMeta implements PluginStatusWriter.
func (p *Plugin) ReportStateChangeWithMeta(pluginName infra.PluginName, state PluginState, lastError error, meta proto.Message) {
	name := pluginName.String()
	to, err := operationalState(state)
	if err != nil {
		lastError = err
	}

	var c change
	p.mu.Lock()
	e, registered := p.state.plugins[name]
	if registered {
		c = p.apply(name, e, to, lastError)
		if iface, ok := meta.(*status.InterfaceStats_Interface); ok {
			p.state.recordInterface(iface)
		}
	}
	p.mu.Unlock()

	if !registered {
		p.Log.Errorf("report of state %q by plugin %q, which is not registered, is ignored", state, name)
		return
	}
	p.logChange(c)
}

// change is what a report changed.
type change struct {
	name      string
	from, to  status.OperationalState
	lastError string
}

// apply records a report; mu must be held. The change, zero if there is none,
// is for logChange.
func (p *Plugin) apply(name string, e *entry, to status.OperationalState, lastError error) change {
	c := change{name: name, from: e.status.State, to: to}
	if lastError != nil {
		c.lastError = lastError.Error()
	}
	if !p.state.report(e, to, c.lastError, p.now().Unix()) {
		return change{}
	}
	p.publish(name)
	return c
}

// logChange logs a change. It is not for callers that hold mu: writing a log
// is I/O.
func (p *Plugin) logChange(c change) {
	switch {
	case c.to == status.OperationalState_ERROR:
		p.Log.Warnf("plugin %s: state is %v: %s", c.name, c.to, c.lastError)
	case c.to != c.from:
		p.Log.Infof("plugin %s: state is %v, was %v", c.name, c.to, c.from)
	}
}

// GetAgentStatus implements StatusReader.
func (p *Plugin) GetAgentStatus() status.AgentStatus {
	p.mu.Lock()
	defer p.mu.Unlock()

	// A message must not be copied, so this is built where it is returned.
	return status.AgentStatus{
		BuildVersion: p.state.build.version,
		BuildDate:    p.state.build.date,
		CommitHash:   p.state.build.commit,
		State:        p.state.overall(),
		StartTime:    p.state.startTime,
		LastChange:   p.state.lastChange,
		LastUpdate:   p.state.lastUpdate,
		Plugins:      p.state.reporters(),
	}
}

// GetInterfaceStats implements StatusReader.
func (p *Plugin) GetInterfaceStats() status.InterfaceStats {
	p.mu.Lock()
	defer p.mu.Unlock()

	return status.InterfaceStats{Interfaces: p.state.interfaceList()}
}

// GetAllPluginStatus implements StatusReader.
func (p *Plugin) GetAllPluginStatus() map[string]*status.PluginStatus {
	p.mu.Lock()
	defer p.mu.Unlock()

	all := make(map[string]*status.PluginStatus, len(p.state.plugins))
	for name, e := range p.state.plugins {
		all[name] = e.copy()
	}
	return all
}

// operationalState returns the state as it is published. An unknown one is an
// error of the plugin that reports it.
func operationalState(state PluginState) (status.OperationalState, error) {
	switch state {
	case Init:
		return status.OperationalState_INIT, nil
	case OK:
		return status.OperationalState_OK, nil
	case Error:
		return status.OperationalState_ERROR, nil
	}
	return status.OperationalState_ERROR, fmt.Errorf("unknown state %q reported", state)
}
