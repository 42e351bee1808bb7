// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package e2e tests the agent as its users run it: the built binary as a
// process, a real etcd, real interfaces, addresses and routes, all in a
// network namespace that the tests make for themselves.
//
//	go test ./tests/e2e -agent /path/to/ifwatcher-agent -etcd /path/to/etcd
package e2e
