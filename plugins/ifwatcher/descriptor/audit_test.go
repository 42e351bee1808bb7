// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"testing"
	"time"
)

func TestAudit(t *testing.T) {
	run(t, func(x *fixture) {
		x.kernel.AddLink("eth0")
		x.start()
		x.scheduler.take()
		x.kernel.Silently(func() { x.kernel.SetAddr(1, "192.0.2.1/24") })
		x.after(time.Minute)
		x.expectPushes()
		x.after(time.Second)
		x.expectPushes(push("+ eth0/address/192.0.2.1/24"))
		if s := x.watcher.Stats(); s.Repairs != 1 {
			x.Errorf("%+v", s)
		}
		x.kernel.Silently(func() { x.kernel.DelAddr(1, "192.0.2.1/24") })
		x.after(time.Minute + time.Second)
		x.expectPushes(push("- eth0/address/192.0.2.1/24"))
	})
}

// A dump that shows a change before the event of it comes is no reason for alarm.
func TestAuditBeforeEvent(t *testing.T) {
	run(t, func(x *fixture) {
		x.kernel.AddLink("eth0")
		x.start()
		x.scheduler.take()
		x.kernel.Silently(func() { x.kernel.SetAddr(1, "192.0.2.1/24") })
		x.after(time.Minute + time.Second/2)
		x.expectPushes()
		x.kernel.SetAddr(1, "192.0.2.1/24")
		x.after(time.Second)
		x.expectPushes(push("+ eth0/address/192.0.2.1/24"))
		if s := x.watcher.Stats(); s.Repairs != 0 {
			x.Errorf("%+v", s)
		}
	})
}
