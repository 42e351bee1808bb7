// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package keysort sorts lists by keys that are paths.
package keysort

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
)

// Sort is stable, and quick if the list is sorted. Most keys of a transaction
// begin with the same path, so that comparing them as strings would read much of
// the same memory over and over: what is compared first is a number, the bytes
// after the common prefix.
func Sort[T any](list []T, key func(*T) string) {
	sorted := true
	for i := 1; i < len(list) && sorted; i++ {
		sorted = key(&list[i-1]) <= key(&list[i])
	}
	if sorted {
		return
	}
	first := key(&list[0])
	common := len(first)
	for i := range list {
		common = CommonPrefix(first[:common], key(&list[i]))
	}
	type place struct {
		head  uint64
		index int
	}
	places := make([]place, len(list))
	for i := range list {
		places[i] = place{head(key(&list[i])[common:]), i}
	}
	slices.SortFunc(places, func(a, b place) int {
		if a.head != b.head {
			return cmp.Compare(a.head, b.head)
		}
		return cmp.Or(strings.Compare(key(&list[a.index]), key(&list[b.index])), cmp.Compare(a.index, b.index))
	})
	old := slices.Clone(list)
	for i, p := range places {
		list[i] = old[p.index]
	}
}

// head has the order of the first bytes of the text.
func head(text string) uint64 {
	var b [8]byte
	copy(b[:], text)
	return binary.BigEndian.Uint64(b[:])
}

// CommonPrefix is the length of what a and b begin with.
func CommonPrefix(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
