// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package output turns what is to be shown into text: tables that fit the
// terminal, JSON, YAML and the user's own templates. It knows nothing of
// agents. Colours and widths are for terminals only, so that what goes into a
// file or a pipe is always the same.
package output
