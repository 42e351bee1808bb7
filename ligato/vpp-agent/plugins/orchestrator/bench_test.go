// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package orchestrator

import (
	"context"
	"fmt"
	"testing"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/datasync/syncbase"
	"go.ligato.io/cn-infra/v2/logging"
)

// BenchmarkResync decodes and stores a full configuration. The scheduler does
// next to nothing.
func BenchmarkResync(b *testing.B) {
	for _, n := range []int{1, 100, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			p := NewPlugin()
			p.Log.SetLevel(logging.ErrorLevel)
			p.KVScheduler, p.Watcher, p.GRPC = newFakeScheduler(), nil, nil
			if err := p.Init(); err != nil {
				b.Fatal(err)
			}
			var items []datasync.KeyVal
			for i := range n {
				key := fmt.Sprint(prefix, "if", i)
				json := fmt.Sprintf(`{"name":"if%d","type":"EXISTING","hostIfName":"eth%d","enabled":true}`, i, i)
				items = append(items, syncbase.NewKeyValBytes(key, []byte(json), 0))
			}
			b.ReportAllocs()
			for b.Loop() {
				event := syncbase.NewResyncEventDB(context.Background(), map[string]datasync.KeyValIterator{
					prefix: syncbase.NewKVIterator(items),
				})
				if err := p.processResync(event); err != nil {
					b.Fatal(err)
				}
			}
			if err := p.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}
