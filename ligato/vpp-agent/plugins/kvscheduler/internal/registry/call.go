// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/idxmap"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
)

// Env is what calls need from outside.
type Env struct {
	// Clock is for the statistics: the time since any moment.
	Clock func() time.Duration
	// CheckNetNS, if set, is called after each call that may do I/O. Its error
	// replaces the result.
	CheckNetNS func() error
	// Metadata makes the metadata map of a descriptor without a factory.
	Metadata func(title string) idxmap.NamedMappingRW
}

// Callback names a callback of a descriptor in the statistics.
type Callback int

// The callbacks, in the order of their fields.
const (
	KeyLabel Callback = iota
	ValueComparator
	Validate
	Create
	Update
	UpdateWithRecreate
	Delete
	IsRetriableFailure
	Dependencies
	DerivedValues
	Retrieve
	callbackCount
)

var callbackNames = [callbackCount]string{
	"KeyLabel", "ValueComparator", "Validate", "Create", "Update", "UpdateWithRecreate", "Delete",
	"IsRetriableFailure", "Dependencies", "DerivedValues", "Retrieve",
}

func (c Callback) String() string { return callbackNames[c] }

// PanicError is the error of a callback that panicked.
type PanicError struct {
	Descriptor string
	Callback   string
	Value      any
	Stack      []byte
}

func (e *PanicError) Error() string {
	return fmt.Sprintf("descriptor %s panicked in %s: %v", e.Descriptor, e.Callback, e.Value)
}

// Unwrap returns what was panicked with, if that is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Descriptor calls one registered descriptor.
type Descriptor struct {
	// ID is the index in Set.Descriptors.
	ID int
	// Map is nil if the descriptor has no metadata.
	Map idxmap.NamedMappingRW

	kv    *api.KVDescriptor
	env   *Env
	stats [callbackCount]callStats
}

func newDescriptor(kv *api.KVDescriptor, id int, env *Env) *Descriptor {
	d := &Descriptor{ID: id, kv: kv, env: env}
	if kv.WithMetadata {
		if kv.MetadataMapFactory != nil {
			d.Map = kv.MetadataMapFactory()
		} else {
			d.Map = env.Metadata(kv.Name)
		}
	}
	return d
}

// Name returns the name, unique in the registry.
func (d *Descriptor) Name() string { return d.kv.Name }

// NBKeyPrefix may be empty.
func (d *Descriptor) NBKeyPrefix() string { return d.kv.NBKeyPrefix }

// CanUpdate is false for a descriptor whose values change by re-creation.
func (d *Descriptor) CanUpdate() bool { return d.kv.Update != nil }

// CanRetrieve is false for a descriptor that every refresh skips.
func (d *Descriptor) CanRetrieve() bool { return d.kv.Retrieve != nil }

// DefaultComparator reports that equivalence is equality.
func (d *Descriptor) DefaultComparator() bool { return d.kv.ValueComparator == nil }

// Selects runs the key selector.
func (d *Descriptor) Selects(key string) (selected bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = d.panicked("KeySelector", p)
		}
	}()
	return d.kv.KeySelector(key), nil
}

// Label falls back to the key.
func (d *Descriptor) Label(key string) (string, error) {
	if d.kv.KeyLabel == nil {
		return key, nil
	}
	label, err := d.label(key)
	if err != nil {
		return key, err
	}
	return label, nil
}

func (d *Descriptor) label(key string) (label string, err error) {
	defer d.end(KeyLabel, d.env.Clock(), &err)
	return d.kv.KeyLabel(key), nil
}

// Equivalent compares with the descriptor's or the default comparator.
func (d *Descriptor) Equivalent(key string, a, b proto.Message) (equivalent bool, err error) {
	if d.kv.ValueComparator == nil {
		return a == b || proto.Equal(a, b), nil
	}
	defer d.end(ValueComparator, d.env.Clock(), &err)
	return d.kv.ValueComparator(key, a, b), nil
}

// Validate returns nil for a descriptor that does not validate.
func (d *Descriptor) Validate(key string, value proto.Message) (err error) {
	if d.kv.Validate == nil {
		return nil
	}
	defer d.end(Validate, d.env.Clock(), &err)
	return d.kv.Validate(key, value)
}

// Create returns api.ErrUnimplementedCreate if there is no such callback.
func (d *Descriptor) Create(key string, value proto.Message) (meta api.Metadata, err error) {
	if d.kv.Create == nil {
		return nil, api.ErrUnimplementedCreate
	}
	defer d.end(Create, d.env.Clock(), &err)
	meta, err = d.kv.Create(key, value)
	return meta, d.checkNetNS(err)
}

