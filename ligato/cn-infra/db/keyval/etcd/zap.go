// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package etcd

import (
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"go.ligato.io/cn-infra/v2/logging"
)

// zapLogger returns a logger for the client library that ends in ours. What the
// library has to say about failures is said by this package where it matters,
// with the cause; therefore its messages are for debugging.
func zapLogger(log logging.Logger) *zap.Logger {
	return zap.New(&zapCore{log: log})
}

type zapCore struct {
	log    logging.Logger
	fields []zapcore.Field
}

func (c *zapCore) Enabled(level zapcore.Level) bool {
	return level > zapcore.DebugLevel && c.log.GetLevel() >= logging.DebugLevel
}

func (c *zapCore) With(fields []zapcore.Field) zapcore.Core {
	return &zapCore{c.log, append(append([]zapcore.Field(nil), c.fields...), fields...)}
}

func (c *zapCore) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(entry.Level) {
		return checked.AddCore(entry, c)
	}
	return checked
}

func (c *zapCore) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	enc := zapcore.NewMapObjectEncoder()
	for _, f := range append(append([]zapcore.Field(nil), c.fields...), fields...) {
		f.AddTo(enc)
	}
	c.log.WithFields(logging.Fields(enc.Fields)).Debugf("etcd client: %s", entry.Message)
	return nil
}

func (c *zapCore) Sync() error { return nil }
