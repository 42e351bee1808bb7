// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"go.ligato.io/cn-infra/v2/datasync"
	"go.ligato.io/cn-infra/v2/datasync/syncbase"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/orchestrator/contextdecorator"
)

// processEvents applies what the sources deliver, one event after the other.
func (p *Plugin) processEvents() {
	for {
		select {
		case event := <-p.run.changes:
			event.Done(p.processChange(event))
		case event := <-p.run.resyncs:
			event.Done(p.processResync(event))
		case <-p.run.ctx.Done():
			return
		}
	}
}

func (p *Plugin) processChange(event datasync.ChangeEvent) error {
	var changes []change
	var refusals []error
	labels := make(map[string]Labels)
	for _, item := range event.GetChanges() {
		key := item.GetKey()
		ls := labelsOf(item)
		if item.GetChangeType() == datasync.Delete {
			if ls != nil {
				labels[key] = ls
			}
			changes = append(changes, change{key: key})
			continue
		}
		c := decode(key, item)
		if c.refused != nil {
			refusals = append(refusals, fmt.Errorf("key %q: %w", key, c.refused))
		} else {
			labels[key] = ls
		}
		changes = append(changes, c)
	}
	if len(changes) == 0 {
		return nil
	}
	ctx, cancel := p.eventContext(event.GetContext())
	defer cancel()
	// Who names itself waits for the outcome, and is told instead of having a
	// part applied.
	if _, named := contextdecorator.DataSrcFromContext(event.GetContext()); named && len(refusals) > 0 {
		return fmt.Errorf("nothing was changed: %w", errors.Join(refusals...))
	}
	_, err := p.push(ctx, changes, labels)
	if err != nil {
		p.Log.Errorf("change of configuration: %v", err)
	}
	return err
}

func (p *Plugin) processResync(event datasync.ResyncEvent) error {
	items := make(map[string]datasync.KeyVal)
	for _, iterator := range event.GetValues() {
		for {
			kv, allReceived := iterator.GetNext()
			if allReceived {
				break
			}
			items[kv.GetKey()] = kv
		}
	}
	changes := make([]change, 0, len(items))
	labels := make(map[string]Labels, len(items))
	for _, key := range slices.Sorted(maps.Keys(items)) {
		c := decode(key, items[key])
		if c.refused == nil {
			labels[key] = labelsOf(items[key])
		}
		changes = append(changes, c)
	}
	ctx, cancel := p.eventContext(event.GetContext())
	defer cancel()
	p.Log.Infof("full configuration received: %d keys", len(changes))
	_, err := p.push(kvs.WithResync(ctx, kvs.FullResync, true), changes, labels)
	if err != nil {
		p.Log.Errorf("full configuration: %v", err)
	}
	if p.run.status != nil {
		// The source may have been away long enough to lose what was
		// published, or be a new one.
		p.run.status.refreshAll()
	}
	return err
}

// eventContext is the context of what an event causes. It ends with the plugin.
func (p *Plugin) eventContext(ctx context.Context) (context.Context, context.CancelFunc) {
	if ctx == nil {
		ctx = context.Background()
	}
	if _, named := contextdecorator.DataSrcFromContext(ctx); !named {
		ctx = contextdecorator.DataSrcContext(ctx, sourceDatasync)
	}
	ctx, cancel := context.WithCancel(kvs.WithRetryDefault(ctx))
	stop := context.AfterFunc(p.run.ctx, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}

// labelsOf returns the labels that a value carries, nil if it carries none. The
// local registry wraps values.
func labelsOf(value datasync.LazyValue) Labels {
	for value != nil {
		if labelled, ok := value.(interface{ GetLabels() map[string]string }); ok {
			return labelled.GetLabels()
		}
		switch v := value.(type) {
		case *syncbase.ChangeResp:
			value = v.CurrVal
		case *syncbase.Change:
			value = v.KeyVal
		case *syncbase.KeyVal:
			value = v.LazyValue
		default:
			return nil
		}
	}
	return nil
}