// Update must not be called unless CanUpdate.
func (d *Descriptor) Update(key string, old, value proto.Message, oldMeta api.Metadata) (meta api.Metadata, err error) {
	defer d.end(Update, d.env.Clock(), &err)
	meta, err = d.kv.Update(key, old, value, oldMeta)
	return meta, d.checkNetNS(err)
}

// NeedsRecreate reports whether old cannot become value by Update.
func (d *Descriptor) NeedsRecreate(key string, old, value proto.Message, meta api.Metadata) (recreate bool, err error) {
	if d.kv.Update == nil {
		return true, nil
	}
	if d.kv.UpdateWithRecreate == nil {
		return false, nil
	}
	defer d.end(UpdateWithRecreate, d.env.Clock(), &err)
	return d.kv.UpdateWithRecreate(key, old, value, meta), nil
}

// Delete returns api.ErrUnimplementedDelete if there is no such callback.
func (d *Descriptor) Delete(key string, value proto.Message, meta api.Metadata) (err error) {
	if d.kv.Delete == nil {
		return api.ErrUnimplementedDelete
	}
	defer d.end(Delete, d.env.Clock(), &err)
	return d.checkNetNS(d.kv.Delete(key, value, meta))
}

// Retriable reports whether the descriptor thinks that repeating may help.
func (d *Descriptor) Retriable(failure error) bool {
	if d.kv.IsRetriableFailure == nil {
		return true
	}
	retriable, err := d.isRetriableFailure(failure)
	return retriable || err != nil
}

func (d *Descriptor) isRetriableFailure(failure error) (retriable bool, err error) {
	defer d.end(IsRetriableFailure, d.env.Clock(), &err)
	return d.kv.IsRetriableFailure(failure), nil
}

// Dependencies returns nothing without a callback.
func (d *Descriptor) Dependencies(key string, value proto.Message) (deps []api.Dependency, err error) {
	if d.kv.Dependencies == nil {
		return nil, nil
	}
	defer d.end(Dependencies, d.env.Clock(), &err)
	return d.kv.Dependencies(key, value), nil
}

// DerivedValues returns what value implies.
func (d *Descriptor) DerivedValues(key string, value proto.Message) (derived []api.KeyValuePair, err error) {
	if d.kv.DerivedValues == nil {
		return nil, nil
	}
	defer d.end(DerivedValues, d.env.Clock(), &err)
	return d.kv.DerivedValues(key, value), nil
}

// Retrieve must not be called unless CanRetrieve.
func (d *Descriptor) Retrieve(correlate []api.KVWithMetadata) (kvs []api.KVWithMetadata, err error) {
	defer d.end(Retrieve, d.env.Clock(), &err)
	kvs, err = d.kv.Retrieve(correlate)
	return kvs, d.checkNetNS(err)
}

func (d *Descriptor) checkNetNS(err error) error {
	if d.env.CheckNetNS == nil {
		return err
	}
	if nsErr := d.env.CheckNetNS(); nsErr != nil {
		return nsErr
	}
	return err
}

// end is deferred by every call: it recovers and counts.
func (d *Descriptor) end(c Callback, start time.Duration, err *error) {
	if p := recover(); p != nil {
		*err = d.panicked(c.String(), p)
	}
	d.stats[c].track(d.env.Clock() - start)
}

func (d *Descriptor) panicked(callback string, p any) error {
	return &PanicError{Descriptor: d.Name(), Callback: callback, Value: p, Stack: debug.Stack()}
}

// callStats has one writer, the worker, but readers at any time.
type callStats struct {
	count, total, min, max atomic.Int64
}

func (s *callStats) track(took time.Duration) {
	n := int64(took)
	if s.count.Add(1) == 1 || n < s.min.Load() {
		s.min.Store(n)
	}
	if n > s.max.Load() {
		s.max.Store(n)
	}
	s.total.Add(n)
}

// EachCall calls fn for every callback that was called.
func (d *Descriptor) EachCall(fn func(name string, count uint64, total, min, max time.Duration)) {
	for c := range d.stats {
		s := &d.stats[c]
		if n := s.count.Load(); n > 0 {
			fn(callbackNames[c], uint64(n), time.Duration(s.total.Load()), time.Duration(s.min.Load()), time.Duration(s.max.Load()))
		}
	}
}
