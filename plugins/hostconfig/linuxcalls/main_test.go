// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package linuxcalls

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/ifwatcher/ifwatcher/internal/lab"
	"github.com/ifwatcher/ifwatcher/internal/netnstest"
)

// TestMain runs the tests in a network namespace of their own.
func TestMain(m *testing.M) {
	netnstest.EnterAll()
	goleak.VerifyTestMain(m)
}

// kernel returns a handler in the test's namespace.
func kernel(t *testing.T) *Handler {
	t.Helper()
	netnstest.Need(t)
	h, err := NewHandler()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

// veth makes a pair of links that are up and returns the first.
func veth(t *testing.T, h *Handler, name string) Link {
	t.Helper()
	peer := name + "p"
	if err := lab.AddVeth(name, peer); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = lab.Delete(name) })
	if err := lab.Up(name, peer); err != nil {
		t.Fatal(err)
	}
	link, err := h.LinkByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return link
}
