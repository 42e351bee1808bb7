// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package etcdtest runs a real etcd inside a test, and breaks it: stop, restart
// with the same data, restart without data, and a proxy that cuts or silently
// freezes connections. It listens on loopback only and keeps its data in the
// temporary folder of the test.
package etcdtest
