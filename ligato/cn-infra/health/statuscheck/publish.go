// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package statuscheck

import (
	"context"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/health/statuscheck/model/status"
)

// newPublisher returns a publisher that writes the status to the store. The
// values are bound to the life of the agent: when it is gone, the store forgets
// them and does not go on to say that the agent is well.
func (p *Plugin) newPublisher() *publisher {
	return &publisher{
		put: func(key string, value proto.Message) error {
			return p.Transport.Put(key, value, datasync.WithClientLifetimeTTL())
		},
		value: p.value,
		failed: func(key string, err error) {
			p.Log.Warnf("status cannot be written to the store, will try again: %s: %v", key, err)
		},
		recovered: func() {
			p.Log.Info("status is written to the store again")
		},
		wake: make(chan struct{}, 1),
	}
}

// publish has the status of a plugin and with it that of the agent written; mu
// must be held.
func (p *Plugin) publish(name string) {
	if p.publisher != nil {
		p.publisher.mark(status.PluginStatusKey(name), status.AgentStatusKey())
	}
}

// keys returns all keys of the status; mu must be held.
func (p *Plugin) keys() []string {
	keys := []string{status.AgentStatusKey()}
	for _, name := range p.state.names {
		keys = append(keys, status.PluginStatusKey(name))
	}
	return keys
}

// value returns a copy of what is to be written under key.
func (p *Plugin) value(key string) proto.Message {
	if key == status.AgentStatusKey() {
		agentStatus := p.GetAgentStatus()
		return &agentStatus
	}
	p.mu.Lock()
	defer p.mu.Unlock()

	return p.state.plugins[strings.TrimPrefix(key, status.PluginStatusKey(""))].copy()
}

// refreshPeriodically has all of the status written every interval, until ctx
// is done.
func (p *Plugin) refreshPeriodically(ctx context.Context, interval time.Duration) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		p.mu.Lock()
		p.state.refresh(p.now().Unix())
		if p.publisher != nil {
			p.publisher.mark(p.keys()...)
		}
		p.mu.Unlock()
	}
}
