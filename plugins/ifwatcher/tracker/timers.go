// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package tracker

import "time"

// timers is a queue of delays of one length. Since they are all as long as each
// other and time does not run backwards, the first to start is the first to end.
// One that was cancelled stays until its time and is then recognised by the
// link no longer having it.
type timers struct{ queue []timer }

type timer struct {
	at    time.Time
	index int
}

func (q *timers) add(at time.Time, index int) { q.queue = append(q.queue, timer{at, index}) }

// due removes and returns the timers that have ended.
func (q *timers) due(now time.Time) []timer {
	n := 0
	for n < len(q.queue) && !q.queue[n].at.After(now) {
		n++
	}
	ended := q.queue[:n]
	q.queue = q.queue[n:]
	return ended
}

// next returns the end of the first timer that is still valid and forgets the
// ones before it.
func (q *timers) next(valid func(timer) bool) (time.Time, bool) {
	for len(q.queue) > 0 && !valid(q.queue[0]) {
		q.queue = q.queue[1:]
	}
	if len(q.queue) == 0 {
		q.queue = nil
		return time.Time{}, false
	}
	return q.queue[0].at, true
}
