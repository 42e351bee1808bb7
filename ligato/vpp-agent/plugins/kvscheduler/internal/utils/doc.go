// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package utils holds the form in which a proto message is kept in the
// records of transactions and revisions: it encodes to JSON with its type's
// name, so that a client decodes it back, and renders as one line of text.
package utils
