// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package portflag

import (
	"testing"

	"go.ligato.io/cn-infra/v2/config"
	"go.ligato.io/cn-infra/v2/internal/flags"
)

func TestGet(t *testing.T) {
	if err := flags.Process.Parse(nil); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		plugin, env, value string
		port               int
		given, fails       bool
	}{
		{"pf-absent", "", "", 0, false, false},
		{"pf-empty", "PF_EMPTY_PORT", "", 0, false, false},
		{"pf-port", "PF_PORT_PORT", "8080", 8080, true, false},
		{"PF-Case", "PF_CASE_PORT", "1", 1, true, false},
		{"pf-container", "PF_CONTAINER_PORT", "tcp://10.0.0.1:80", 0, false, true},
		{"pf-zero", "PF_ZERO_PORT", "0", 0, false, true},
		{"pf-large", "PF_LARGE_PORT", "65536", 0, false, true},
	} {
		t.Run(test.plugin, func(t *testing.T) {
			if test.env != "" {
				t.Setenv(test.env, test.value)
			}
			config.ForPlugin(test.plugin, Define(test.plugin, "9191"))
			config.DefineFlagsFor(test.plugin)

			port, given, err := Get(test.plugin)
			if port != test.port || given != test.given || (err != nil) != test.fails {
				t.Errorf("Get() = %d, %v, %v, want %d, %v, fails: %v", port, given, err, test.port, test.given, test.fails)
			}
		})
	}
}

func TestGetWithoutFlags(t *testing.T) {
	if port, given, err := Get("pf-undefined"); port != 0 || given || err != nil {
		t.Errorf("Get() = %d, %v, %v, want nothing", port, given, err)
	}
}

func TestEndpoints(t *testing.T) {
	for _, test := range []struct {
		endpoint string
		port     int
		replaced string // with port 1234
		fails    bool
	}{
		{"0.0.0.0:9191", 9191, "0.0.0.0:1234", false},
		{":80", 80, ":1234", false},
		{"[::1]:80", 80, "[::1]:1234", false},
		{"127.0.0.1:0", 0, "127.0.0.1:1234", false},
		{"127.0.0.1:", 0, "127.0.0.1:1234", true},
		{"127.0.0.1:http", 0, "127.0.0.1:1234", true},
		{"127.0.0.1:70000", 0, "127.0.0.1:1234", true},
		{"127.0.0.1", 0, "", true},
		{"", 0, "", true},
	} {
		if err := Check(test.endpoint); (err != nil) != test.fails {
			t.Errorf("Check(%q) = %v, fails: %v", test.endpoint, err, test.fails)
		}
		if got := Of(test.endpoint); got != test.port {
			t.Errorf("Of(%q) = %d, want %d", test.endpoint, got, test.port)
		}
		got, err := Replace(test.endpoint, 1234)
		if got != test.replaced || (err != nil) != (test.replaced == "") {
			t.Errorf("Replace(%q) = %q, %v, want %q", test.endpoint, got, err, test.replaced)
		}
	}
}
