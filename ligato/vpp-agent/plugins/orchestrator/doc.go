// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package orchestrator brings the configuration of all sources together and
// has it applied by the scheduler.
//
// A source is a key-value store, a gRPC client, or a part of the agent itself.
// What each of them wants is kept apart, by its name:
//
//	datasync     key-value stores and the initial configuration file
//	grpc         gRPC and REST clients
//	localclient  the agent itself
//	global       whoever calls the dispatcher without a name
//
// The last write of a key is what gets applied. When a source no longer wants a
// key, what the others want of it counts again; where more than one does, and
// in a full resync, the last by name.
//
// A value that cannot be used (it cannot be decoded, or is not what its key
// says) is refused by itself: everything else is applied, and the status of its
// key is INVALID with the reason, in the scheduler, over gRPC and in the store.
//
// The orchestrator decides nothing about order, dependencies and retries of
// values; that is what the scheduler does.
package orchestrator
