// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ifstate

import (
	"strings"
	"sync"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
	"google.golang.org/protobuf/proto"

	"github.com/ifwatcher/ifwatcher/plugins/ifstate/internal/publisher"
)

// StatusPublisher returns a writer for the StatusPublisher of the orchestrator, which
// passes on what it is given to another one but for the status of host interfaces
// that nobody has configured. That says nothing which is not said better by their
// state, and would stay in the store for each interface that there has ever been.
func StatusPublisher(to datasync.KeyProtoValWriter) datasync.KeyProtoValWriter {
	return &statusPublisher{
		to:        to,
		prefix:    strings.Replace(ModelHostInterface.KeyPrefix(), "config/", "config-status/", 1),
		published: map[string]struct{}{},
	}
}

type statusPublisher struct {
	to     datasync.KeyProtoValWriter
	prefix string // of the keys that are looked at

	mu        sync.Mutex
	published map[string]struct{} // those of them that have been passed on
}

// Put implements datasync.KeyProtoValWriter.
func (p *statusPublisher) Put(key string, data proto.Message, opts ...datasync.PutOption) error {
	status, ok := data.(*kvscheduler.ValueStatus)
	if !ok || !strings.HasPrefix(key, p.prefix) {
		return p.to.Put(key, data, opts...)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch status.GetState() {
	case kvscheduler.ValueState_OBTAINED, kvscheduler.ValueState_REMOVED, kvscheduler.ValueState_NONEXISTENT:
		if _, ok := p.published[key]; !ok {
			return nil
		}
		if d, ok := p.to.(publisher.Deleter); ok {
			_, err := d.Delete(key)
			if err == nil {
				delete(p.published, key)
			}
			return err
		}
	default:
		p.published[key] = struct{}{}
	}
	return p.to.Put(key, data, opts...)
}
