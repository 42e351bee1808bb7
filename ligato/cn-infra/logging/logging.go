// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package logging

import (
	"io"
	"log"

	"github.com/sirupsen/logrus"
)

// DefaultLogger and DefaultRegistry are set when package logging/logrus is
// imported; until then they are nil.
var (
	DefaultLogger   Logger
	DefaultRegistry Registry
)

// The package-level functions log through [DefaultLogger] once there is one,
// before that through the standard library's logger. Fatal ends the process
// with status 1, Panic panics.
var (
	Trace func(...any) = log.Print
	Debug func(...any) = log.Print
	Info  func(...any) = log.Print
	Warn  func(...any) = log.Print
	Error func(...any) = log.Print
	Fatal              = log.Fatal
	Panic              = log.Panic

	Tracef func(string, ...any) = log.Printf
	Debugf func(string, ...any) = log.Printf
	Infof  func(string, ...any) = log.Printf
	Warnf  func(string, ...any) = log.Printf
	Errorf func(string, ...any) = log.Printf
	Fatalf                      = log.Fatalf
	Panicf                      = log.Panicf
)

// Fields are named values attached to a message.
type Fields map[string]any

// LogWithLevel writes messages of every level. The plain methods join their
// arguments like fmt.Sprint, those ending in f format, those ending in ln put
// spaces between all arguments. Fatal ends the process with status 1 after
// writing, Panic panics. Print is Info, Warning is Warn.
//
// Neither arguments nor fields are modified.
type LogWithLevel interface {
	WithField(key string, value any) LogWithLevel
	WithFields(fields Fields) LogWithLevel
	WithError(err error) LogWithLevel

	Tracef(format string, args ...any)
	Debugf(format string, args ...any)
	Infof(format string, args ...any)
	Warnf(format string, args ...any)
	Warningf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Panicf(format string, args ...any)
	Printf(format string, args ...any)

	Trace(args ...any)
	Debug(args ...any)
	Info(args ...any)
	Warn(args ...any)
	Warning(args ...any)
	Error(args ...any)
	Fatal(args ...any)
	Panic(args ...any)
	Print(args ...any)

	Traceln(args ...any)
	Debugln(args ...any)
	Infoln(args ...any)
	Warnln(args ...any)
	Warningln(args ...any)
	Errorln(args ...any)
	Fatalln(args ...any)
	Panicln(args ...any)
	Println(args ...any)
}

// Logger is a named logger with a level of its own.
type Logger interface {
	LogWithLevel

	GetName() string
	SetLevel(level LogLevel)
	GetLevel() LogLevel
	AddHook(hook logrus.Hook)
	SetOutput(out io.Writer)
	SetFormatter(formatter logrus.Formatter)
}

// LoggerFactory creates loggers.
type LoggerFactory interface {
	NewLogger(name string) Logger
}

// PluginLogger is the logger of a plugin; the loggers that it creates are its
// children, named "<plugin>.<child>".
type PluginLogger interface {
	Logger
	LoggerFactory
}

// Registry keeps loggers by name, so that their levels can be changed while
// the program runs. It is safe for concurrent use.
type Registry interface {
	// NewLogger creates and registers a logger. It panics when the name is
	// taken or has characters other than letters, digits, dot and hyphen.
	LoggerFactory

	// ListLoggers returns the level of every logger, as text, by name.
	ListLoggers() map[string]string
	// SetLevel sets the level of a logger. The level of a name that does not
	// exist yet is applied when that logger is created; the name "default"
	// stands for the level of all loggers created later. A level that does not
	// parse is an error.
	SetLevel(logger, level string) error
	// GetLevel returns the level of a logger as text; an unknown name is an
	// error.
	GetLevel(logger string) (string, error)
	// Lookup returns a registered logger.
	Lookup(loggerName string) (logger Logger, found bool)
	// ClearRegistry forgets all loggers but the global one; they stay usable
	// by those who hold them.
	ClearRegistry()
	// AddHook adds a hook to all loggers, also to those created later.
	AddHook(hook logrus.Hook)
}
