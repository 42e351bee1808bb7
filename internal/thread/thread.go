// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package thread runs a function on an OS thread of its own.
package thread

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// Do calls f on a thread that ends with it, whatever f has done to the thread, and
// returns its error.
func Do(f func() error) error {
	done := make(chan error, 1)
	go func() {
		// Never unlocked: the runtime ends the thread of a goroutine that ends so.
		runtime.LockOSThread()
		if unix.Gettid() == unix.Getpid() {
			// The main thread cannot end: it would stay as f has left it, and be what
			// /proc/self shows. While it is held here f has to get another.
			done <- Do(f)
			runtime.UnlockOSThread()
			return
		}
		done <- f()
	}()
	return <-done
}
