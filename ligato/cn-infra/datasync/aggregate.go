// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package datasync

import (
	"errors"

	"google.golang.org/protobuf/proto"
)

// KVProtoWatchers is a list of sources that are watched as one.
type KVProtoWatchers []KeyValProtoWatcher

// Watch watches each source with the same name, channels and prefixes. When one
// of them fails, the subscriptions made before are closed again.
func (ws KVProtoWatchers) Watch(resyncName string, changeChan chan ChangeEvent, resyncChan chan ResyncEvent,
	keyPrefixes ...string) (WatchRegistration, error) {

	agg := new(AggregatedRegistration)
	for _, w := range ws {
		reg, err := w.Watch(resyncName, changeChan, resyncChan, keyPrefixes...)
		if err != nil {
			return nil, errors.Join(err, agg.Close())
		}
		if reg != nil {
			agg.Registrations = append(agg.Registrations, reg)
		}
	}
	return agg, nil
}

// KVProtoWriters is a list of sinks that are written as one.
type KVProtoWriters []KeyProtoValWriter

// Put stores the value in each sink, whatever happens in the others, and
// returns the errors joined.
func (ws KVProtoWriters) Put(key string, data proto.Message, opts ...PutOption) error {
	var errs []error
	for _, w := range ws {
		errs = append(errs, w.Put(key, data, opts...))
	}
	return errors.Join(errs...)
}

// AggregatedRegistration is a list of subscriptions that are handled as one.
// Every operation reaches all of them, and their errors come back joined.
type AggregatedRegistration struct {
	Registrations []WatchRegistration
}

// Register adds the prefix to each subscription.
func (r *AggregatedRegistration) Register(resyncName string, keyPrefix string) error {
	return r.each(func(reg WatchRegistration) error { return reg.Register(resyncName, keyPrefix) })
}

// Unregister removes the prefix from each subscription.
func (r *AggregatedRegistration) Unregister(keyPrefix string) error {
	return r.each(func(reg WatchRegistration) error { return reg.Unregister(keyPrefix) })
}

// Close closes each subscription.
func (r *AggregatedRegistration) Close() error {
	return r.each(WatchRegistration.Close)
}

func (r *AggregatedRegistration) each(do func(WatchRegistration) error) error {
	var errs []error
	for _, reg := range r.Registrations {
		errs = append(errs, do(reg))
	}
	return errors.Join(errs...)
}
