// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package models_test

import (
	"reflect"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"go.ligato.io/vpp-agent/v3/pkg/models"
)

func TestBroadcast(t *testing.T) {
	defer goleak.VerifyNone(t)
	b := models.NewSourceBroadcast[int]()
	want := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	var wg sync.WaitGroup
	for range 3 {
		c := b.Subscribe()
		wg.Go(func() {
			var got []int
			for v := range c {
				got = append(got, v)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
	for _, v := range want {
		b.S <- v
	}
	close(b.S)
	wg.Wait()
	if _, open := <-b.Subscribe(); open {
		t.Error("a late subscriber got a value")
	}
}
