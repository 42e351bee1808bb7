// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"context"
	"sync"

	"google.golang.org/grpc/stats"
)

// flowHandler follows the transport connections of a client and tells when the
// last one is lost and when there is one again. Looking at the state of the
// client now and then could miss a short outage.
//
// gRPC may tell the end of a connection late, when the next one to the same peer
// has begun. It has one connection to a peer at a time, so the begin of the next
// is the end of the one before.
//
// It is silent until it is told that the client is in use.
type flowHandler struct {
	lost, back func()

	mu   sync.Mutex
	used bool
	had  bool
	live map[string]*flow // by address of the peer
}

// flow is one transport connection.
type flow struct{ peer string }

type flowKey struct{}

func (h *flowHandler) use() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.used = true
}

func (h *flowHandler) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

func (h *flowHandler) HandleRPC(context.Context, stats.RPCStats) {}

func (h *flowHandler) TagConn(ctx context.Context, info *stats.ConnTagInfo) context.Context {
	f := new(flow)
	if info.RemoteAddr != nil {
		f.peer = info.RemoteAddr.String()
	}
	return context.WithValue(ctx, flowKey{}, f)
}

func (h *flowHandler) HandleConn(ctx context.Context, s stats.ConnStats) {
	f, ok := ctx.Value(flowKey{}).(*flow)
	if !ok {
		return
	}
	var lost, back bool
	h.mu.Lock()
	switch s.(type) {
	case *stats.ConnBegin:
		lost = h.end(h.live[f.peer])
		back = len(h.live) == 0 && h.had
		if h.live == nil {
			h.live = make(map[string]*flow)
		}
		h.live[f.peer] = f
		h.had = true
	case *stats.ConnEnd:
		lost = h.end(f)
	}
	used := h.used
	h.mu.Unlock()
	if used && lost {
		h.lost()
	}
	if used && back {
		h.back()
	}
}

// end tells whether the connection was the last one that lived.
func (h *flowHandler) end(f *flow) bool {
	if f == nil || h.live[f.peer] != f {
		return false
	}
	delete(h.live, f.peer)
	return len(h.live) == 0
}
