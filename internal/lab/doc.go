// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package lab is a small host to try an agent on: a network namespace of its
// own, real interfaces in it, an agent and an etcd as processes. The
// end-to-end tests and the demo are written with it. It is not for production
// code, and it never touches the namespace that it was started from.
package lab
