// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package models

import "testing"

func TestGoName(t *testing.T) {
	for proto, want := range map[string]string{
		"name": "Name", "ip_address": "IpAddress", "_x": "XX", "a_1": "A_1", "a1_b": "A1B", "URL": "URL", "x__y": "X_Y",
	} {
		if got := goName(proto); got != want {
			t.Errorf("%s: %s, want %s", proto, got, want)
		}
	}
}
