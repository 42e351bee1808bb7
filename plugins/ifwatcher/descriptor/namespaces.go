// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"context"
	"strings"
	"time"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/netns"
)

// NamespaceWatcherName is the name of the descriptor for other namespaces.
const NamespaceWatcherName = "linux-netns-interface-watcher"

// GetNamespaceDescriptor returns the descriptor for the keys of other network
// namespaces, to be registered if there are such.
func (w *InterfaceWatcher) GetNamespaceDescriptor() *kvs.KVDescriptor {
	return &kvs.KVDescriptor{
		Name:          NamespaceWatcherName,
		KeySelector:   func(key string) bool { return strings.HasPrefix(key, NamespaceKeyPrefix) },
		ValueTypeName: string(proto.MessageName((*emptypb.Empty)(nil))),
		NBKeyPrefix:   NamespaceKeyPrefix,
		Retrieve:      w.retrieveNamespaces,
	}
}

// retrieveNamespaces is Retrieve for the other namespaces. One that cannot be
// read does not hold up the rest: what was known of it counts, which is what the
// scheduler has been told.
func (w *InterfaceWatcher) retrieveNamespaces([]kvs.KVWithMetadata) (values []kvs.KVWithMetadata, err error) {
	sources := w.allSources()
	if len(sources) == 0 {
		return nil, ErrNotWatching
	}
	ctx, cancel := context.WithTimeout(context.Background(), syncTimeout)
	defer cancel()
	need := time.Now().Add(-freshness)
	for _, s := range sources[1:] {
		keys, err := s.retrieve(need, ctx.Done())
		if err != nil {
			keys = s.wanted()
		}
		values = append(values, keyValues(s.namespace, keys)...)
	}
	return values, nil
}

// updateNamespaces brings the sources in step with the namespaces that there are.
// It is called by one goroutine.
func (w *InterfaceWatcher) updateNamespaces(found map[string]netns.Namespace) {
	changed := false
	for _, s := range w.allSources() {
		if s.namespace == "" {
			continue
		}
		ns, there := found[s.namespace]
		switch {
		case s.ns.ID == ns.ID && there:
		case s.isRunning():
			// The socket goes, and with it the last hold on a namespace that is gone.
			s.halt()
			s.vanish()
			s.ns = netns.Namespace{}
			w.status.set(s.namespace, nil)
			w.log.Infof("network namespace %s is gone", s.namespace)
			changed = true
		case !there && s.forgotten():
			stats := s.currentStats() // nothing to count is left to happen
			w.mu.Lock()
			delete(w.sources, s.namespace)
			w.past.add(stats)
			w.mu.Unlock()
		}
	}
	for name, ns := range found {
		s, err := w.namespaceSource(name)
		if err != nil || s.isRunning() {
			continue // the rules have been validated by StartWatching
		}
		s.ns = ns
		w.log.Infof("watching network namespace %s", name)
		s.start(w.opts.openNamespace(ns))
	}
	w.lookedForNamespaces = true
	if changed {
		w.pusher.poke()
	}
}

// namespaceSource returns the source of a namespace, which may be a new one.
func (w *InterfaceWatcher) namespaceSource(name string) (*source, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s, ok := w.sources[name]; ok {
		return s, nil
	}
	s, err := newSource(w, name)
	if err != nil {
		return nil, err
	}
	if w.lookedForNamespaces {
		// It was not there before: what is in it by the first dump is new.
		s.vanish()
	}
	for reader := range w.readers {
		s.subscribe(reader)
	}
	w.sources[name] = s
	return s, nil
}
