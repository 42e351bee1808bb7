// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package logrus

import (
	"context"
	"io"
	"maps"
	"sync/atomic"

	"github.com/sirupsen/logrus"

	"go.ligato.io/cn-infra/v2/logging"
)

// LoggerKey is the field that names the logger in every message.
const LoggerKey = "logger"

// globalName is the name of the default logger.
const globalName = "global"

var (
	_ logging.Logger       = (*Logger)(nil)
	_ logging.LogWithLevel = (*Entry)(nil)
)

// Logger is a named logger. It implements logging.Logger and, for the logs of
// gRPC itself, grpclog.LoggerV2.
type Logger struct {
	// Logger does the writing. Its ExitFunc, os.Exit when nil, is what Fatal
	// ends the process with.
	Logger *logrus.Logger

	name      string
	verbosity atomic.Int64
	caller    atomic.Bool
	static    atomic.Pointer[map[string]any]
}

var defaultLogger = WrapLogger(logrus.StandardLogger(), globalName)

// DefaultLogger returns the logger "global", which wraps the standard logger
// of logrus.
func DefaultLogger() *Logger {
	return defaultLogger
}

// NewLogger returns a logger on level info that is in no registry.
func NewLogger(name string) *Logger {
	return WrapLogger(logrus.New(), name)
}

// WrapLogger returns a logger that writes through the given one, whose
// formatter it replaces by [DefaultFormatter].
func WrapLogger(logger *logrus.Logger, name string) *Logger {
	logger.SetFormatter(DefaultFormatter())
	return &Logger{Logger: logger, name: name}
}

// GetName returns the name of the logger.
func (logger *Logger) GetName() string {
	return logger.name
}

// StandardLogger returns the logrus logger underneath.
func (logger *Logger) StandardLogger() *logrus.Logger {
	return logger.Logger
}

// SetLevel sets the most verbose level that is written.
func (logger *Logger) SetLevel(lvl logging.LogLevel) {
	logger.Logger.SetLevel(logrus.Level(lvl))
}

// GetLevel returns the most verbose level that is written.
func (logger *Logger) GetLevel() logging.LogLevel {
	return logging.LogLevel(logger.Logger.GetLevel())
}

// AddHook adds a hook to this logger.
func (logger *Logger) AddHook(hook logrus.Hook) {
	logger.Logger.AddHook(hook)
}

// SetOutput sets where messages are written, stderr by default.
func (logger *Logger) SetOutput(out io.Writer) {
	logger.Logger.SetOutput(out)
}

// SetFormatter sets the form of the messages, [DefaultFormatter] by default.
func (logger *Logger) SetFormatter(formatter logrus.Formatter) {
	logger.Logger.SetFormatter(formatter)
}

// SetReportCaller makes every message name the source location and function of
// its caller, whatever the level of the logger.
func (logger *Logger) SetReportCaller(enable bool) {
	logger.caller.Store(enable)
}

// SetStaticFields sets the fields that every message of the logger has unless
// the message has a field of the same name. The map is copied.
func (logger *Logger) SetStaticFields(fields map[string]any) {
	fields = maps.Clone(fields)
	logger.static.Store(&fields)
}

// GetStaticFields returns a copy of the fields set by SetStaticFields.
func (logger *Logger) GetStaticFields() map[string]any {
	if fields := logger.static.Load(); fields != nil && *fields != nil {
		return maps.Clone(*fields)
	}
	return map[string]any{}
}

// SetVerbosity sets the verbosity that V compares with, 0 by default.
func (logger *Logger) SetVerbosity(v int) {
	logger.verbosity.Store(int64(v))
}

// V reports whether the verbosity is at least the given one; gRPC asks it.
func (logger *Logger) V(l int) bool {
	return int64(l) <= logger.verbosity.Load()
}

// WithField returns an entry with one field.
func (logger *Logger) WithField(key string, value any) logging.LogWithLevel {
	return NewEntry(logger).WithField(key, value)
}

// WithFields returns an entry with the fields.
func (logger *Logger) WithFields(fields logging.Fields) logging.LogWithLevel {
	return NewEntry(logger).WithFields(fields)
}

// WithError returns an entry with the error in the field "error".
func (logger *Logger) WithError(err error) logging.LogWithLevel {
	return NewEntry(logger).WithError(err)
}

// WithContext returns an entry that hands the context to hooks.
func (logger *Logger) WithContext(ctx context.Context) logging.LogWithLevel {
	return &Entry{logger: logger, ctx: ctx}
}
