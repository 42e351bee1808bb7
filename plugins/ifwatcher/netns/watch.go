// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package netns

import (
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// lookInterval finds what no event tells of: paths outside Dir, and a Dir that
	// was not there.
	lookInterval = time.Second
	// pendingInterval is for a file on which a namespace is about to be mounted,
	// which no event tells of either.
	pendingInterval = 10 * time.Millisecond
	// pendingLooks bounds the looks in that interval for a file that stays a file.
	pendingLooks = 100
)

// Watch calls update with the namespaces that there are, now and whenever that
// may have changed, at least once a second, until stop is closed.
func (s Selection) Watch(stop <-chan struct{}, update func(found map[string]Namespace)) {
	var events chan fsnotify.Event
	var errs chan error
	// Without inotify, of which a user can have only so many, looking has to do.
	watcher, err := fsnotify.NewWatcher()
	if err == nil {
		defer watcher.Close()
		events, errs = watcher.Events, watcher.Errors
	}
	looks := 0
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-stop:
			return
		case <-events:
			looks = 0
		case <-errs: //nolint:errcheck // events may be lost, and are found by looking
			looks = 0
		case <-timer.C:
		}
		if watcher != nil && !slices.Contains(watcher.WatchList(), s.dir) {
			_ = watcher.Add(s.dir) // there may be none yet
		}
		found, pending := s.Find()
		update(found)
		next := lookInterval
		if pending && looks < pendingLooks {
			looks++
			next = pendingInterval
		}
		timer.Reset(next)
	}
}
