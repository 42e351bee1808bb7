// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package version

import (
	"strings"
	"testing"
)

func TestVersion(t *testing.T) {
	version, gitCommit, buildDate = "v1.2.3", "abcdef", "1700000000"
	if BuildTime() != 1700000000 {
		t.Errorf("build time %d", BuildTime())
	}
	if ver, rev, date := Data(); ver != "v1.2.3" || rev != "abcdef" || date != "2023-11-14T22:13:20Z" {
		t.Errorf("data %s %s %s", ver, rev, date)
	}
	if got := Info(); got != "vpp-agent v1.2.3 (abcdef)" {
		t.Errorf("info %q", got)
	}
	for _, part := range []string{Short(), BuiltOn(), BuiltBy(), "abcdef"} {
		if !strings.Contains(Detail(), part) {
			t.Errorf("detail %q lacks %q", Detail(), part)
		}
	}
	buildDate = "junk"
	if BuildTime() != 0 {
		t.Errorf("build time %d of junk", BuildTime())
	}
}
