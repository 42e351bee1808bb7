// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"google.golang.org/protobuf/proto"

	"go.ligato.io/vpp-agent/v3/pkg/models"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
)

// typed is a descriptor of values of one type. Fields have the meaning of
// those of the same name in kvs.KVDescriptor, and may be nil.
type typed[V proto.Message] struct {
	validate   func(key string, value V) error
	create     func(key string, value V) error
	update     func(key string, oldValue, newValue V) error
	recreate   func(oldValue, newValue V) bool
	remove     func(key string, value V) error
	equivalent func(a, b V) bool
	derived    func(value V) []kvs.KeyValuePair
	depends    func(key string, value V) []kvs.Dependency
	retrieve   func(correlate []kvs.KVWithMetadata) ([]kvs.KVWithMetadata, error)
}

// ofModel describes the values of a model, which are read from the host after
// those of the descriptors named.
func ofModel(name string, model models.KnownModel, retrieveAfter ...string) kvs.KVDescriptor {
	return kvs.KVDescriptor{
		Name:                 name,
		NBKeyPrefix:          model.KeyPrefix(),
		ValueTypeName:        model.ProtoName(),
		KeySelector:          model.IsKeyValid,
		KeyLabel:             model.StripKeyPrefix,
		RetrieveDependencies: retrieveAfter,
	}
}

// complete adds the callbacks to d. A value of another type is refused by
// those that can, and is like no other value to the rest.
func (t typed[V]) complete(d kvs.KVDescriptor) *kvs.KVDescriptor {
	d.Validate = func(key string, value proto.Message) error {
		v, err := valueOf[V](key, value)
		if err != nil {
			return err
		}
		return t.validate(key, v)
	}
	d.Create = func(key string, value proto.Message) (kvs.Metadata, error) {
		v, err := valueOf[V](key, value)
		if err != nil {
			return nil, err
		}
		return nil, t.create(key, v)
	}
	d.Delete = func(key string, value proto.Message, _ kvs.Metadata) error {
		v, err := valueOf[V](key, value)
		if err != nil {
			return err
		}
		return t.remove(key, v)
	}
	d.Dependencies = func(key string, value proto.Message) []kvs.Dependency {
		if v, err := valueOf[V](key, value); err == nil {
			return t.depends(key, v)
		}
		return nil
	}
	d.IsRetriableFailure = retriable
	if t.update != nil {
		d.Update = func(key string, oldValue, newValue proto.Message, _ kvs.Metadata) (kvs.Metadata, error) {
			before, err := valueOf[V](key, oldValue)
			if err != nil {
				return nil, err
			}
			after, err := valueOf[V](key, newValue)
			if err != nil {
				return nil, err
			}
			return nil, t.update(key, before, after)
		}
		d.UpdateWithRecreate = func(key string, oldValue, newValue proto.Message, _ kvs.Metadata) bool {
			before, err1 := valueOf[V](key, oldValue)
			after, err2 := valueOf[V](key, newValue)
			return err1 != nil || err2 != nil || t.recreate(before, after)
		}
	}
	if t.equivalent != nil {
		d.ValueComparator = func(key string, oldValue, newValue proto.Message) bool {
			before, err1 := valueOf[V](key, oldValue)
			after, err2 := valueOf[V](key, newValue)
			return err1 == nil && err2 == nil && t.equivalent(before, after)
		}
	}
	if t.derived != nil {
		d.DerivedValues = func(key string, value proto.Message) []kvs.KeyValuePair {
			if v, err := valueOf[V](key, value); err == nil {
				return t.derived(v)
			}
			return nil
		}
	}
	if t.retrieve != nil {
		d.Retrieve = t.retrieve
	}
	return &d
}

func valueOf[V proto.Message](key string, value proto.Message) (V, error) {
	v, ok := value.(V)
	if !ok {
		return v, kvs.ErrInvalidValueType(key, value)
	}
	return v, nil
}
