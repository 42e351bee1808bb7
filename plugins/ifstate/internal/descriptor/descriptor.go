// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package descriptor has the KVScheduler descriptor that shows host interfaces as
// values of a model. Nothing can be configured through it, and nothing depends on
// its values: they are for people and tools who look at the scheduler.
package descriptor

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.ligato.io/cn-infra/v2/logging"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	kvscheduler "go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	"google.golang.org/protobuf/proto"

	"github.com/ifwatcher/ifwatcher/plugins/ifstate/internal/state"
)

// Name is the name of the descriptor.
const Name = "ifwatcher-host-interface"

// watcherName is the descriptor whose Retrieve waits until the interfaces have
// been read.
const watcherName = "linux-interface-watcher"

// ErrReadOnly is the error of a value that somebody has configured.
var ErrReadOnly = errors.New("read-only: the values of this model show the interfaces of the host and cannot be configured; delete this one")

// Descriptor keeps the values in the scheduler as the interfaces are.
//
// A value that somebody configures nevertheless is refused. The scheduler then
// takes the key for one of the northbound, and ignores what it is told of it. So
// each refusal is remembered, and when the value is deleted the scheduler is told
// anew what is there.
type Descriptor struct {
	scheduler kvs.KVScheduler
	state     *state.State
	prefix    string // of keys, with the slash
	log       logging.Logger

	follower  *state.Follower
	statuses  chan *kvscheduler.BaseValueStatus
	retrieved chan struct{} // closed with the first Retrieve
	once      sync.Once

	mu     sync.Mutex
	told   map[string]*state.Entry // what the scheduler has; nil if that is not clear
	pushed bool                    // there has been a notification

	refusedMu sync.Mutex
	refused   map[string]struct{} // keys
}

// New returns the descriptor of the values under a prefix of keys.
func New(scheduler kvs.KVScheduler, s *state.State, prefix string, log logging.Logger) *Descriptor {
	return &Descriptor{
		scheduler: scheduler,
		state:     s,
		prefix:    prefix,
		log:       log,
		follower:  s.Follow(),
		statuses:  make(chan *kvscheduler.BaseValueStatus, 100),
		retrieved: make(chan struct{}),
		told:      map[string]*state.Entry{},
		refused:   map[string]struct{}{},
	}
}

// Register makes the descriptor known to the scheduler.
func (d *Descriptor) Register() error {
	err := d.scheduler.RegisterKVDescriptor(&kvs.KVDescriptor{
		Name:          Name,
		KeySelector:   func(key string) bool { return strings.HasPrefix(key, d.prefix) },
		ValueTypeName: string(proto.MessageName((*ifmodel.InterfaceState)(nil))),
		KeyLabel:      func(key string) string { return strings.TrimPrefix(key, d.prefix) },
		NBKeyPrefix:   d.prefix,
		// Each state has a message of its own. Metadata may differ between two
		// states whose messages are equal, and an update is what carries them.
		ValueComparator:      func(_ string, a, b proto.Message) bool { return a == b },
		WithMetadata:         true,
		Validate:             d.refuse,
		Delete:               func(string, proto.Message, kvs.Metadata) error { return nil }, // of a value refused
		Retrieve:             d.retrieve,
		RetrieveDependencies: []string{watcherName},
	})
	if err != nil {
		return fmt.Errorf("register descriptor %q: %w", Name, err)
	}
	d.scheduler.WatchValueStatus(d.statuses, d.isRefused)
	return nil
}

// retrievePatience bounds how long a Retrieve, which holds up the scheduler, waits
// for the interfaces after they have been read from the kernel.
const retrievePatience = 2 * time.Second

// retrieve returns what there is. Without an error it is complete.
//
// The first call is that of the agent's first resync, or has the resync follow: what
// it returns need not be told again. Later ones may be for a dump, and then what they
// return does not get into the scheduler.
func (d *Descriptor) retrieve([]kvs.KVWithMetadata) ([]kvs.KVWithMetadata, error) {
	first := false
	d.once.Do(func() { first = true })
	if first {
		defer close(d.retrieved)
	}
	if err := d.waitReady(); errors.Is(err, state.ErrIncomplete) {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	var values []kvs.KVWithMetadata
	for _, name := range d.state.Names() {
		entry := d.state.ByName(name)
		if entry == nil {
			continue
		}
		values = append(values, d.value(name, entry))
		if first && !d.pushed {
			d.told[name] = entry
		} else if _, known := d.told[name]; !known {
			d.told[name] = nil
		}
	}
	return values, nil
}

func (d *Descriptor) waitReady() error {
	timeout := time.After(retrievePatience)
	for {
		changed, err := d.state.Changed(), d.state.Ready()
		if !errors.Is(err, state.ErrIncomplete) {
			return err
		}
		select {
		case <-changed:
		case <-timeout:
			return err
		}
	}
}

// value returns what the scheduler is told, without an entry that it is gone.
func (d *Descriptor) value(name string, entry *state.Entry) kvs.KVWithMetadata {
	kv := kvs.KVWithMetadata{Key: d.prefix + name, Origin: kvs.FromSB}
	if entry != nil {
		kv.Value, kv.Metadata = entry.Model, newMetadata(entry)
	}
	return kv
}

// refuse is the Validate of the descriptor, which is for configured values only.
func (d *Descriptor) refuse(key string, _ proto.Message) error {
	d.refusedMu.Lock()
	defer d.refusedMu.Unlock()
	d.refused[key] = struct{}{}
	return ErrReadOnly
}

func (d *Descriptor) isRefused(key string) bool {
	d.refusedMu.Lock()
	defer d.refusedMu.Unlock()
	_, refused := d.refused[key]
	return refused
}

// look takes in the status of a value that has been refused.
func (d *Descriptor) look(status *kvscheduler.ValueStatus) {
	if status.GetState() == kvscheduler.ValueState_INVALID {
		return
	}
	d.refusedMu.Lock()
	delete(d.refused, status.GetKey())
	d.refusedMu.Unlock()
	name := strings.TrimPrefix(status.GetKey(), d.prefix)
	d.mu.Lock()
	delete(d.told, name)
	d.mu.Unlock()
	d.follower.Put(name)
}
