// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package grpc is the gRPC server of an agent. Other plugins register their
// services with it; the package itself offers none.
//
// The server is off unless there is a file grpc.conf, a UseConf option, or a
// numeric -grpc-port flag or GRPC_PORT variable. It is created by Init, so
// that plugins that depend on it can register services in their own Init, and
// listens from AfterInit on.
package grpc
