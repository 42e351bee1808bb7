// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ifwatcher

import (
	"context"
	"os"
	"testing"

	"github.com/vishvananda/netlink"
	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/ifwatcher/ifwatcher/internal/netnstest"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/descriptor"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/ifwatcher/netns"
)

// TestNamespacesWithScheduler: configuration depends on an interface of another
// namespace, which comes, goes and comes back; a resync in between changes nothing.
func TestNamespacesWithScheduler(t *testing.T) {
	if !netnstest.Enter(t) {
		return
	}
	netnstest.PrivateMounts(t, "/run")
	if err := os.Mkdir(netns.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	scheduler := kvscheduler.NewPlugin(kvscheduler.UseDeps(func(d *kvscheduler.Deps) {
		d.SetName("namespaces-scheduler")
		d.HTTPHandlers, d.Cfg = nil, quietConfig{}
	}))
	if err := scheduler.Init(); err != nil {
		t.Fatal(err)
	}
	defer scheduler.Close()
	if err := scheduler.RegisterKVDescriptor(dependant()); err != nil {
		t.Fatal(err)
	}
	server := newHTTP()
	p := NewPlugin(UseConf(Config{Namespaces: []string{"blue"}}), UseDeps(func(d *Deps) {
		d.KVScheduler, d.StatusCheck, d.HTTPHandlers, d.Prometheus = scheduler, nil, server, nil
		d.NetlinkHandler = linuxcalls.NewNetLinkHandler()
	}))
	if err := p.Init(); err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	ctx := context.Background()
	needed := "needs/" + descriptor.InNamespace("blue", ifmodel.InterfaceHostNameWithAddrKey("lo", "127.0.0.1/8"))
	if _, err := scheduler.StartNBTransaction().SetValue(needed, &emptypb.Empty{}).Commit(kvs.WithResync(ctx, kvs.FullResync, true)); err != nil {
		t.Fatal(err)
	}
	becomes := func(want string) {
		t.Helper()
		eventually(t, want, func() bool { return scheduler.GetValueStatus(needed).GetValue().GetState().String() == want })
	}
	for range 3 {
		becomes("PENDING")
		path := netnstest.AddNamespace(t, netns.Dir, "blue", func() error {
			lo, err := netlink.LinkByName("lo")
			if err != nil {
				return err
			}
			return netlink.LinkSetUp(lo)
		})
		becomes("CONFIGURED")
		if _, err := scheduler.StartNBTransaction().Commit(kvs.WithResync(ctx, kvs.DownstreamResync, false)); err != nil {
			t.Fatal(err)
		}
		becomes("CONFIGURED")
		if code, body := server.get(t, "/ifwatcher/interfaces?namespace=blue&name=lo"); code != 200 || len(body) < 10 {
			t.Errorf("%d %s", code, body)
		}
		netnstest.DelNamespace(t, path)
	}
	becomes("PENDING")
	t.Log("applied and withdrawn three times with its namespace")
}
