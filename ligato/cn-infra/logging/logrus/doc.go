// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package logrus implements the interfaces of package logging on
// github.com/sirupsen/logrus. Importing it sets logging.DefaultLogger,
// logging.DefaultRegistry and the package-level functions of logging.
//
// The environment variable INITIAL_LOGLVL, read once when the package is
// initialised, sets the level of the default logger and of every logger that
// the default registry creates; a value that is no level is ignored.
//
// Loggers write to stderr. On a level of debug or finer every line names the
// source location, on trace also the function.
package logrus
