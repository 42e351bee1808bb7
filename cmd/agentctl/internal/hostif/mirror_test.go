// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package hostif

import (
	"math/rand/v2"
	"strings"
	"testing"

	ifwatcherv1 "github.com/ifwatcher/ifwatcher/proto/ifwatcher/v1"
)

type change = ifwatcherv1.Change

const (
	appeared    = ifwatcherv1.Change_TYPE_APPEARED
	changed     = ifwatcherv1.Change_TYPE_CHANGED
	disappeared = ifwatcherv1.Change_TYPE_DISAPPEARED
)

func is(kind ifwatcherv1.Change_Type, id uint64, name string) *change {
	return &change{Type: kind, Interface: &ifwatcherv1.HostInterface{Name: name, Index: int32(id), Id: id, State: Announced, Announced: true}}
}

func names(m *Mirror) string {
	var list []string
	for _, i := range m.List() {
		list = append(list, i.Name)
	}
	return strings.Join(list, " ")
}

func TestMirror(t *testing.T) {
	var m Mirror
	if got := names(&m); got != "" || m.Token() != "" {
		t.Errorf("zero value: %q, %q", got, m.Token())
	}
	for n, step := range []struct {
		response *ifwatcherv1.WatchResponse
		whole    bool
		want     string
		token    string
	}{
		{&ifwatcherv1.WatchResponse{Full: true, More: true, Changes: []*change{is(appeared, 2, "eth0")}}, false, "", ""},
		{&ifwatcherv1.WatchResponse{ResumeToken: "1", Changes: []*change{is(appeared, 1, "lo")}}, true, "eth0 lo", "1"},
		{&ifwatcherv1.WatchResponse{ResumeToken: "2", Changes: []*change{is(changed, 2, "wan")}}, true, "lo wan", "2"},
		{&ifwatcherv1.WatchResponse{ResumeToken: "3", Changes: []*change{is(disappeared, 2, "wan"), is(appeared, 3, "wan")}}, true, "lo wan", "3"},
		{&ifwatcherv1.WatchResponse{ResumeToken: "4"}, true, "lo wan", "4"},
		// A full state replaces what was known, once it is complete.
		{&ifwatcherv1.WatchResponse{Full: true, More: true, Changes: []*change{is(appeared, 1, "lo")}}, false, "lo wan", "4"},
		{&ifwatcherv1.WatchResponse{Full: true, More: true, Changes: []*change{is(appeared, 5, "tap0")}}, false, "lo wan", "4"},
		{&ifwatcherv1.WatchResponse{ResumeToken: "5"}, true, "lo tap0", "5"},
		{&ifwatcherv1.WatchResponse{Full: true, ResumeToken: "6"}, true, "", "6"},
	} {
		if whole := m.Apply(step.response); whole != step.whole || names(&m) != step.want || m.Token() != step.token {
			t.Errorf("step %d: %v, %q, token %q; want %v, %q, %q", n, whole, names(&m), m.Token(), step.whole, step.want, step.token)
		}
	}
}

// TestMirrorInterrupted has streams that end amid a response.
func TestMirrorInterrupted(t *testing.T) {
	var m Mirror
	m.Apply(&ifwatcherv1.WatchResponse{Full: true, ResumeToken: "1", Changes: []*change{is(appeared, 1, "lo")}})
	m.Apply(&ifwatcherv1.WatchResponse{Full: true, More: true, Changes: []*change{is(appeared, 2, "eth0")}})
	m.Interrupted()
	if names(&m) != "lo" || m.Token() != "1" {
		t.Errorf("amid a full state: %q, token %q", names(&m), m.Token())
	}
	m.Apply(&ifwatcherv1.WatchResponse{More: true, Changes: []*change{is(appeared, 2, "eth0")}})
	m.Interrupted()
	if m.Token() != "" {
		t.Errorf("amid changes: token %q", m.Token())
	}
	m.Apply(&ifwatcherv1.WatchResponse{Full: true, ResumeToken: "2", Changes: []*change{is(appeared, 3, "eth1")}})
	if names(&m) != "eth1" {
		t.Errorf("after that: %q", names(&m))
	}
}

// TestMirrorRandom compares with a plain map, whatever the stream is cut into.
func TestMirrorRandom(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var m Mirror
	want := map[uint64]bool{}
	for range 2000 {
		response := &ifwatcherv1.WatchResponse{Full: random.IntN(20) == 0}
		if response.Full {
			clear(want)
		}
		for parts := random.IntN(3); ; parts-- {
			for range random.IntN(4) {
				id := random.Uint64N(10)
				if want[id] && random.IntN(2) == 0 {
					delete(want, id)
					response.Changes = append(response.Changes, is(disappeared, id, "x"))
				} else {
					want[id] = true
					response.Changes = append(response.Changes, is(appeared, id, "x"))
				}
			}
			response.More = parts > 0
			if whole := m.Apply(response); whole == response.More {
				t.Fatal("whole is wrong")
			}
			if parts <= 0 {
				break
			}
			response = &ifwatcherv1.WatchResponse{}
		}
		list := m.List()
		if len(list) != len(want) {
			t.Fatalf("%d interfaces, want %d", len(list), len(want))
		}
		for _, i := range list {
			if !want[uint64(i.Index)] {
				t.Fatalf("%v is there", i)
			}
		}
	}
}
