// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package logrus

import (
	"context"
	"fmt"
	"maps"

	"github.com/sirupsen/logrus"

	"go.ligato.io/cn-infra/v2/logging"
)

// Entry is a logger with fields. It is immutable and safe for concurrent use.
type Entry struct {
	logger *Logger
	fields logging.Fields
	ctx    context.Context
}

// NewEntry returns an entry of the logger without fields.
func NewEntry(logger *Logger) *Entry {
	return &Entry{logger: logger}
}

// WithField returns an entry that has one field more.
func (e *Entry) WithField(key string, value any) logging.LogWithLevel {
	return e.WithFields(logging.Fields{key: value})
}

// WithFields returns an entry that has the fields added; new ones replace old
// ones of the same name. The map is copied.
func (e *Entry) WithFields(fields logging.Fields) logging.LogWithLevel {
	merged := make(logging.Fields, len(e.fields)+len(fields))
	maps.Copy(merged, e.fields)
	maps.Copy(merged, fields)
	return &Entry{logger: e.logger, fields: merged, ctx: e.ctx}
}

// WithError returns an entry that has the error in the field "error".
func (e *Entry) WithError(err error) logging.LogWithLevel {
	return e.WithField(logrus.ErrorKey, err)
}

// String returns the entry as the logger would write it, without a message.
func (e *Entry) String() (string, error) {
	return e.entry().String()
}

// entry returns the logrus entry with static fields below those of the call.
func (e *Entry) entry() *logrus.Entry {
	static := e.logger.static.Load()
	data := make(logrus.Fields, len(e.fields)+4)
	if static != nil {
		maps.Copy(data, *static)
	}
	maps.Copy(data, e.fields)
	data[LoggerKey] = e.logger.name
	// WithFields refuses values that cannot be printed, such as functions.
	entry := logrus.NewEntry(e.logger.Logger).WithFields(data)
	entry.Context = e.ctx
	return entry
}

func (e *Entry) enabled(level logrus.Level) bool {
	return e.logger.Logger.IsLevelEnabled(level)
}

// write is the one place where messages leave for logrus.
func (e *Entry) write(level logrus.Level, msg string) {
	entry := e.entry()
	if e.logger.caller.Load() || e.enabled(logrus.DebugLevel) {
		entry.Caller = findCaller()
	}
	entry.Log(level, msg)
}

func (e *Entry) print(level logrus.Level, args []any) {
	if e.enabled(level) {
		e.write(level, fmt.Sprint(args...))
	}
}

func (e *Entry) printf(level logrus.Level, format string, args []any) {
	if e.enabled(level) {
		e.write(level, fmt.Sprintf(format, args...))
	}
}

func (e *Entry) println(level logrus.Level, args []any) {
	if e.enabled(level) {
		e.write(level, sprintln(args))
	}
}

// panics writes the message and panics with it.
func (e *Entry) panics(msg string) {
	e.write(logrus.PanicLevel, msg)
	panic(msg)
}

// exit ends the process. It is apart from writing because logrus takes the
// fatal level of its generic Log only as a severity.
func (e *Entry) exit() {
	e.logger.Logger.Exit(1)
}

func sprintln(args []any) string {
	msg := fmt.Sprintln(args...)
	return msg[:len(msg)-1]
}
