// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package addrs parses and compares IP addresses with prefix lengths.
package addrs
