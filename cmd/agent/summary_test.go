// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
)

func TestDescribeInterfaces(t *testing.T) {
	var values []kvs.KVWithMetadata
	for _, key := range []string{
		"linux/interface/host-name/lo/address/::1/128",
		"linux/interface/host-name/lo",
		"linux/interface/host-name/lo/address/127.0.0.1/8",
		"linux/interface/host-name/eth0",
		"linux/interface/host-name/eth0/vrf-host-name/red",
		"linux/interface/host-name/odd\xff\x1b",
		"something/else",
	} {
		values = append(values, kvs.KVWithMetadata{Key: key})
	}
	want := []string{"eth0", "lo (127.0.0.1/8, ::1/128)", `odd\xff\x1b`}
	if got := describeInterfaces(values); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestSummary(t *testing.T) {
	many := make([]string, 25)
	for i := range many {
		many[i] = fmt.Sprintf("eth%02d", i)
	}
	for _, tc := range []struct {
		name       string
		interfaces []string
		want       []string
		lines      int
	}{
		{name: "few", interfaces: []string{"eth0 (192.0.2.1/24)", "lo"}, want: []string{"  interfaces up  eth0 (192.0.2.1/24)\n", "                 lo\n", "  REST           http://127.0.0.1:9191\n", "  data           /var/lib\n"}, lines: 7},
		{name: "none", want: []string{"none is up"}, lines: 6},
		{name: "many", interfaces: many, want: []string{"eth19\n", "and 5 more\n"}, lines: 26},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var b strings.Builder
			s := summary{label: "vpp1", interfaces: tc.interfaces, rest: "http://127.0.0.1:9191", grpc: "disabled", store: "disabled", data: "/var/lib"}
			if err := s.write(&b); err != nil {
				t.Fatal(err)
			}
			for _, want := range append(tc.want, "microservice label vpp1\n") {
				if !strings.Contains(b.String(), want) {
					t.Errorf("no %q in\n%s", want, b.String())
				}
			}
			if got := strings.Count(b.String(), "\n"); got != tc.lines {
				t.Errorf("%d lines, want %d:\n%s", got, tc.lines, b.String())
			}
		})
	}
}

func TestDurationFromEnv(t *testing.T) {
	for text, want := range map[string]string{"": "7s", "30s": "30s", "0": "0s", "soon": "", "-1s": ""} {
		t.Setenv("TEST_TIMEOUT", text)
		got, err := durationFromEnv("TEST_TIMEOUT", 7e9)
		switch {
		case want == "" && (err == nil || !strings.Contains(err.Error(), "TEST_TIMEOUT")):
			t.Errorf("%q: error %v does not name the variable", text, err)
		case want != "" && (err != nil || got.String() != want):
			t.Errorf("%q: %v, %v; want %s", text, got, err, want)
		}
	}
}
