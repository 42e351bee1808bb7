// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package hostconfig is a cn-infra plugin that applies north-bound
// configuration to the network of the host: the settings and addresses of
// interfaces that others have made (linux.interfaces.interface of type
// EXISTING), routes (linux.l3.route), and static ARP and neighbour entries
// (linux.l3.arp), with the keys and the JSON of Ligato.
//
// A value waits until the host interface that it is about is announced, as
// plugin ifwatcher does, and is withdrawn when that is withdrawn.
//
// It never removes or changes what it did not set. What it sets carries a
// protocol number of its own in the kernel, and a state file has what the
// kernel cannot tell, so that after a restart it withdraws what is no longer
// wanted and leaves the rest untouched, without taking anything down in
// between.
//
// An interface with "enabled" false is left in the state that it is in: set down, it
// would be one that its value waits for.
//
// It does not make interfaces, and knows one network namespace and the main
// routing table.
package hostconfig
