// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package why

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/wire"
)

// TestKeyOfNobody is a key that somebody has mistyped: configuring it again would
// not help.
func TestKeyOfNobody(t *testing.T) {
	a := new(agent).build()
	a.KeyPrefixes = []string{"", "config/linux/interfaces/v2/interface/"}
	for key, want := range map[string]string{
		uplink: "! it is not configured\ndo: configure it: agentctl kvdb put " + uplink + " …\n",
		"config/linux/interface/v2/interface/uplink": "! no plugin of this agent applies values with such a key\n" +
			"do: correct the key: 'agentctl model ls' shows how keys begin\n",
	} {
		if diff := cmp.Diff(key+" NONEXISTENT\n"+want, text(a.Explain(key))); diff != "" {
			t.Error(diff)
		}
	}

	const odd, part = "config/foo/bar", "linux/interface/uplink/address/static/x"
	a = new(agent).value(odd, wire.Invalid, "no registered model").value(part, wire.Invalid, "bad").build()
	a.KeyPrefixes = []string{"config/linux/interfaces/v2/interface/"}
	for key, want := range map[string]string{
		odd: "! the value is not valid: no registered model\n" +
			"do: delete " + odd + ", or correct the key: 'agentctl model ls' shows how keys begin\n",
		part: "! the value is not valid: bad\ndo: correct the value of " + part + "\n",
	} {
		if diff := cmp.Diff(key+" INVALID\n"+want, text(a.Explain(key))); diff != "" {
			t.Error(diff)
		}
	}
}
