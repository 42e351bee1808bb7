// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package probe serves the health of an agent over HTTP, in the form that
// orchestrators such as Kubernetes ask for: /liveness and /readiness, and
// optionally as Prometheus metrics at /health.
//
// It only shows what package statuscheck knows, without any I/O of its own:
// an answer does not wait for a data store or for a plugin's probe.
package probe
