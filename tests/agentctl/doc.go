// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package agentctl tests our agentctl as its users run it: the built binary,
// beside a real agent with its embedded store and real interfaces, in a
// network namespace that the tests make for themselves.
//
//	go test ./tests/agentctl -agent /path/to/ifwatcher-agent -agentctl /path/to/agentctl
package agentctl
