// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package prometheus exposes metrics of an agent over its HTTP server, in one
// or more registries, each at a path of its own.
//
// The registry DefaultRegistry is always there and is the default one of the
// Prometheus client library, with the metrics of the Go runtime and of the
// process. The package collects no metrics itself.
package prometheus
