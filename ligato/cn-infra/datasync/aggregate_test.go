// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package datasync

import (
	"errors"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"
)

var (
	errOne = errors.New("one")
	errTwo = errors.New("two")
)

// part is a source, a sink and a registration that remembers its calls.
type part struct {
	calls []string
	err   error
	none  bool
}

func (p *part) Watch(name string, _ chan ChangeEvent, _ chan ResyncEvent, prefixes ...string) (WatchRegistration, error) {
	p.calls = append(p.calls, "watch "+name)
	if p.err != nil || p.none {
		return nil, p.err
	}
	return p, nil
}

func (p *part) Put(key string, _ proto.Message, _ ...PutOption) error {
	p.calls = append(p.calls, "put "+key)
	return p.err
}

func (p *part) Register(name, prefix string) error {
	p.calls = append(p.calls, "register "+prefix)
	return p.err
}

func (p *part) Unregister(prefix string) error {
	p.calls = append(p.calls, "unregister "+prefix)
	return p.err
}

func (p *part) Close() error {
	p.calls = append(p.calls, "close")
	return p.err
}

func TestRegistrationReachesAll(t *testing.T) {
	a, b := &part{}, &part{}
	reg, err := KVProtoWatchers{a, &part{none: true}, b}.Watch("w", nil, nil, "p")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(reg.Register("w", "q"), reg.Unregister("q"), reg.Close()); err != nil {
		t.Error(err)
	}
	want := []string{"watch w", "register q", "unregister q", "close"}
	for i, p := range []*part{a, b} {
		if !slices.Equal(p.calls, want) {
			t.Errorf("source %d: %q, want %q", i, p.calls, want)
		}
	}
}

func TestErrorsOfRegistrationAreJoined(t *testing.T) {
	reg := &AggregatedRegistration{Registrations: []WatchRegistration{&part{err: errOne}, &part{err: errTwo}}}
	for name, err := range map[string]error{
		"Register": reg.Register("w", "q"), "Unregister": reg.Unregister("q"), "Close": reg.Close(),
	} {
		if !errors.Is(err, errOne) || !errors.Is(err, errTwo) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFailedWatchLeavesNoSubscription(t *testing.T) {
	a, c := &part{}, &part{}
	if _, err := (KVProtoWatchers{a, &part{err: errOne}, c}).Watch("w", nil, nil); !errors.Is(err, errOne) {
		t.Errorf("error %v", err)
	}
	if want := []string{"watch w", "close"}; !slices.Equal(a.calls, want) {
		t.Errorf("first source: %q, want %q", a.calls, want)
	}
	if len(c.calls) != 0 {
		t.Errorf("last source: %q", c.calls)
	}
}

func TestWritersAllGetTheValue(t *testing.T) {
	a, b, c := &part{err: errOne}, &part{err: errTwo}, &part{}
	err := KVProtoWriters{a, b, c}.Put("k", nil)
	if !errors.Is(err, errOne) || !errors.Is(err, errTwo) {
		t.Errorf("error %v", err)
	}
	for i, p := range []*part{a, b, c} {
		if !slices.Equal(p.calls, []string{"put k"}) {
			t.Errorf("sink %d: %q", i, p.calls)
		}
	}
}
