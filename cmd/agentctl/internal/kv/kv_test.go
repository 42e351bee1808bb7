// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kv

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/fakeagent"
)

func TestKey(t *testing.T) {
	for _, tc := range []struct {
		label, key, want string
		err              error
	}{
		{"vpp1", "config/a", "/vnf-agent/vpp1/config/a", nil},
		{"vpp1", "/config/a", "/vnf-agent/vpp1/config/a", nil},
		{"vpp1", "/vnf-agent/other/config/a", "/vnf-agent/other/config/a", nil},
		{"", "/vnf-agent/other/config/a", "/vnf-agent/other/config/a", nil},
		{"", "config/a", "", ErrNoLabel},
	} {
		if got, err := Key(tc.label, tc.key); got != tc.want || !errors.Is(err, tc.err) {
			t.Errorf("%q, %q: %q, %v", tc.label, tc.key, got, err)
		}
	}
	for _, tc := range []struct{ label, prefix, want string }{
		{"", "", "/vnf-agent/"}, {"vpp1", "", "/vnf-agent/vpp1/"}, {"vpp1", "config/", "/vnf-agent/vpp1/config/"},
	} {
		if got, err := Prefix(tc.label, tc.prefix); got != tc.want || err != nil {
			t.Errorf("%q, %q: %q, %v", tc.label, tc.prefix, got, err)
		}
	}
}

func TestStore(t *testing.T) {
	ctx := t.Context()
	endpoint := fakeagent.StartStore(t)
	// One endpoint that is there is enough.
	s, err := Open(ctx, []string{"127.0.0.1:1", "http://" + endpoint}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const many = 2300 // more than fit into two answers
	var all []Pair
	for i := range many {
		all = append(all, Pair{fmt.Sprintf("/vnf-agent/vpp1/config/%04d", i), fmt.Sprint(i)})
	}
	for batch := range slices.Chunk(all, TxnOps) {
		if err := s.PutAll(ctx, batch); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Put(ctx, "/vnf-agent/vpp2/config/x", "x"); err != nil {
		t.Fatal(err)
	}
	pairs, err := s.List(ctx, "/vnf-agent/vpp1/")
	if err != nil || len(pairs) != many {
		t.Fatalf("%d pairs, %v", len(pairs), err)
	}
	for i, p := range pairs {
		if p.Value != fmt.Sprint(i) {
			t.Fatalf("pair %d is %v", i, p)
		}
	}
	labels, err := s.Labels(ctx)
	if diff := cmp.Diff([]string{"vpp1", "vpp2"}, labels); diff != "" || err != nil {
		t.Error(err, diff)
	}
	for prefix, want := range map[string]bool{"/vnf-agent/vpp1/config/": true, "/vnf-agent/vpp2/c": true, "/vnf-agent/vpp3": false} {
		if has, err := s.Has(ctx, prefix); has != want || err != nil {
			t.Errorf("has %s: %v, %v", prefix, has, err)
		}
	}
	// All or none: the second transaction has a key twice.
	if err := s.PutAll(ctx, []Pair{{"/vnf-agent/vpp2/a", "1"}, {"/vnf-agent/vpp2/b", "2"}}); err != nil {
		t.Error(err)
	}
	if err := s.PutAll(ctx, []Pair{{"/vnf-agent/vpp2/a", "3"}, {"/vnf-agent/vpp2/b", "4"}, {"/vnf-agent/vpp2/b", "5"}}); err == nil || errors.Is(err, ErrUnreachable) {
		t.Errorf("a key twice: %v", err)
	}
	if pairs, err := s.List(ctx, "/vnf-agent/vpp2/"); err != nil || !cmp.Equal(pairs, []Pair{{"/vnf-agent/vpp2/a", "1"}, {"/vnf-agent/vpp2/b", "2"}, {"/vnf-agent/vpp2/config/x", "x"}}) {
		t.Errorf("%v, %v", pairs, err)
	}
	if value, err := s.Get(ctx, "/vnf-agent/vpp2/config/x"); value != "x" || err != nil {
		t.Errorf("%q, %v", value, err)
	}
	if err := s.Delete(ctx, "/vnf-agent/vpp2/config/x"); err != nil {
		t.Error(err)
	}
	if err := s.Delete(ctx, "/vnf-agent/vpp2/config/x"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if _, err := s.Get(ctx, "/vnf-agent/vpp2/config/x"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if err := s.Put(ctx, "", "x"); err == nil || errors.Is(err, ErrUnreachable) {
		t.Errorf("put without key: %v", err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.List(ended, "/"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := s.Has(ended, "/"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := s.PutAll(ended, []Pair{{"/a", "1"}}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestUnreachable(t *testing.T) {
	for _, endpoints := range [][]string{nil, {"127.0.0.1:1"}, {"https://127.0.0.1:1"}, {"unix:///nonexistent"}, {"nosuch.invalid:2379"}} {
		if _, err := Open(t.Context(), endpoints, nil); !errors.Is(err, ErrUnreachable) {
			t.Errorf("%v: %v", endpoints, err)
		}
	}
}

// TestTLS is told at once why a connection with TLS cannot be.
func TestTLS(t *testing.T) {
	quiet := log.New(io.Discard, "", 0)
	secure, plain := httptest.NewUnstartedServer(nil), httptest.NewUnstartedServer(nil)
	secure.Config.ErrorLog, plain.Config.ErrorLog = quiet, quiet
	secure.StartTLS()
	defer secure.Close()
	plain.Start()
	defer plain.Close()
	trusted := x509.NewCertPool()
	trusted.AddCert(secure.Certificate())
	for _, tc := range []struct {
		endpoint string
		config   *tls.Config
		want     string
	}{
		{secure.URL, &tls.Config{RootCAs: trusted}, ""},
		{secure.Listener.Addr().String(), &tls.Config{InsecureSkipVerify: true}, ""},
		{secure.URL, nil, "certificate"},
		{secure.Listener.Addr().String(), &tls.Config{}, "certificate"},
		{plain.Listener.Addr().String(), &tls.Config{InsecureSkipVerify: true}, "TLS handshake"},
	} {
		s, err := Open(t.Context(), []string{tc.endpoint}, tc.config)
		if err == nil {
			defer s.Close()
		}
		if ok := err == nil; ok != (tc.want == "") || !ok && (!errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s, %v: %v", tc.endpoint, tc.config != nil, err)
		}
	}
}

// TestSilent has somebody who takes the connection and says nothing.
func TestSilent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s, err := Open(t.Context(), []string{l.Addr().String()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := s.Get(ctx, "/a"); !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), "without TLS: no answer") {
		t.Error(err)
	}
}
