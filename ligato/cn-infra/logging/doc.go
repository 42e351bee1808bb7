// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package logging defines the logger interfaces that plugins are written
// against, the levels, and the derivation of per-plugin loggers.
//
// It holds no implementation: package logging/logrus provides one and, on
// import, sets [DefaultLogger], [DefaultRegistry] and the package-level
// functions. Without it the package-level functions write through the standard
// library's log package.
package logging
