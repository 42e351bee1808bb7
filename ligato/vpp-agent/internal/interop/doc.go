// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package interop shows that what controllers built with github.com/gogo/protobuf
// write, in the wire form and as JSON, is read the same here. It has only tests.
package interop
