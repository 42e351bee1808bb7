// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ifwatcher

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls/fakenetlink"
)

// consumer is a descriptor whose one value waits for a host interface and for an
// address of it.
type consumer struct {
	mu  sync.Mutex
	ops []string
}

const consumerKey = "test/consumer"

func (c *consumer) descriptor() *kvs.KVDescriptor {
	did := func(op string) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.ops = append(c.ops, op)
	}
	return &kvs.KVDescriptor{
		Name:        "consumer",
		KeySelector: func(key string) bool { return key == consumerKey },
		Create:      func(string, proto.Message) (kvs.Metadata, error) { did("create"); return nil, nil },
		Delete:      func(string, proto.Message, kvs.Metadata) error { did("delete"); return nil },
		Dependencies: func(string, proto.Message) []kvs.Dependency {
			return []kvs.Dependency{
				{Label: "interface", Key: ifmodel.InterfaceHostNameKey("eth0")},
				{Label: "address", Key: ifmodel.InterfaceHostNameWithAddrKey("eth0", "192.0.2.1/24")},
			}
		},
	}
}

// TestWithScheduler: the plugin with the scheduler that it is made for. What
// depends on a host interface is applied, withdrawn and re-created with it.
func TestWithScheduler(t *testing.T) {
	scheduler := kvscheduler.NewPlugin(kvscheduler.UseDeps(func(d *kvscheduler.Deps) {
		d.SetName("ifwatcher-test-scheduler")
		d.HTTPHandlers = nil
		d.Cfg = noConfig{}
	}))
	if err := scheduler.Init(); err != nil {
		t.Fatal(err)
	}
	defer scheduler.Close()
	c := &consumer{}
	if err := scheduler.RegisterKVDescriptor(c.descriptor()); err != nil {
		t.Fatal(err)
	}
	kernel := &fakenetlink.Kernel{}
	p := NewPlugin(UseConf(Config{}), UseDeps(func(d *Deps) {
		d.KVScheduler, d.NetlinkHandler, d.StatusCheck = scheduler, kernel, nil
	}))
	if err := p.Init(); err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	ctx := context.Background()
	if _, err := scheduler.StartNBTransaction().Commit(kvs.WithResync(ctx, kvs.FullResync, true)); err != nil {
		t.Fatal(err)
	}
	if _, err := scheduler.StartNBTransaction().SetValue(consumerKey, &emptypb.Empty{}).Commit(ctx); err != nil {
		t.Fatal(err)
	}
	expect := func(state string, ops ...string) {
		t.Helper()
		eventually(t, fmt.Sprintf("%s after %q", state, ops), func() bool {
			c.mu.Lock()
			defer c.mu.Unlock()
			return scheduler.GetValueStatus(consumerKey).GetValue().GetState().String() == state && slices.Equal(c.ops, ops)
		})
	}
	expect("PENDING")
	index := kernel.AddLink("eth0")
	kernel.SetAddr(index, "192.0.2.1/24")
	expect("CONFIGURED", "create")
	kernel.Rename(index, "wan")
	expect("PENDING", "create", "delete")
	kernel.Rename(index, "eth0")
	expect("CONFIGURED", "create", "delete", "create")

	// Another interface under the same name, while nobody looks.
	kernel.Silently(func() {
		kernel.DelLink(index)
		kernel.SetAddr(kernel.AddLink("eth0"), "192.0.2.1/24")
	})
	kernel.Break(linuxcalls.ErrOverflow)
	expect("CONFIGURED", "create", "delete", "create", "delete", "create")

	dump, err := scheduler.DumpValuesByKeyPrefix(ifmodel.InterfaceHostNameKeyPrefix, kvs.SBView)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, kv := range dump {
		keys = append(keys, strings.TrimPrefix(kv.Key, ifmodel.InterfaceHostNameKeyPrefix))
	}
	slices.Sort(keys)
	if want := []string{"eth0", "eth0/address/192.0.2.1/24"}; !slices.Equal(keys, want) {
		t.Errorf("dump of the prefix: %q", keys)
	}
	// The other watcher of host interfaces finds its place taken.
	if err := NewPlugin(UseConf(Config{}), UseDeps(func(d *Deps) {
		d.KVScheduler, d.NetlinkHandler, d.StatusCheck = scheduler, kernel, nil
	})).Init(); err == nil || !strings.Contains(err.Error(), "linux ifplugin") {
		t.Errorf("second watcher: %v", err)
	}
}

// noConfig is a config.PluginConfig without a file.
type noConfig struct{}

func (noConfig) GetConfigName() string       { return "" }
func (noConfig) LoadValue(any) (bool, error) { return false, nil }
