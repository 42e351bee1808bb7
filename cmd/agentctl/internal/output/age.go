// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package output

import (
	"fmt"
	"time"
)

// Age returns a duration as people say it, in at most two units: "4s",
// "5m3s", "2h5m", "3d4h". Less than nothing, as between clocks that differ,
// is "0s".
func Age(d time.Duration) string {
	d = max(0, d).Truncate(time.Second)
	two := func(big, small time.Duration, b, s string) string {
		text := fmt.Sprintf("%d%s", d/big, b)
		if rest := d % big / small; rest > 0 {
			text += fmt.Sprintf("%d%s", rest, s)
		}
		return text
	}
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < time.Hour:
		return two(time.Minute, time.Second, "m", "s")
	case d < day:
		return two(time.Hour, time.Minute, "h", "m")
	}
	return two(day, time.Hour, "d", "h")
}
