// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package fleet puts together what agents publish into the store that they have in
// common: the interfaces of their hosts, how the agents are, and which are gone. It
// does not talk to agents, and changes nothing.
package fleet
