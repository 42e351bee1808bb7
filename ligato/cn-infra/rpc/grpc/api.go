// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package grpc

import (
	"google.golang.org/grpc"
)

// Server is what other plugins use of the gRPC server.
type Server interface {
	// GetServer returns the server to register services with, nil if the
	// plugin is disabled or not yet initialised. Services must be registered
	// before AfterInit of the gRPC plugin, that is, in an Init.
	GetServer() *grpc.Server

	// IsDisabled reports whether the agent has no gRPC server.
	IsDisabled() bool
}
