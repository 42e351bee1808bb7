// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package netns finds network namespaces by name or by path, tells when they come
// and go, and runs functions inside one. It creates and removes none, and does
// not know what is done with them.
//
// A namespace lives as long as a process, a bind mount, or a socket in it does. Who
// keeps a socket in one must close it when the namespace is reported as gone, or
// its interfaces stay.
package netns
