// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package servicelabel is the plugin that knows the label of this agent: the
// part of the keys of a shared key-value store that tells agents apart.
//
// The label comes from -microservice-label or MICROSERVICE_LABEL and is "vpp1"
// by default.
package servicelabel
