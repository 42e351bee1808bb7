// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"context"
	"errors"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// The reason of a failure is what an operator can do something with, and it stays
// the same as long as the failure does: it is logged when it changes.
func TestCause(t *testing.T) {
	for name, tt := range map[string]struct {
		code      codes.Code
		in, want  string
		noAnswers bool
	}{
		"refused": {
			code: codes.Unavailable,
			in:   `connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:2379: connect: connection refused"`,
			want: "dial tcp 127.0.0.1:2379: connect: connection refused",
		},
		"server that takes connections and hangs": {
			code:      codes.Unavailable,
			in:        `connection error: desc = "error reading server preface: raw-read tcp 127.0.0.1:37624->127.0.0.1:2379: use of closed network connection"`,
			want:      "no answer in time",
			noAnswers: true,
		},
		"reset": {
			code: codes.Unavailable,
			in:   `error reading from server: read tcp 127.0.0.1:40404->127.0.0.1:2379: read: connection reset by peer`,
			want: "error reading from server: read tcp 127.0.0.1:2379: read: connection reset by peer",
		},
		"reset, IPv6": {
			code: codes.Unavailable,
			in:   `connection error: desc = "transport: write tcp6 [::1]:40404->[::1]:2379: write: broken pipe"`,
			want: "write tcp6 [::1]:2379: write: broken pipe",
		},
		"deadline": {code: codes.DeadlineExceeded, in: "context deadline exceeded", want: "no answer in time", noAnswers: true},
	} {
		err := cause(status.Error(tt.code, tt.in))
		if err.Error() != tt.want {
			t.Errorf("%s: %q, want %q", name, err, tt.want)
		}
		if errors.Is(err, context.DeadlineExceeded) != tt.noAnswers {
			t.Errorf("%s: deadline exceeded: %v", name, !tt.noAnswers)
		}
	}
	if cause(nil) != nil {
		t.Error("a cause of nothing")
	}
}
