// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package statedir

import (
	"errors"
	"os"
	"testing"
)

func TestDefault(t *testing.T) {
	root := os.Geteuid() == 0
	for _, tc := range []struct {
		name            string
		env, xdg, home  string
		want            string
		onlyRoot, noUID bool
	}{
		{name: "override", env: "/x/state", xdg: "/xdg", home: "/home/u", want: "/x/state", noUID: true},
		{name: "root", xdg: "/xdg", home: "/root", want: "/var/lib/ifwatcher", onlyRoot: true},
		{name: "xdg", xdg: "/xdg", home: "/home/u", want: "/xdg/ifwatcher"},
		{name: "relative xdg is ignored", xdg: "rel", home: "/home/u", want: "/home/u/.local/state/ifwatcher"},
		{name: "home", home: "/home/u", want: "/home/u/.local/state/ifwatcher"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if !tc.noUID && tc.onlyRoot != root {
				t.Skipf("needs root=%v", tc.onlyRoot)
			}
			t.Setenv(EnvVar, tc.env)
			t.Setenv("XDG_STATE_HOME", tc.xdg)
			t.Setenv("HOME", tc.home)
			got, err := Default()
			if err != nil || got != tc.want {
				t.Errorf("Default() = %q, %v; want %q", got, err, tc.want)
			}
		})
	}
}

func TestDefaultWithoutHome(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root has a fixed folder")
	}
	t.Setenv(EnvVar, "")
	t.Setenv("XDG_STATE_HOME", "")
	t.Setenv("HOME", "")
	if _, err := Default(); !errors.Is(err, ErrNoHome) {
		t.Errorf("err = %v, want ErrNoHome", err)
	}
}
