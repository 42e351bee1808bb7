// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	client "github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"go.ligato.io/cn-infra/v2/health/statuscheck/model/status"
)

// Where the metrics are and what they are called.
const (
	// DefaultHealthPath is the path of the metrics.
	DefaultHealthPath = "/health"

	// Namespace and Subsystem are the prefixes of the names, which are empty.
	Namespace = ""
	Subsystem = ""

	// ServiceLabel is the label with the name of the agent.
	ServiceLabel = "service"
	// DependencyLabel is the label with the name of a plugin.
	DependencyLabel = "dependency"
	// BuildVersionLabel and BuildDateLabel are the labels of ServiceInfoName.
	BuildVersionLabel = "build_version"
	BuildDateLabel    = "build_date"

	// ServiceHealthName is the gauge with the health of the agent.
	ServiceHealthName = "service_health"
	// ServiceHealthHelp describes it.
	ServiceHealthHelp = "The health of the ServiceLabel 0 = INIT, 1 = OK, 2 = ERROR"

	// ServiceInfoName is the gauge whose labels tell the build.
	ServiceInfoName = "service_info"
	// ServiceInfoHelp describes it.
	ServiceInfoHelp = "Build info for the service.  Value is always 1, build info is in the tags."

	// DependencyHealthName is the gauge with the health of a plugin.
	DependencyHealthName = "service_dependency_health"
	// DependencyHealthHelp describes it.
	DependencyHealthHelp = "The health of the DependencyLabel 0 = INIT, 1 = OK, 2 = ERROR"
)

// registerMetrics serves the health of the agent and of the plugins that are
// known by now.
func (p *Plugin) registerMetrics() error {
	if p.ServiceLabel == nil {
		return errors.New("metrics of the health need the service label")
	}
	if err := p.Prometheus.NewRegistry(DefaultHealthPath, promhttp.HandlerOpts{}); err != nil {
		return fmt.Errorf("metrics of the health: %w", err)
	}
	service := p.ServiceLabel.GetAgentLabel()
	agentStatus := p.StatusCheck.GetAgentStatus()

	err := errors.Join(
		p.registerGauge(ServiceHealthName, ServiceHealthHelp, client.Labels{ServiceLabel: service}, func() float64 {
			return float64(p.exposed().State)
		}),
		p.registerGauge(ServiceInfoName, ServiceInfoHelp, client.Labels{
			ServiceLabel:      service,
			BuildVersionLabel: agentStatus.BuildVersion,
			BuildDateLabel:    agentStatus.BuildDate,
		}, func() float64 { return 1 }),
	)
	for _, name := range slices.Sorted(maps.Keys(p.StatusCheck.GetAllPluginStatus())) {
		err = errors.Join(err, p.registerGauge(DependencyHealthName, DependencyHealthHelp, client.Labels{
			ServiceLabel:    service,
			DependencyLabel: name,
		}, func() float64 { return float64(p.stateOf(name)) }))
	}
	return err
}

func (p *Plugin) registerGauge(name, help string, labels client.Labels, value func() float64) error {
	if err := p.Prometheus.RegisterGaugeFunc(DefaultHealthPath, Namespace, Subsystem, name, help, labels, value); err != nil {
		return fmt.Errorf("metric %s%v: %w", name, labels, err)
	}
	return nil
}

func (p *Plugin) stateOf(plugin string) status.OperationalState {
	return p.StatusCheck.GetAllPluginStatus()[plugin].GetState()
}
