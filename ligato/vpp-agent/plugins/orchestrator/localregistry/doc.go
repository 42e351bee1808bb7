// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package localregistry is the source of the initial configuration: a file that
// the agent applies at its start, before and beside what stores have.
//
//	linuxConfig:
//	  interfaces:
//	  - {name: if1, type: EXISTING, hostIfName: eth0, enabled: true}
//
// The file is read once. A file that is not there means that there is no initial
// configuration; one that cannot be used keeps the agent from starting.
package localregistry
