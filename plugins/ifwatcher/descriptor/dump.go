// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// dumpAttempts bounds how often an interrupted dump is repeated at once. On a busy
// host every dump may be interrupted.
const dumpAttempts = 4

// dump is a dump in progress or waiting for its mark.
type dump struct {
	id     uint32 // of the mark behind it
	cause  Cause
	stream *stream
	began  time.Time
	done   chan struct{} // closed when the fields below are set

	ended       time.Time
	snapshot    tracker.Snapshot
	interrupted bool
	err         error // of the dump
	markErr     error // of the mark
}

// readSnapshot dumps all links and all addresses, one request each. If every
// attempt was interrupted, it returns what they found together: an interrupted
// dump may miss something that is there, and something missed by all of them is
// not. What was there in an early attempt and has gone since is in the events.
func readSnapshot(h linuxcalls.Watcher) (s tracker.Snapshot, interrupted bool, err error) {
	var links, addrs bool
	s.Links, links, err = repeatDump(h.DumpLinks, func(l tracker.Link) int { return l.Index })
	if err != nil {
		return s, false, err
	}
	s.Addresses, addrs, err = repeatDump(h.DumpAddresses, func(a tracker.Address) address {
		return address{a.Index, a.ID()}
	})
	return s, links || addrs, err
}

// address tells apart the addresses of all links.
type address struct {
	link int
	id   tracker.AddressID
}

// repeatDump repeats a dump until one is not interrupted.
func repeatDump[T any, ID comparable](dump func() ([]T, error), id func(T) ID) (items []T, interrupted bool, err error) {
	found := map[ID]T{}
	for range dumpAttempts {
		items, err := dump()
		if err == nil {
			return items, false, nil
		}
		if !errors.Is(err, linuxcalls.ErrDumpInterrupted) {
			return nil, false, err
		}
		for _, item := range items {
			found[id(item)] = item
		}
	}
	return slices.Collect(maps.Values(found)), true, nil
}
