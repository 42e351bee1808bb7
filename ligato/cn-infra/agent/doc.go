// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package agent starts and stops a set of plugins: it finds the plugins that
// the given ones depend on, parses the command line for their flags,
// initialises them in the order of their dependencies, and closes them in
// reverse when told to stop.
//
// The command line is parsed by the first [NewAgent] of a process. Positional
// arguments are ignored and unknown flags end the process with status 2, so a
// program with flags of its own, such as --version, looks for them in os.Args
// before that.
//
// The environment variable DUMP_STACK_ON_TIMEOUT, when not empty, has the
// stacks of all goroutines written to stderr when a start or stop takes too
// long. DEBUG_INFRA, when not empty, raises the level of the logger "agent" to
// debug; with the word "lookup" in it the search for plugins is traced, with
// the word "start" the time that every plugin took is printed to stdout.
package agent
