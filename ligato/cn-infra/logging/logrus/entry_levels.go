// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package logrus

import (
	"fmt"

	"github.com/sirupsen/logrus"
)

// Log writes a message on the given level. Panic and fatal are only severities
// here: it neither panics nor ends the process.
func (e *Entry) Log(lvl logrus.Level, args ...any) {
	e.print(lvl, args)
}

// Logf is Log with a format.
func (e *Entry) Logf(lvl logrus.Level, f string, args ...any) {
	e.printf(lvl, f, args)
}

// Logln is Log with spaces between the arguments.
func (e *Entry) Logln(lvl logrus.Level, args ...any) {
	e.println(lvl, args)
}

// Trace writes a message on level trace.
func (e *Entry) Trace(args ...any) {
	e.print(logrus.TraceLevel, args)
}

// Tracef writes a formatted message on level trace.
func (e *Entry) Tracef(format string, args ...any) {
	e.printf(logrus.TraceLevel, format, args)
}

// Traceln writes a message on level trace, with spaces between the arguments.
func (e *Entry) Traceln(args ...any) {
	e.println(logrus.TraceLevel, args)
}

// Debug writes a message on level debug.
func (e *Entry) Debug(args ...any) {
	e.print(logrus.DebugLevel, args)
}

// Debugf writes a formatted message on level debug.
func (e *Entry) Debugf(format string, args ...any) {
	e.printf(logrus.DebugLevel, format, args)
}

// Debugln writes a message on level debug, with spaces between the arguments.
func (e *Entry) Debugln(args ...any) {
	e.println(logrus.DebugLevel, args)
}

// Info writes a message on level info.
func (e *Entry) Info(args ...any) {
	e.print(logrus.InfoLevel, args)
}

// Infof writes a formatted message on level info.
func (e *Entry) Infof(format string, args ...any) {
	e.printf(logrus.InfoLevel, format, args)
}

// Infoln writes a message on level info, with spaces between the arguments.
func (e *Entry) Infoln(args ...any) {
	e.println(logrus.InfoLevel, args)
}

// Warn writes a message on level warn.
func (e *Entry) Warn(args ...any) {
	e.print(logrus.WarnLevel, args)
}

// Warnf writes a formatted message on level warn.
func (e *Entry) Warnf(format string, args ...any) {
	e.printf(logrus.WarnLevel, format, args)
}

// Warnln writes a message on level warn, with spaces between the arguments.
func (e *Entry) Warnln(args ...any) {
	e.println(logrus.WarnLevel, args)
}

// Error writes a message on level error.
func (e *Entry) Error(args ...any) {
	e.print(logrus.ErrorLevel, args)
}

// Errorf writes a formatted message on level error.
func (e *Entry) Errorf(format string, args ...any) {
	e.printf(logrus.ErrorLevel, format, args)
}

// Errorln writes a message on level error, with spaces between the arguments.
func (e *Entry) Errorln(args ...any) {
	e.println(logrus.ErrorLevel, args)
}

// Warning writes a message on level warn.
func (e *Entry) Warning(args ...any) {
	e.print(logrus.WarnLevel, args)
}

// Warningf writes a formatted message on level warn.
func (e *Entry) Warningf(format string, args ...any) {
	e.printf(logrus.WarnLevel, format, args)
}

// Warningln writes a message on level warn, with spaces between the arguments.
func (e *Entry) Warningln(args ...any) {
	e.println(logrus.WarnLevel, args)
}

// Print writes a message on level info.
func (e *Entry) Print(args ...any) {
	e.print(logrus.InfoLevel, args)
}

// Printf writes a formatted message on level info.
func (e *Entry) Printf(format string, args ...any) {
	e.printf(logrus.InfoLevel, format, args)
}

// Println writes a message on level info, with spaces between the arguments.
func (e *Entry) Println(args ...any) {
	e.println(logrus.InfoLevel, args)
}

// Fatal writes a message on level fatal and ends the process with status 1.
func (e *Entry) Fatal(args ...any) {
	e.print(logrus.FatalLevel, args)
	e.exit()
}

// Fatalf is Fatal with a format.
func (e *Entry) Fatalf(format string, args ...any) {
	e.printf(logrus.FatalLevel, format, args)
	e.exit()
}

// Fatalln is Fatal with spaces between the arguments.
func (e *Entry) Fatalln(args ...any) {
	e.println(logrus.FatalLevel, args)
	e.exit()
}

// Panic writes a message on level panic and panics with it.
func (e *Entry) Panic(args ...any) {
	e.panics(fmt.Sprint(args...))
}

// Panicf is Panic with a format.
func (e *Entry) Panicf(format string, args ...any) {
	e.panics(fmt.Sprintf(format, args...))
}

// Panicln is Panic with spaces between the arguments.
func (e *Entry) Panicln(args ...any) {
	e.panics(sprintln(args))
}
