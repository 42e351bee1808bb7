// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"testing"

	"google.golang.org/grpc/stats"
)

// A script is a sequence of begins (+) and ends (-) of connections, named by
// their peer and number.
func TestFlows(t *testing.T) {
	for name, tt := range map[string]struct{ script, want string }{
		"first connection":         {"+a1", ""},
		"outage":                   {"+a1 -a1 +a2", "lost back"},
		"attempts that fail":       {"+a1 -a1 +a2 -a2 +a3", "lost back lost back"},
		"the end comes late":       {"+a1 +a2 -a1", "lost back"},
		"the end comes even later": {"+a1 +a2 +a3 -a2 -a1", "lost back lost back"},
		"and then an outage":       {"+a1 +a2 -a1 -a2", "lost back lost"},
		"another member is there":  {"+a1 +b1 -a1 +a2 -b1", ""},
		"another member, end late": {"+a1 +b1 +a2 -a1", ""},
		"all members":              {"+a1 +b1 -a1 -b1 +b2 +a2", "lost back"},
		"an end of nothing":        {"-a1 +a2", ""},
	} {
		var told []string
		h := &flowHandler{
			lost: func() { told = append(told, "lost") },
			back: func() { told = append(told, "back") },
		}
		h.use()
		conns := make(map[string]context.Context)
		for _, step := range strings.Fields(tt.script) {
			conn := step[1:]
			if conns[conn] == nil {
				peer := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, conn[0]}), 2379)
				conns[conn] = h.TagConn(t.Context(), &stats.ConnTagInfo{RemoteAddr: net.TCPAddrFromAddrPort(peer)})
			}
			var what stats.ConnStats = &stats.ConnBegin{Client: true}
			if step[0] == '-' {
				what = &stats.ConnEnd{Client: true}
			}
			h.HandleConn(conns[conn], what)
		}
		if got := strings.Join(told, " "); got != tt.want {
			t.Errorf("%s: told %q, want %q", name, got, tt.want)
		}
	}
}

func TestFlowsAreSilentUntilInUse(t *testing.T) {
	h := &flowHandler{lost: func() { t.Error("lost") }, back: func() { t.Error("back") }}
	for range 2 {
		ctx := h.TagConn(t.Context(), &stats.ConnTagInfo{})
		h.HandleConn(ctx, &stats.ConnBegin{})
		h.HandleConn(ctx, &stats.ConnEnd{})
	}
}
