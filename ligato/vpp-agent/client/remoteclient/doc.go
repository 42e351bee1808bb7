// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package remoteclient is the client of an agent in another process, over gRPC.
//
// Without options it handles values of models that are linked into the program.
// With [UseRemoteRegistry] it handles those that the agent has, whatever they
// are, as dynamic messages.
package remoteclient
