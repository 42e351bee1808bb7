// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"errors"
	"fmt"
	"reflect"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/dynamicpb"

	"go.ligato.io/vpp-agent/v3/pkg/models"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/registry"
)

// ValidateSemantically runs the validation of the descriptors on messages of
// models and on the values derived from them, without applying anything. The
// error is *api.InvalidMessagesError if messages are invalid. Messages that no
// descriptor is for are skipped.
func (s *Scheduler) ValidateSemantically(messages []proto.Message) error {
	c := s.core()
	var invalid []*api.InvalidMessageError
	var failure error
	err := c.onWorker(func() {
		for _, message := range messages {
			found, err := validateMessage(c.registry.Set(), message)
			if err != nil {
				failure = err
				return
			}
			invalid = append(invalid, found...)
		}
	})
	switch {
	case err != nil:
		return fmt.Errorf("validation: %w", err)
	case failure != nil:
		return failure
	case len(invalid) > 0:
		return api.NewInvalidMessagesError(invalid)
	}
	return nil
}

func validateMessage(set *registry.Set, original proto.Message) (invalid []*api.InvalidMessageError, err error) {
	message := original
	if dynamic, ok := original.(*dynamicpb.Message); ok {
		if message, err = toGenerated(dynamic); err != nil || message == nil {
			return nil, err
		}
	}
	key, err := models.GetKey(message)
	if err != nil {
		return nil, fmt.Errorf("can't get message key due to: %w (message=%v)", err, message)
	}
	desc, err := set.ForKey(key)
	if err != nil {
		return nil, err
	}
	if desc == nil {
		return nil, nil
	}
	if err := desc.Validate(key, message); err != nil {
		invalid = append(invalid, api.NewInvalidMessageError(original, toInvalid(err), nil))
	}
	derived, err := desc.DerivedValues(key, message)
	if err != nil {
		return nil, err
	}
	for _, kv := range derived {
		desc, err := set.ForKey(kv.Key)
		if err != nil {
			return nil, err
		}
		if desc == nil || kv.Value == nil {
			continue
		}
		if err := desc.Validate(kv.Key, kv.Value); err != nil {
			invalid = append(invalid, api.NewInvalidMessageError(kv.Value, toInvalid(err), original))
		}
	}
	return invalid, nil
}

func toInvalid(err error) *api.InvalidValueError {
	var invalid *api.InvalidValueError
	if errors.As(err, &invalid) {
		return invalid
	}
	return api.NewInvalidValueError(err, "")
}

// toGenerated returns the message as the Go type of its model, nil if the
// model has none in this process.
func toGenerated(dynamic *dynamicpb.Message) (proto.Message, error) {
	model, err := models.GetModelFor(dynamic)
	if err != nil {
		return nil, fmt.Errorf("can't get model for message due to: %w (message=%v)", err, dynamic)
	}
	goType := model.LocalGoType()
	if goType == nil {
		return nil, nil
	}
	data, err := protojson.Marshal(dynamic)
	if err != nil {
		return nil, fmt.Errorf("can't convert message %s: %w", model.ProtoName(), err)
	}
	message, ok := reflect.New(goType.Elem()).Interface().(proto.Message)
	if !ok {
		return nil, fmt.Errorf("type %v of model %s is not a message", goType, model.Name())
	}
	if err := protojson.Unmarshal(data, message); err != nil {
		return nil, fmt.Errorf("can't convert message %s: %w", model.ProtoName(), err)
	}
	return message, nil
}
