// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/unrolled/render"

	"go.ligato.io/cn-infra/v2/health/statuscheck"
	"go.ligato.io/cn-infra/v2/health/statuscheck/model/status"
	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/rpc/prometheus"
	"go.ligato.io/cn-infra/v2/rpc/rest"
	"go.ligato.io/cn-infra/v2/servicelabel"
)

// Paths of the probes.
const (
	livenessPath  = "/liveness"
	readinessPath = "/readiness"
)

// Plugin serves the health of an agent.
type Plugin struct {
	Deps

	// NonFatalPlugins are plugins whose errors do not make the agent
	// unhealthy, see WithNonFatalPlugins.
	NonFatalPlugins []string
}

// Deps are the dependencies of Plugin.
type Deps struct {
	infra.PluginDeps

	// ServiceLabel names the agent in metrics; needed with Prometheus only.
	ServiceLabel servicelabel.ReaderAPI
	// StatusCheck knows the health. Without it nothing is served.
	StatusCheck statuscheck.StatusReader
	// HTTP serves the probes; optional.
	HTTP rest.HTTPHandlers
	// Prometheus serves the health as metrics; optional, and not there by
	// default.
	Prometheus prometheus.API
}

// ExposedStatus is the JSON of the probes, as encoding/json writes and reads
// it.
type ExposedStatus struct {
	status.AgentStatus
	PluginStatus    map[string]*status.PluginStatus
	NonFatalPlugins []string
}

// Init does nothing.
func (p *Plugin) Init() error {
	return nil
}

// AfterInit registers the probes with the HTTP server and, if there is one,
// the metrics with Prometheus.
func (p *Plugin) AfterInit() error {
	if p.StatusCheck == nil {
		p.Log.Warn("the health is not served: there is no status check")
		return nil
	}
	if p.HTTP != nil {
		p.HTTP.RegisterHTTPHandler(livenessPath, p.liveness, http.MethodGet)
		p.HTTP.RegisterHTTPHandler(readinessPath, p.readiness, http.MethodGet)
	}
	if p.Prometheus != nil {
		return p.registerMetrics()
	}
	return nil
}

// Close does nothing; the HTTP server stops serving the probes.
func (p *Plugin) Close() error {
	return nil
}

// liveness answers whether the agent may go on as it is: it initialises or is
// well.
func (p *Plugin) liveness(*render.Render) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		exposed := p.exposed()
		p.answer(w, exposed, exposed.State != status.OperationalState_ERROR)
	}
}

// readiness answers whether the agent does its work.
func (p *Plugin) readiness(*render.Render) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		exposed := p.exposed()
		stats := p.StatusCheck.GetInterfaceStats()
		exposed.InterfaceStats = &stats
		p.answer(w, exposed, exposed.State == status.OperationalState_OK)
	}
}

// exposed returns the health as it is served.
func (p *Plugin) exposed() *ExposedStatus {
	e := &ExposedStatus{
		AgentStatus:     p.StatusCheck.GetAgentStatus(),
		PluginStatus:    p.StatusCheck.GetAllPluginStatus(),
		NonFatalPlugins: p.NonFatalPlugins,
	}
	if e.State == status.OperationalState_ERROR && p.toleratesAll(e.PluginStatus) {
		e.State = stateWithoutErrors(e.Plugins)
	}
	return e
}

// toleratesAll says whether there are plugins in error and all of them are
// non-fatal.
func (p *Plugin) toleratesAll(plugins map[string]*status.PluginStatus) bool {
	failed := 0
	for name, plugin := range plugins {
		if plugin.GetState() != status.OperationalState_ERROR {
			continue
		}
		if !slices.Contains(p.NonFatalPlugins, name) {
			return false
		}
		failed++
	}
	return failed > 0
}

// stateWithoutErrors is the overall state of the plugins that are not in
// error.
func stateWithoutErrors(plugins []*status.PluginStatus) status.OperationalState {
	for _, plugin := range plugins {
		if plugin.GetState() == status.OperationalState_INIT {
			return status.OperationalState_INIT
		}
	}
	return status.OperationalState_OK
}

func (p *Plugin) answer(w http.ResponseWriter, exposed *ExposedStatus, healthy bool) {
	body, err := json.Marshal(exposed)
	if err != nil {
		p.Log.Errorf("status cannot be encoded: %v", err)
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	// Of an answer that is an error agentctl shows the body only if it is not plain
	// "application/json", where it looks for a message alone.
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	if !healthy {
		w.WriteHeader(http.StatusInternalServerError)
	}
	if _, err := w.Write(body); err != nil {
		p.Log.Debugf("the answer to a probe was not read: %v", err)
	}
}
