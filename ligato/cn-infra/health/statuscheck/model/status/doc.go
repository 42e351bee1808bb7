// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package status is the model of the health of an agent and of its plugins,
// and the keys under which it is published.
package status
