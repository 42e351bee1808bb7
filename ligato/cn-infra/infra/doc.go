// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package infra defines what a plugin is and the dependencies that every
// plugin has: a name, a logger and a configuration.
//
// Starting and stopping plugins is the job of package agent.
package infra
