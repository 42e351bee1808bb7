// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package metrics has the statistics of calls that plugins show over REST. It
// does not measure and does not know who is measured; the metrics for
// Prometheus are elsewhere, at the plugins.
package metrics
