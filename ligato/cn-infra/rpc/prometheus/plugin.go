// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package prometheus

import (
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/unrolled/render"

	"go.ligato.io/cn-infra/v2/infra"
	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/cn-infra/v2/rpc/rest"
)

// Plugin exposes metrics of an agent. It implements API.
type Plugin struct {
	Deps

	mu         sync.Mutex
	registries map[string]*registry // by path; nil until the first use
	exposed    bool                 // registries are served as they are created
}

// Deps are the dependencies of Plugin.
type Deps struct {
	infra.PluginName
	Log logging.PluginLogger
	// HTTP serves the metrics; without it they are only collected.
	HTTP rest.HTTPHandlers
}

// registry is a set of collectors that is served at a path.
type registry struct {
	prometheus.Registerer
	prometheus.Gatherer
	opts promhttp.HandlerOpts
}

// Init does nothing: everything is there from the first use on.
func (p *Plugin) Init() error {
	return nil
}

// AfterInit serves the registries that there are, and from now on each new one.
func (p *Plugin) AfterInit() error {
	p.mu.Lock()
	defer p.mu.Unlock()

	if p.HTTP == nil {
		p.Log.Info("metrics are not served: there is no HTTP server")
		return nil
	}
	p.exposed = true
	for path, r := range p.all() {
		p.expose(path, r)
	}
	return nil
}

// Close does nothing; the HTTP server stops serving the metrics.
func (p *Plugin) Close() error {
	return nil
}

// NewRegistry implements API. Its errors are ErrPathInvalidFormat and
// ErrPathAlreadyRegistry.
func (p *Plugin) NewRegistry(path string, opts promhttp.HandlerOpts) error {
	if !strings.HasPrefix(path, "/") {
		return fmt.Errorf("%w: %q", ErrPathInvalidFormat, path)
	}
	p.mu.Lock()
	defer p.mu.Unlock()

	if _, exists := p.all()[path]; exists {
		return fmt.Errorf("%w: %q", ErrPathAlreadyRegistry, path)
	}
	created := prometheus.NewRegistry()
	r := &registry{created, created, opts}
	p.registries[path] = r
	if p.exposed {
		p.expose(path, r)
	}
	return nil
}

// Register implements API. Its errors are ErrRegistryNotFound and those of the
// client library, such as prometheus.AlreadyRegisteredError.
func (p *Plugin) Register(registryPath string, collector prometheus.Collector) error {
	r, err := p.find(registryPath)
	if err != nil {
		return err
	}
	if err := r.Register(collector); err != nil {
		return fmt.Errorf("register collector in %s: %w", registryPath, err)
	}
	return nil
}

// Unregister implements API.
func (p *Plugin) Unregister(registryPath string, collector prometheus.Collector) bool {
	r, err := p.find(registryPath)
	if err != nil {
		return false
	}
	return r.Unregister(collector)
}

// RegisterGaugeFunc implements API. Its errors are those of Register.
func (p *Plugin) RegisterGaugeFunc(registryPath string, namespace string, subsystem string, name string, help string,
	labels prometheus.Labels, valueFunc func() float64) error {
	return p.Register(registryPath, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace:   namespace,
		Subsystem:   subsystem,
		Name:        name,
		Help:        help,
		ConstLabels: labels,
	}, valueFunc))
}

func (p *Plugin) find(path string) (*registry, error) {
	p.mu.Lock()
	defer p.mu.Unlock()

	r, ok := p.all()[path]
	if !ok {
		return nil, fmt.Errorf("%w: %q", ErrRegistryNotFound, path)
	}
	return r, nil
}

// all returns the registries, of which there is always the default one; mu
// must be held.
func (p *Plugin) all() map[string]*registry {
	if p.registries == nil {
		p.registries = map[string]*registry{
			DefaultRegistry: {Registerer: prometheus.DefaultRegisterer, Gatherer: prometheus.DefaultGatherer},
		}
	}
	return p.registries
}

func (p *Plugin) expose(path string, r *registry) {
	p.HTTP.RegisterHTTPHandler(path, func(*render.Render) http.HandlerFunc {
		return promhttp.HandlerFor(r, r.opts).ServeHTTP
	}, http.MethodGet)
	p.Log.Debugf("metrics are served at %s", path)
}
