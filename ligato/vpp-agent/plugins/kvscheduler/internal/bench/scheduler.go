// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
	"sigs.k8s.io/yaml"

	"go.ligato.io/cn-infra/v2/logging"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
)

const (
	valuePrefix     = "config/bench/v1/value/"
	reportedPrefix  = "bench/reported/"
	oneReported     = reportedPrefix + "the-one"
	valueDescriptor = "bench-value"
)

// scheduler is one with a descriptor whose operations cost nothing, and what
// is to be applied: made beforehand, so that it is not measured.
type scheduler struct {
	*kvscheduler.Scheduler
	keys     []string
	values   []proto.Message
	reported []api.KVWithMetadata
}

// settings are lines of kvscheduler.conf.
func newScheduler(n int, needs func(key string) []api.Dependency, settings ...string) (*scheduler, error) {
	log := logging.ForPlugin("bench")
	log.SetLevel(logging.InfoLevel)
	log.SetOutput(io.Discard)
	s := &scheduler{Scheduler: kvscheduler.NewPlugin(kvscheduler.UseDeps(func(deps *kvscheduler.Deps) {
		deps.HTTPHandlers = nil
		deps.Log = log
		deps.Cfg = configText(strings.Join(settings, "\n"))
	}))}
	s.keys = make([]string, n)
	s.values = make([]proto.Message, n)
	s.reported = make([]api.KVWithMetadata, n)
	found := make([]api.KVWithMetadata, n)
	for i := range n {
		s.keys[i] = fmt.Sprintf("%s%07d", valuePrefix, i)
		s.values[i] = wrapperspb.String("a value")
		s.reported[i] = api.KVWithMetadata{Key: fmt.Sprintf("%s%07d", reportedPrefix, i), Value: &emptypb.Empty{}}
		// Like a descriptor that reads the southbound, not the same message.
		found[i] = api.KVWithMetadata{Key: s.keys[i], Value: wrapperspb.String("a value"), Origin: api.FromNB}
	}
	if err := s.Init(); err != nil {
		return nil, err
	}
	err := s.RegisterKVDescriptor(&api.KVDescriptor{
		Name:        valueDescriptor,
		NBKeyPrefix: valuePrefix,
		KeySelector: func(key string) bool { return strings.HasPrefix(key, valuePrefix) },
		Create:      func(string, proto.Message) (api.Metadata, error) { return nil, nil },
		Delete:      func(string, proto.Message, api.Metadata) error { return nil },
		Update: func(string, proto.Message, proto.Message, api.Metadata) (api.Metadata, error) {
			return nil, nil
		},
		Dependencies: func(key string, _ proto.Message) []api.Dependency {
			if needs == nil {
				return nil
			}
			return needs(key)
		},
		Retrieve: func([]api.KVWithMetadata) ([]api.KVWithMetadata, error) { return found, nil },
	}, &api.KVDescriptor{
		Name:        "bench-reported",
		KeySelector: func(key string) bool { return strings.HasPrefix(key, reportedPrefix) },
	})
	return s, err
}

func (s *scheduler) close() { _ = s.Close() }

func (s *scheduler) commit(ctx context.Context, keys []string) error {
	txn := s.StartNBTransaction()
	for i, key := range keys {
		txn.SetValue(key, s.values[i])
	}
	_, err := txn.Commit(ctx)
	return err
}

// report pushes one notification and waits for it.
func (s *scheduler) report(kvs ...api.KVWithMetadata) error {
	err := s.PushSBNotification(kvs...)
	s.TransactionBarrier()
	return err
}

// configText is the text of the plugin's configuration file.
type configText string

func (c configText) LoadValue(data any) (found bool, err error) {
	return true, yaml.Unmarshal([]byte(c), data)
}

func (configText) GetConfigName() string { return "" }
