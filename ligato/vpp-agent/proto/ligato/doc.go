// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package ligato has the field options that describe configuration messages to
// tools.
package ligato
