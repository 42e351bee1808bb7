// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package keyval

import (
	"time"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/logging"
)

// ToChan returns a callback that sends what it gets to the channel. A response
// that nobody takes within [datasync.DefaultNotifTimeout], or within a
// time.Duration given as option, is dropped with a warning to the
// logging.Logger given as option, else to the default logger.
func ToChan(respCh chan BytesWatchResp, opts ...any) func(dto BytesWatchResp) {
	return toChan(respCh, opts)
}

// ToChanProto is ToChan for messages.
func ToChanProto(respCh chan datasync.ProtoWatchResp, opts ...any) func(dto datasync.ProtoWatchResp) {
	return toChan(respCh, opts)
}

func toChan[T datasync.WithKey](ch chan T, opts []any) func(T) {
	timeout := datasync.DefaultNotifTimeout
	var log logging.Logger
	for _, opt := range opts {
		switch opt := opt.(type) {
		case time.Duration:
			timeout = opt
		case logging.Logger:
			log = opt
		}
	}
	return func(resp T) {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		select {
		case ch <- resp:
		case <-timer.C:
			warnf := logging.Warnf
			if log != nil {
				warnf = log.Warnf
			}
			warnf("change of %q dropped: nobody took it within %v", resp.GetKey(), timeout)
		}
	}
}
