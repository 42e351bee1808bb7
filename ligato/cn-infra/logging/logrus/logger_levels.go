// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package logrus

import "github.com/sirupsen/logrus"

// Log writes a message on the given level. Panic and fatal are only severities
// here: it neither panics nor ends the process.
func (logger *Logger) Log(lvl logrus.Level, args ...any) {
	NewEntry(logger).print(lvl, args)
}

// Logf is Log with a format.
func (logger *Logger) Logf(lvl logrus.Level, f string, args ...any) {
	NewEntry(logger).printf(lvl, f, args)
}

// Logln is Log with spaces between the arguments.
func (logger *Logger) Logln(lvl logrus.Level, args ...any) {
	NewEntry(logger).println(lvl, args)
}

// Trace writes a message on level trace.
func (logger *Logger) Trace(args ...any) {
	NewEntry(logger).print(logrus.TraceLevel, args)
}

// Tracef writes a formatted message on level trace.
func (logger *Logger) Tracef(format string, args ...any) {
	NewEntry(logger).printf(logrus.TraceLevel, format, args)
}

// Traceln writes a message on level trace, with spaces between the arguments.
func (logger *Logger) Traceln(args ...any) {
	NewEntry(logger).println(logrus.TraceLevel, args)
}

// Debug writes a message on level debug.
func (logger *Logger) Debug(args ...any) {
	NewEntry(logger).print(logrus.DebugLevel, args)
}

// Debugf writes a formatted message on level debug.
func (logger *Logger) Debugf(format string, args ...any) {
	NewEntry(logger).printf(logrus.DebugLevel, format, args)
}

// Debugln writes a message on level debug, with spaces between the arguments.
func (logger *Logger) Debugln(args ...any) {
	NewEntry(logger).println(logrus.DebugLevel, args)
}

// Info writes a message on level info.
func (logger *Logger) Info(args ...any) {
	NewEntry(logger).print(logrus.InfoLevel, args)
}

// Infof writes a formatted message on level info.
func (logger *Logger) Infof(format string, args ...any) {
	NewEntry(logger).printf(logrus.InfoLevel, format, args)
}

// Infoln writes a message on level info, with spaces between the arguments.
func (logger *Logger) Infoln(args ...any) {
	NewEntry(logger).println(logrus.InfoLevel, args)
}

// Warn writes a message on level warn.
func (logger *Logger) Warn(args ...any) {
	NewEntry(logger).print(logrus.WarnLevel, args)
}

// Warnf writes a formatted message on level warn.
func (logger *Logger) Warnf(format string, args ...any) {
	NewEntry(logger).printf(logrus.WarnLevel, format, args)
}

// Warnln writes a message on level warn, with spaces between the arguments.
func (logger *Logger) Warnln(args ...any) {
	NewEntry(logger).println(logrus.WarnLevel, args)
}

// Error writes a message on level error.
func (logger *Logger) Error(args ...any) {
	NewEntry(logger).print(logrus.ErrorLevel, args)
}

// Errorf writes a formatted message on level error.
func (logger *Logger) Errorf(format string, args ...any) {
	NewEntry(logger).printf(logrus.ErrorLevel, format, args)
}

// Errorln writes a message on level error, with spaces between the arguments.
func (logger *Logger) Errorln(args ...any) {
	NewEntry(logger).println(logrus.ErrorLevel, args)
}

// Warning writes a message on level warn.
func (logger *Logger) Warning(args ...any) {
	NewEntry(logger).print(logrus.WarnLevel, args)
}

// Warningf writes a formatted message on level warn.
func (logger *Logger) Warningf(format string, args ...any) {
	NewEntry(logger).printf(logrus.WarnLevel, format, args)
}

// Warningln writes a message on level warn, with spaces between the arguments.
func (logger *Logger) Warningln(args ...any) {
	NewEntry(logger).println(logrus.WarnLevel, args)
}

// Print writes a message on level info.
func (logger *Logger) Print(args ...any) {
	NewEntry(logger).print(logrus.InfoLevel, args)
}

// Printf writes a formatted message on level info.
func (logger *Logger) Printf(format string, args ...any) {
	NewEntry(logger).printf(logrus.InfoLevel, format, args)
}

// Println writes a message on level info, with spaces between the arguments.
func (logger *Logger) Println(args ...any) {
	NewEntry(logger).println(logrus.InfoLevel, args)
}

// Fatal writes a message on level fatal and ends the process with status 1.
func (logger *Logger) Fatal(args ...any) {
	NewEntry(logger).Fatal(args...)
}

// Fatalf is Fatal with a format.
func (logger *Logger) Fatalf(format string, args ...any) {
	NewEntry(logger).Fatalf(format, args...)
}

// Fatalln is Fatal with spaces between the arguments.
func (logger *Logger) Fatalln(args ...any) {
	NewEntry(logger).Fatalln(args...)
}

// Panic writes a message on level panic and panics with it.
func (logger *Logger) Panic(args ...any) {
	NewEntry(logger).Panic(args...)
}

// Panicf is Panic with a format.
func (logger *Logger) Panicf(format string, args ...any) {
	NewEntry(logger).Panicf(format, args...)
}

// Panicln is Panic with spaces between the arguments.
func (logger *Logger) Panicln(args ...any) {
	NewEntry(logger).Panicln(args...)
}
