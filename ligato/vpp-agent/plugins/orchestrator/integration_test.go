// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package orchestrator

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"google.golang.org/protobuf/proto"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	pb "go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
)

// host is what interfaces are applied to.
type host struct {
	mu   sync.Mutex
	mtus map[string]uint32
}

func (h *host) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(slices.Sorted(maps.Keys(h.mtus)), " ")
}

func (h *host) mtu(name string) uint32 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.mtus[name]
}

// descriptor refuses values of other types, as descriptors do.
func (h *host) descriptor() *kvs.KVDescriptor {
	set := func(key string, value proto.Message) error {
		iface, ok := value.(*linux_interfaces.Interface)
		if !ok {
			return kvs.ErrInvalidValueType(key, value)
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		h.mtus[iface.GetName()] = iface.GetMtu()
		return nil
	}
	return &kvs.KVDescriptor{
		Name:        "test-interface",
		NBKeyPrefix: linux_interfaces.ModelInterface.KeyPrefix(),
		KeySelector: linux_interfaces.ModelInterface.IsKeyValid,
		KeyLabel:    linux_interfaces.ModelInterface.StripKeyPrefix,
		Validate: func(key string, value proto.Message) error {
			if _, ok := value.(*linux_interfaces.Interface); !ok {
				return kvs.ErrInvalidValueType(key, value)
			}
			return nil
		},
		Create: func(key string, value proto.Message) (kvs.Metadata, error) { return nil, set(key, value) },
		Update: func(key string, _, value proto.Message, _ kvs.Metadata) (kvs.Metadata, error) {
			return nil, set(key, value)
		},
		Delete: func(_ string, value proto.Message, _ kvs.Metadata) error {
			h.mu.Lock()
			defer h.mu.Unlock()
			delete(h.mtus, value.(*linux_interfaces.Interface).GetName())
			return nil
		},
	}
}

// With the scheduler itself: a value that cannot be used is INVALID there too,
// and what was applied for its key stays.
func TestWithScheduler(t *testing.T) {
	scheduler := kvscheduler.NewPlugin(kvscheduler.UseDeps(func(deps *kvscheduler.Deps) {
		deps.SetName("orchestrator-test-scheduler")
		deps.HTTPHandlers = nil
	}))
	if err := scheduler.Init(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := scheduler.Close(); err != nil {
			t.Error(err)
		}
	})
	h := &host{mtus: make(map[string]uint32)}
	if err := scheduler.RegisterKVDescriptor(h.descriptor()); err != nil {
		t.Fatal(err)
	}
	writer := &fakeWriter{}
	EnableStatusPublishing = true
	t.Cleanup(func() { EnableStatusPublishing = false })
	p, store, _ := startPlugin(t, func(deps *Deps) {
		deps.KVScheduler = scheduler
		deps.StatusPublisher = writer
	})
	if err := p.InitialSync(); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	state := func(name string) (pb.ValueState, string) {
		status := scheduler.GetValueStatus(prefix + name).GetValue()
		return status.GetState(), status.GetError()
	}
	invalid := func(name string) {
		t.Helper()
		if st, text := state(name); st != pb.ValueState_INVALID || !strings.Contains(text, "unexpected EOF") {
			t.Errorf("%s is %v %q in the scheduler", name, st, text)
		}
		eventually(t, "published refusal of "+name, func() bool {
			return strings.HasPrefix(writer.get(statusOf+name), prefix+name+" INVALID cannot decode")
		})
	}

	if err := store.resync(ctx, prefix+"a", `{"name":"a","mtu":1}`, prefix+"x", "{"); err != nil {
		t.Error(err)
	}
	if got := h.String(); got != "a" {
		t.Errorf("applied: %s", got)
	}
	invalid("x")

	if err := store.change(ctx, prefix+"a", "{"); err != nil {
		t.Error(err)
	}
	if h.mtu("a") != 1 {
		t.Errorf("the value before is gone: %s", h)
	}
	invalid("a")

	if err := store.change(ctx, prefix+"a", `{"name":"a","mtu":2}`, prefix+"x", `{"name":"x"}`); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"a", "x"} {
		if st, text := state(name); st != pb.ValueState_CONFIGURED {
			t.Errorf("corrected %s is %v %q", name, st, text)
		}
	}
	if h.mtu("a") != 2 || h.String() != "a x" {
		t.Errorf("applied: %s, a has %d", h, h.mtu("a"))
	}
	if err := store.change(ctx, prefix+"a", "{"); err != nil {
		t.Error(err)
	}
	if err := store.change(ctx, prefix+"a", "", prefix+"x", ""); err != nil {
		t.Error(err)
	}
	if got := h.String(); got != "" {
		t.Errorf("left after delete: %s", got)
	}

	// Keys that no descriptor has can be told from those that wait for one.
	const ofNoModel = "config/vpp/v2/interfaces/x"
	if err := store.change(ctx, prefix, "{}", ofNoModel, "{}"); err != nil {
		t.Error(err)
	}
	for _, key := range []string{prefix, ofNoModel} {
		if status, _ := p.GetStatus(key); status.GetState() != pb.ValueState_INVALID {
			t.Errorf("odd key %s is %v", key, status)
		}
		eventually(t, "published refusal of "+key, func() bool {
			return strings.HasPrefix(writer.get(strings.Replace(key, "config/", "config-status/", 1)), key+" INVALID no registered model")
		})
	}

	// What is said last of a refused value that is gone is that it is gone.
	if err := store.resync(ctx); err != nil {
		t.Error(err)
	}
	published := func(key string) string { return writer.get(strings.Replace(key, "config/", "config-status/", 1)) }
	gone := []string{prefix + "a", prefix, ofNoModel}
	for _, key := range gone {
		eventually(t, "published removal of "+key, func() bool { return published(key) == key+" REMOVED " })
	}
	if err := store.resync(ctx, prefix+"last", `{"name":"last"}`); err != nil {
		t.Error(err)
	}
	eventually(t, "all is published", func() bool { return writer.get(statusOf+"last") == prefix+"last CONFIGURED " })
	for _, key := range gone {
		if got := published(key); got != key+" REMOVED " {
			t.Errorf("published in the end: %q", got)
		}
	}
}
