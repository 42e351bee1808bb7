// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"fmt"

	"go.ligato.io/cn-infra/v2/idxmap"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
)

// RegisterKVDescriptor registers the descriptors in turn and stops at the
// first that is refused: api.ErrDescriptorExists for a name that is taken.
// Values that waited for a descriptor are applied when it is registered.
func (s *Scheduler) RegisterKVDescriptor(descriptors ...*api.KVDescriptor) error {
	c := s.core()
	for _, kv := range descriptors {
		if c.isClosed() {
			return api.ErrClosedScheduler
		}
		desc, err := c.registry.Register(kv)
		if err != nil {
			if kv != nil && err != api.ErrDescriptorExists { //nolint:errorlint // that one is returned as it is
				err = fmt.Errorf("descriptor %q is refused: %w", kv.Name, err)
			}
			return err
		}
		if err := c.queue.Push(func() { c.retryUnimplemented(desc) }); err != nil {
			return err
		}
	}
	return nil
}

// GetRegisteredNBKeyPrefixes returns the prefixes of the descriptors that have
// one, each once.
func (s *Scheduler) GetRegisteredNBKeyPrefixes() []string {
	return s.core().registry.NBKeyPrefixes()
}

// WatchNBKeyPrefixRegistration returns a channel that receives an item and is
// closed when a descriptor with that prefix is registered. If there is one
// already, this has happened and api.ErrDescriptorExists is returned too.
func (s *Scheduler) WatchNBKeyPrefixRegistration(keyPrefix string) (<-chan struct{}, error) {
	return s.core().registry.WatchNBKeyPrefix(keyPrefix)
}

// GetMetadataMap returns the metadata of the descriptor's values by label, nil
// if it has none. The map follows the values at once, also within a
// transaction.
func (s *Scheduler) GetMetadataMap(descriptor string) idxmap.NamedMapping {
	desc := s.core().registry.Set().ByName(descriptor)
	if desc == nil || desc.Map == nil {
		return nil
	}
	return desc.Map
}
