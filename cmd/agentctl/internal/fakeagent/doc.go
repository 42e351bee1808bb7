// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package fakeagent is an agent for the tests of agentctl. Its REST server
// replays answers recorded from a vpp-agent, one folder for each phase of its
// life; its gRPC server describes the models that are linked in, keeps a
// configuration in memory, and streams what a test gives it. It applies nothing.
// The store beside it is a real etcd.
package fakeagent
