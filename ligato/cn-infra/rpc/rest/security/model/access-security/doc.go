// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package access_security is the model of users of the HTTP server and of
// what they may do, as used by its token authentication.
package access_security
