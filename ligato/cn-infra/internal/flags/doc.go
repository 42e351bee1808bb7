// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package flags is the set of command-line flags of the process: parsed as the
// standard library does, so that -name and --name are the same, and overlaid
// by the environment.
//
// It exists for packages agent, config and servicelabel only. It is not the
// standard library's flag.CommandLine, which belongs to other libraries and to
// the testing package.
package flags
