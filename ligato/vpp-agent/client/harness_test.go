// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package client_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/datasync/syncbase"

	"go.ligato.io/vpp-agent/v3/client"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/orchestrator"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	linux_l3 "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"
)

// patience is only spent when a test fails.
const patience = time.Minute

// newLocal returns a client of an agent that applies interfaces, but for those
// that are named "refused".
func newLocal(t *testing.T) (client.ConfigClient, *orchestrator.Plugin) {
	t.Helper()
	registry := syncbase.NewRegistry()
	scheduler := kvscheduler.NewPlugin(kvscheduler.UseDeps(func(deps *kvscheduler.Deps) { deps.HTTPHandlers = nil }))
	dispatcher := orchestrator.NewPlugin(func(p *orchestrator.Plugin) {
		p.GRPC, p.KVScheduler, p.Watcher = nil, scheduler, registry
	})
	prefix := linux_interfaces.ModelInterface.KeyPrefix()
	for _, err := range []error{
		scheduler.Init(),
		scheduler.RegisterKVDescriptor(&kvs.KVDescriptor{
			Name:        "linux-interface",
			NBKeyPrefix: prefix,
			KeySelector: func(key string) bool { return strings.HasPrefix(key, prefix) },
			Create: func(key string, _ proto.Message) (kvs.Metadata, error) {
				if strings.HasSuffix(key, "/refused") {
					return nil, errors.New("refused by the host")
				}
				return nil, nil
			},
			Delete:             func(string, proto.Message, kvs.Metadata) error { return nil },
			IsRetriableFailure: func(error) bool { return false },
		}),
		dispatcher.Init(),
		dispatcher.AfterInit(),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		_ = dispatcher.Close()
		_ = scheduler.Close()
	})
	return client.NewClient(registry, dispatcher), dispatcher
}

func testContext(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

func iface(name string) *linux_interfaces.Interface { return &linux_interfaces.Interface{Name: name} }

// destinations are all kinds of things to get configuration in.
type destinations struct {
	Interfaces []*linux_interfaces.Interface
	Route      *linux_l3.Route
	Other      int
}

// names returns the names of the interfaces that a client finds.
func names(t *testing.T, get func(dsts ...interface{}) error) string {
	t.Helper()
	var found destinations
	if err := get(&found); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, i := range found.Interfaces {
		all = append(all, i.GetName())
	}
	return strings.Join(all, " ")
}
