// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package watcher makes one source of configuration out of several: key-value
// stores, the initial configuration file, and the agent itself.
//
// What each source has is kept apart. A source that delivers all it has causes
// a full resync with the content of all stores, and the deletion of a key in one
// store leaves what another one has for it.
//
// Nobody waits for a store that cannot be reached. Until each store has
// delivered once, what is there is passed on as changes, not as a full resync:
// that would remove from the host what the missing stores configured before.
package watcher
