// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package state_test

import (
	"fmt"
	"testing"

	. "github.com/ifwatcher/ifwatcher/plugins/ifstate/internal/statetest"
)

func manyInterfaces(b *testing.B) *Host {
	h := NewHost(b, 4096)
	for i := range 10000 {
		h.Set(Interface(i+1, fmt.Sprint("n", i)))
	}
	return h.Boot()
}

// BenchmarkChange is a change of one of 10,000 interfaces.
func BenchmarkChange(b *testing.B) {
	h := manyInterfaces(b)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		h.Set(Interface(n%10000+1, fmt.Sprint("n", n%10000), MTU(n+2000)))
	}
}

// BenchmarkSince is what one client is told of a change.
func BenchmarkSince(b *testing.B) {
	h := manyInterfaces(b)
	h.Set(Interface(1, "n0", MTU(1)))
	_, now, _ := h.Everything()
	b.ReportAllocs()
	for b.Loop() {
		if changes, _, err := h.Since(now - 1); err != nil || len(changes) != 1 {
			b.Fatal(changes, err)
		}
	}
}

// BenchmarkEverything is what a new client is told of 10,000 interfaces.
func BenchmarkEverything(b *testing.B) {
	h := manyInterfaces(b)
	b.ReportAllocs()
	for b.Loop() {
		if changes, _, err := h.Everything(); err != nil || len(changes) != 10000 {
			b.Fatal(len(changes), err)
		}
	}
}
