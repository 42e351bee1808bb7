// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package ifwatcherv1 has the messages that tell of the interfaces of an agent's
// host, and the gRPC service that serves them. The same messages, as JSON, are
// what an agent publishes into its key-value store, under the keys of this package.
package ifwatcherv1
