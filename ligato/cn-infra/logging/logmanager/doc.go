// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package logmanager is the plugin that sets the levels of loggers, at the
// start from the file logs.conf and later over REST:
//
//	GET /log/list               the level of every logger
//	PUT /log/{logger}/{level}   sets the level of one logger
//
// Setting the level of a logger that does not exist yet is no error: it is
// applied when the logger is created. The name "default" stands for all loggers
// that are created later and changes none that exists.
//
// Hooks, which the file may ask for, are not implemented: a warning says so.
package logmanager
