// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package keysort

import (
	"slices"
	"strings"
	"testing"
)

type item struct {
	key   string
	place int // before sorting
}

func check(t *testing.T, keys []string) {
	t.Helper()
	list := make([]item, len(keys))
	for i, key := range keys {
		list[i] = item{key, i}
	}
	want := slices.Clone(list)
	slices.SortStableFunc(want, func(a, b item) int { return strings.Compare(a.key, b.key) })
	Sort(list, func(it *item) string { return it.key })
	if !slices.Equal(list, want) {
		t.Errorf("%q becomes %v, want %v", keys, list, want)
	}
}

func TestSort(t *testing.T) {
	for _, keys := range []string{
		"", "a", "b a", "a b", "b a b a",
		"config/x/2 config/x/1 config/x",     // one key is the common prefix
		"p/12345678b p/12345678a p/12345678", // the same first bytes behind it
		"p/b\x00 p/b p/a",
	} {
		check(t, strings.Split(keys, " "))
	}
	check(t, nil)
}

func FuzzSort(f *testing.F) {
	f.Add("p/2 p/1 p/ p")
	f.Fuzz(func(t *testing.T, keys string) { check(t, strings.Split(keys, " ")) })
}
