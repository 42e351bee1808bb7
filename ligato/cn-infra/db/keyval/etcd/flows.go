// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"context"
	"sync"

	"google.golang.org/grpc/stats"
)

// flowHandler counts the transport connections of a client and tells when the
// last one is lost and when there is one again. Looking at the state of the
// client now and then could miss a short outage.
//
// It is silent until it is told that the client is in use.
type flowHandler struct {
	lost, back func()

	mu    sync.Mutex
	used  bool
	flows int
	had   bool
}

func (h *flowHandler) use() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.used = true
}

func (h *flowHandler) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

func (h *flowHandler) HandleRPC(context.Context, stats.RPCStats) {}

func (h *flowHandler) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

func (h *flowHandler) HandleConn(_ context.Context, s stats.ConnStats) {
	h.mu.Lock()
	var tell func()
	switch s.(type) {
	case *stats.ConnBegin:
		h.flows++
		if h.flows == 1 && h.had {
			tell = h.back
		}
		h.had = true
	case *stats.ConnEnd:
		h.flows--
		if h.flows == 0 {
			tell = h.lost
		}
	}
	used := h.used
	h.mu.Unlock()
	if used && tell != nil {
		tell()
	}
}
