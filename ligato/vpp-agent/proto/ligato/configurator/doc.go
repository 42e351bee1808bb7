// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package configurator has the service that takes and returns configuration as
// one message with a field for each model that every agent has. Configuration
// of any model goes through the package generic.
package configurator
