// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package fleet

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/kv"
)

// fakeStore is a store in memory; a request for a key with the prefix fails fails.
type fakeStore struct {
	values   map[string]string
	fails    string
	requests atomic.Int64
}

var errBroken = errors.New("broken")

func (s *fakeStore) Labels(context.Context) ([]string, error) {
	var labels []string
	for _, key := range slices.Sorted(maps.Keys(s.values)) {
		label, _, _ := strings.Cut(strings.TrimPrefix(key, kv.Root), "/")
		labels = append(labels, label)
	}
	return slices.Compact(labels), s.check(kv.Root)
}

func (s *fakeStore) List(ctx context.Context, prefix string) ([]kv.Pair, error) {
	var pairs []kv.Pair
	for _, key := range slices.Sorted(maps.Keys(s.values)) {
		if strings.HasPrefix(key, prefix) {
			pairs = append(pairs, kv.Pair{Key: key, Value: s.values[key]})
		}
	}
	return pairs, errors.Join(ctx.Err(), s.check(prefix))
}

func (s *fakeStore) Has(ctx context.Context, prefix string) (bool, error) {
	pairs, err := s.List(ctx, prefix)
	return len(pairs) > 0, err
}

func (s *fakeStore) check(prefix string) error {
	s.requests.Add(1)
	if s.fails != "" && strings.HasPrefix(prefix, s.fails) {
		return errBroken
	}
	return nil
}

var now = time.Date(2026, 11, 23, 19, 0, 0, 0, time.UTC)

func health(state string, age time.Duration) string {
	return fmt.Sprintf(`{"build_version":"v1","state":%q,"start_time":"1795460000","last_update":"%d","of_tomorrow":1}`, state, now.Add(-age).Unix())
}

func store() *fakeStore {
	return &fakeStore{values: map[string]string{
		"/vnf-agent/a1/config/x":                                "{}",
		"/vnf-agent/a1/check/status/v1/agent":                   health("OK", time.Hour), // leased, so it is there
		"/vnf-agent/a1/status/ifwatcher/v1/agent":               `{"host_name":"router1","label":"a1","start_time":"2026-11-23T18:00:00Z","version":"v2","of_tomorrow":{}}`,
		"/vnf-agent/a1/status/ifwatcher/v1/host-interface/lo":   `{"name":"lo","index":1,"state":"announced","announced":true,"addresses":["127.0.0.1/8","::1/128"],"announced_since":"2026-11-23T18:00:01Z"}`,
		"/vnf-agent/a1/status/ifwatcher/v1/host-interface/e%2F": `{"name":"e%FF","index":2,"state":"down","reason":"down (admin-down)","altnames":["enp1s0"]}`,
		"/vnf-agent/a1/status/ifwatcher/v1/host-interface/bad":  `nonsense`,
		"/vnf-agent/a1/status/ifwatcher/v1/unknown":             `nonsense`,
		// publishes interfaces, but not how it is
		"/vnf-agent/a2/status/ifwatcher/v1/host-interface/eth0": `{"name":"eth0","namespace":"red","index":2,"state":"announced","addresses":["10.1.2.3/24","2001:db8::1/64"]}`,
		// a vpp-agent that is there, one that was, and one that was configured only
		"/vnf-agent/b1/check/status/v1/agent": health("ERROR", 20*time.Second),
		"/vnf-agent/b2/check/status/v1/agent": health("OK", 24*time.Hour),
		"/vnf-agent/b2/config/x":              "{}",
		"/vnf-agent/b3/config/x":              "{}",
		// no agent
		"/vnf-agent/other/some/key":                  "x",
		"/vnf-agent/other/check/status/v1/agent-not": "x",
	}}
}

