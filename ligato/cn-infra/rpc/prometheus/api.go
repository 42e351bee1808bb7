// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package prometheus

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// DefaultRegistry is the path of the registry that always exists.
const DefaultRegistry = "/metrics"

// Errors of API; they come wrapped with the path that they are about.
var (
	// ErrPathInvalidFormat means that the path of a registry does not begin with "/".
	ErrPathInvalidFormat = errors.New("registry path must start with /")
	// ErrPathAlreadyRegistry means that there is a registry at the path already.
	ErrPathAlreadyRegistry = errors.New("registry path is already in use")
	// ErrRegistryNotFound means that there is no registry at the path.
	ErrRegistryNotFound = errors.New("no registry at this path")
)

// API is what other plugins use to expose metrics. All of it may be called at
// any time, before and after the plugin's Init, and concurrently.
type API interface {
	// NewRegistry creates a registry, served with opts at path by GET.
	NewRegistry(path string, opts promhttp.HandlerOpts) error

	// Register adds a collector to the registry at registryPath.
	Register(registryPath string, collector prometheus.Collector) error

	// Unregister removes a collector from the registry at registryPath and
	// reports whether it was there.
	Unregister(registryPath string, collector prometheus.Collector) bool

	// RegisterGaugeFunc adds a gauge whose value is asked from valueFunc at
	// each scrape. valueFunc must be safe for concurrent use.
	RegisterGaugeFunc(registryPath string, namespace string, subsystem string, name string, help string,
		labels prometheus.Labels, valueFunc func() float64) error
}
