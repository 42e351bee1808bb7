// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls/fakenetlink"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/tracker"
)

// More events than the queue holds end the stream, with nothing in the queue.
func TestStreamFull(t *testing.T) {
	kernel := &fakenetlink.Kernel{}
	sub, err := kernel.Subscribe(0)
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	var reader sync.WaitGroup
	s := startStream(sub, &reader)
	for i := range maxQueue + 1 {
		kernel.SetLink(fakenetlink.Up(tracker.Link{Index: 2, Name: fmt.Sprintf("n%d", i)}))
	}
	reader.Wait()
	if events, _, err := s.take(); len(events) != 0 || !errors.Is(err, errQueueFull) {
		t.Errorf("%d batches, error %v", len(events), err)
	}
}

// That is an overflow like that of the kernel.
func TestQueueOverflow(t *testing.T) {
	run(t, func(x *fixture) {
		x.start()
		x.kernel.Silently(func() { x.kernel.AddLink("eth0") })
		x.kernel.Break(errQueueFull)
		x.after(time.Minute)
		x.expectNames("eth0")
		if s := x.watcher.Stats(); s.Overflows != 1 || s.Subscriptions != 2 {
			x.Errorf("%+v", s)
		}
	})
}
