// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package client changes and reads the configuration of an agent from Go.
//
// [LocalClient] is for code in the agent itself: what it configures is one
// source beside stores and remote clients. For another process there is the
// same interface over gRPC in the package remoteclient.
//
//	err := client.LocalClient.ChangeRequest().
//		Update(&linux_interfaces.Interface{Name: "uplink", Type: linux_interfaces.Interface_EXISTING}).
//		Send(ctx)
//
// The package also makes the message that a whole configuration is written as in
// YAML, see [NewDynamicConfig].
package client
