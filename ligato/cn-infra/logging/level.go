// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package logging

import (
	"fmt"
	"strings"
)

// LogLevel is the severity of a message and the threshold of a logger: a
// logger writes the messages whose level is numerically not above its own.
type LogLevel uint32

// Levels, from the one that is always written to the most verbose one.
const (
	PanicLevel LogLevel = iota
	FatalLevel
	ErrorLevel
	WarnLevel
	InfoLevel
	DebugLevel
	TraceLevel
)

var levelNames = [...]string{
	PanicLevel: "panic",
	FatalLevel: "fatal",
	ErrorLevel: "error",
	WarnLevel:  "warn",
	InfoLevel:  "info",
	DebugLevel: "debug",
	TraceLevel: "trace",
}

// String returns the lower-case name of the level, "unknown" for a value that
// is none.
func (level LogLevel) String() string {
	if int(level) < len(levelNames) {
		return levelNames[level]
	}
	return "unknown"
}

// MarshalText implements encoding.TextMarshaler. A value that is no level is
// an error.
func (level LogLevel) MarshalText() ([]byte, error) {
	if int(level) < len(levelNames) {
		return []byte(levelNames[level]), nil
	}
	return nil, fmt.Errorf("logging: %d is not a log level", uint32(level))
}

// UnmarshalText implements encoding.TextUnmarshaler; see [ParseLogLevel].
// The receiver is unchanged on error.
func (level *LogLevel) UnmarshalText(text []byte) error {
	parsed, err := ParseLogLevel(string(text))
	if err != nil {
		return err
	}
	*level = parsed
	return nil
}

// ParseLogLevel returns the level with the given name, in any case; "warning"
// is the same as "warn". With an error it returns [InfoLevel].
func ParseLogLevel(level string) (LogLevel, error) {
	name := strings.ToLower(level)
	if name == "warning" {
		return WarnLevel, nil
	}
	for l, n := range levelNames {
		if n == name {
			return LogLevel(l), nil
		}
	}
	return InfoLevel, fmt.Errorf("logging: %q is not a log level (%s)", level, strings.Join(levelNames[:], ", "))
}
