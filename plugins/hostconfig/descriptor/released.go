// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"strings"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
)

const (
	// ReleasedDescriptorName is the name of the descriptor of ReleasedKey.
	ReleasedDescriptorName = "hostconfig-released"

	releasedPrefix = "hostconfig/released/"
)

// ReleasedKey is the key that is announced for a moment when a value has given
// up a host interface or the place of a route.
func ReleasedKey(what string) string { return releasedPrefix + what }

// NewReleasedDescriptor returns the descriptor of what only notifications
// bring, and a resync finds nothing of.
func NewReleasedDescriptor() *kvs.KVDescriptor {
	return &kvs.KVDescriptor{
		Name:        ReleasedDescriptorName,
		KeySelector: func(key string) bool { return strings.HasPrefix(key, releasedPrefix) },
		Retrieve:    func([]kvs.KVWithMetadata) ([]kvs.KVWithMetadata, error) { return nil, nil },
	}
}
