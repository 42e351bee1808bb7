// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package statuscheck collects the health of the plugins of an agent and sums
// it up to the health of the agent.
//
// A plugin registers itself, with a probe that is asked periodically or
// without one, in which case it reports changes by itself. The agent is in
// error when any reporter is, otherwise it is initialising while any reporter
// is, otherwise it is well. A reporter is a plugin that has a probe or that
// has reported at least once, even if only that it is initialising; plugins
// that registered but never said anything do not count.
//
// The status is published under the keys of package model/status through an
// optional data store, by a goroutine of its own: no reader, reporter or probe
// ever waits for the store.
package statuscheck
