// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package resync asks data sources to deliver everything they have.
//
// A source registers and gets a status event when a resync begins. It delivers
// its listing to its watchers and acknowledges. Nothing runs by itself:
// somebody has to call [Plugin.DoResync], at the start of the agent or when
// the receiver needs the whole truth again.
//
// # One at a time
//
// Resyncs do not overlap. A call that comes while one is running waits for one
// that begins after the call; calls that wait share it. A source that is slow or
// does not answer costs its timeouts, is logged, and is asked again next time.
package resync
