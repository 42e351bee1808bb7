// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package agentapi asks an agent over its REST and gRPC servers. It knows paths
// and messages, and turns every failure into one readable line; what the
// answers mean, and how they are shown, is for others.
package agentapi