func summary(agents []Agent) []string {
	var lines []string
	for _, a := range agents {
		line := fmt.Sprintf("%s %s", a.Label, a.State)
		for _, word := range []string{a.HostName, a.Version} {
			if word != "" {
				line += " " + word
			}
		}
		if a.LastSeen != nil {
			line += " last seen " + now.Sub(*a.LastSeen).String()
		}
		if !a.Publishes {
			line += " silent"
		}
		for _, i := range a.Interfaces {
			line += fmt.Sprintf(" %q", i.Name)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestRead(t *testing.T) {
	agents, problems, err := Read(t.Context(), store(), now)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`a1 OK router1 v2 "e\xff" "lo"`,
		`a2 LIVE "red/eth0"`,
		`b1 ERROR v1 silent`,
		`b2 GONE last seen 24h0m0s silent`,
		`b3 GONE silent`,
	}
	if diff := cmp.Diff(want, summary(agents)); diff != "" {
		t.Error(diff)
	}
	if len(problems) != 1 || !strings.Contains(problems[0].Error(), "/vnf-agent/a1/status/ifwatcher/v1/host-interface/bad") {
		t.Errorf("problems: %v", problems)
	}
	if a := agents[0]; !a.Started.Equal(now.Add(-time.Hour)) || a.Interfaces[1].Since == nil || a.Interfaces[0].Reason != "down (admin-down)" {
		t.Errorf("%+v", a)
	}
	if a := agents[2]; !a.Started.Equal(time.Unix(1795460000, 0)) {
		t.Errorf("%+v", a)
	}
	if agents, problems, err := Read(t.Context(), &fakeStore{}, now); len(agents) != 0 || agents == nil || problems != nil || err != nil {
		t.Errorf("empty store: %v, %v, %v", agents, problems, err)
	}
}

// TestReadFails has a store that breaks while it is read: no half answer.
func TestReadFails(t *testing.T) {
	for _, fails := range []string{kv.Root, "/vnf-agent/a1/status/", "/vnf-agent/b1/check/", "/vnf-agent/b3/config/"} {
		s := store()
		s.fails = fails
		for i := range 100 {
			s.values[fmt.Sprintf("/vnf-agent/c%d/config/x", i)] = "{}"
		}
		if agents, _, err := Read(t.Context(), s, now); !errors.Is(err, errBroken) || agents != nil {
			t.Errorf("%s: %v, %v", fails, agents, err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Read(ended, store(), now); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

func TestFilter(t *testing.T) {
	agents, _, err := Read(t.Context(), store(), now)
	if err != nil {
		t.Fatal(err)
	}
	for words, want := range map[string]string{
		"lo":                   `a1 "lo"`,
		"eth0":                 `a2 "red/eth0"`,
		"red/eth0":             `a2 "red/eth0"`,
		"red/*":                `a2 "red/eth0"`,
		"blue/*":               ``,
		"enp*":                 `a1 "e\xff"`,
		"e*":                   `a1 "e\xff" a2 "red/eth0"`,
		"l? eth[0-9]":          `a1 "lo" a2 "red/eth0"`,
		"10.1.2.3":             `a2 "red/eth0"`,
		"10.1.2.4":             ``,
		"::ffff:10.1.2.3":      `a2 "red/eth0"`,
		"10.1.2.3/24":          `a2 "red/eth0"`,
		"10.1.2.3/16":          ``,
		"10.1.0.0/16":          `a2 "red/eth0"`,
		"10.1.2.3/32":          `a2 "red/eth0"`,
		"2001:db8::/32 ::1":    `a1 "lo" a2 "red/eth0"`,
		"0.0.0.0/0":            `a1 "lo" a2 "red/eth0"`,
		"*":                    `a1 "e\xff" "lo" a2 "red/eth0"`,
		"2001:db8::1%eth0":     `a2 "red/eth0"`,
		"nosuch 192.0.2.0/24 ": ``,
	} {
		filter, err := ParseFilter(strings.Fields(words))
		if err != nil {
			t.Errorf("%s: %v", words, err)
		}
		var got []string
		for _, a := range filter.Choose(agents) {
			got = append(got, a.Label)
			for _, i := range a.Interfaces {
				got = append(got, fmt.Sprintf("%q", i.Name))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v; want %s", words, got, want)
		}
	}
	if got := (Filter)(nil).Choose(agents); len(got) != len(agents) {
		t.Errorf("without words: %v", got)
	}
	for _, word := range []string{"", "eth[", `a\`} {
		if _, err := ParseFilter([]string{word}); err == nil {
			t.Errorf("%q is a filter", word)
		}
	}
	// What was chosen from is as before.
	if len(agents[0].Interfaces) != 2 {
		t.Error("interfaces were removed from what was read")
	}
}

func FuzzParseFilter(f *testing.F) {
	f.Add("10.0.0.0/8")
	f.Add("eth*")
	f.Fuzz(func(t *testing.T, word string) {
		agents, _, err := Read(t.Context(), store(), now)
		if err != nil {
			t.Fatal(err)
		}
		if filter, err := ParseFilter([]string{word}); err == nil {
			filter.Choose(agents)
		}
	})
}
