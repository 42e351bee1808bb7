// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package descriptor has the KVScheduler descriptor of host interfaces, the
// InterfaceWatcher. It carries events from the kernel to the scheduler and keeps
// both in step through every failure; what the events mean is decided by package
// tracker, how they are read is known to package linuxcalls.
//
// Each network namespace that is watched is a source with a tracker of its own.
// These goroutines do it:
//
//   - a reader for each subscription, which does nothing but receive, so that
//     the kernel's buffer is emptied however slow the rest is;
//   - a dump when one is needed;
//   - the loop, one for each source, which alone changes its tracker;
//   - the pusher, one for all, which tells the scheduler what the trackers want
//     told, however long the scheduler takes;
//   - one that starts and halts sources as namespaces come and go;
//   - one that reports the status.
//
// Whatever goes wrong with a subscription (overflow, read error, closed socket)
// has one answer: wait a little, open a new one, read everything anew and tell
// only what differs.
package descriptor
