// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package logrus

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/sirupsen/logrus"
)

// Fields that name the caller of a message. They come last in a line.
const (
	FunctionKey = "func"
	LocationKey = "loc"
)

const timestampFormat = "2006-01-02 15:04:05.00000"

// Formatter adds the caller to messages and leaves the rest to another
// formatter. The caller's location is added on a logger's level debug and
// finer, the function on trace.
type Formatter struct {
	// Function and Location add the caller on every level.
	Function bool
	Location bool
	// FullPath gives the location with the whole path of the file instead of
	// its last folder and name.
	FullPath bool
	// Formatter formats the message, as logrus does by default when nil.
	Formatter logrus.Formatter
}

// NewFormatter returns the formatter of new loggers: text, coloured and with
// the seconds since start on a terminal, else as key=value pairs in
// alphabetical order with the caller last. CLICOLOR=0 turns the colours off,
// CLICOLOR_FORCE=1 turns them on.
func NewFormatter() *Formatter {
	return &Formatter{
		Formatter: &logrus.TextFormatter{
			EnvironmentOverrideColors: true,
			TimestampFormat:           timestampFormat,
			SortingFunc:               sortKeys,
		},
	}
}

// DefaultFormatter returns a formatter with the default settings.
func DefaultFormatter() *Formatter {
	return NewFormatter()
}

// Format implements logrus.Formatter.
func (f *Formatter) Format(entry *logrus.Entry) ([]byte, error) {
	inner := f.Formatter
	if inner == nil {
		inner = &logrus.TextFormatter{}
	}

	level := entry.Logger.GetLevel()
	reported := entry.Caller != nil && level < logrus.DebugLevel
	location := f.Location || reported || level >= logrus.DebugLevel
	function := f.Function || reported || level >= logrus.TraceLevel
	if !location && !function {
		return inner.Format(entry)
	}

	caller := entry.Caller
	if caller == nil {
		caller = findCaller()
	}
	if caller == nil {
		return inner.Format(entry)
	}
	// A copy, because hooks and other formatters may hold the entry.
	annotated := entry.Dup()
	annotated.Level, annotated.Message, annotated.Buffer = entry.Level, entry.Message, entry.Buffer
	annotated.Caller = nil
	if annotated.Data == nil {
		annotated.Data = logrus.Fields{}
	}
	if location {
		annotated.Data[LocationKey] = f.location(caller)
	}
	if function {
		annotated.Data[FunctionKey] = caller.Function[strings.LastIndexByte(caller.Function, '/')+1:]
	}
	return inner.Format(annotated)
}

func (f *Formatter) location(caller *runtime.Frame) string {
	file := caller.File
	if !f.FullPath {
		dir, name := filepath.Split(file)
		file = filepath.Join(filepath.Base(dir), name)
	}
	return fmt.Sprintf("%s:%d", file, caller.Line)
}

func sortKeys(keys []string) {
	last := func(key string) int {
		switch key {
		case FunctionKey:
			return 1
		case LocationKey:
			return 2
		}
		return 0
	}
	slices.SortFunc(keys, func(a, b string) int {
		if d := last(a) - last(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
}
