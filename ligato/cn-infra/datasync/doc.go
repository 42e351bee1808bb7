// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package datasync defines how state travels between data sources (key-value
// stores, local clients) and the plugins that apply it.
//
// A source tells its watchers two things: changes ([ChangeEvent]), and, when a
// watcher has to start again from the whole truth, a listing of everything it
// holds ([ResyncEvent]). In the other direction [KeyProtoValWriter] publishes
// values, for example statuses.
//
// # Duties of a receiver
//
// Read both channels all the time. Call Done exactly once per event. Read an
// iterator once. Values are decoded lazily: GetValue unmarshals into the given
// message each time it is called, and that is where an undecodable value shows
// up, so that it never stands in the way of others. For a deletion GetValue is
// meaningless. Keys are relative: the prefix of the agent is stripped.
//
// The package holds interfaces and the small helpers that fan out to several
// sources. It does no I/O. Package syncbase has the common implementations.
package datasync
