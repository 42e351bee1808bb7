// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package embeddedetcd gives an agent that has no etcd a store of its own: a
// single-member etcd server inside the agent's process, on loopback, with its
// data in a folder that survives a restart.
//
// It is for one host and for trying things out. It is not a cluster and has
// no authentication; whoever may connect to loopback may write configuration.
// An agent that belongs to a deployment names its etcd in etcd.conf, and then
// this plugin does nothing.
//
// Which of the two it is, is decided by the same file, flag and variable that
// the etcd plugin has always had (-etcd-config, ETCD_CONFIG, -config-dir):
//
//	a file is found            the etcd that it names
//	"disabled", or empty       no store at all
//	a file is named, not found an error
//	nothing is said            the embedded server
//
// The etcd plugin learns of the decision through [Plugin.ClientConfig], which
// stands in for its configuration file.
package embeddedetcd
