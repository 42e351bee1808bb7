// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package safeclose closes anything that can be closed, tolerating nil and
// repeated closing.
package safeclose
