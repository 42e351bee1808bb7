// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.ligato.io/vpp-agent/v3/proto/ligato/configurator"
	"go.ligato.io/vpp-agent/v3/proto/ligato/linux"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	linux_l3 "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"
	"go.ligato.io/vpp-agent/v3/proto/ligato/netalloc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/testing/protocmp"
)

func (a *testAgent) configurator() configurator.ConfiguratorServiceClient {
	return configurator.NewConfiguratorServiceClient(a.conn)
}

func uplink() *linux_interfaces.Interface {
	return &linux_interfaces.Interface{Name: "uplink", Type: linux_interfaces.Interface_EXISTING, HostIfName: "hostA", Enabled: true}
}

func linuxConfig(interfaces ...*linux_interfaces.Interface) *configurator.Config {
	return &configurator.Config{LinuxConfig: &linux.ConfigData{Interfaces: interfaces}}
}

func (a *testAgent) expectConfig(get string, want *configurator.Config) {
	a.t.Helper()
	var got *configurator.Config
	switch get {
	case "Get":
		response, err := a.configurator().Get(testContext(a.t), &configurator.GetRequest{})
		if err != nil {
			a.t.Fatal(err)
		}
		got = response.GetConfig()
	case "Dump":
		response, err := a.configurator().Dump(testContext(a.t), &configurator.DumpRequest{})
		if err != nil {
			a.t.Fatal(err)
		}
		got = response.GetDump()
	}
	if want.LinuxConfig == nil {
		want.LinuxConfig = &linux.ConfigData{}
	}
	if want.NetallocConfig == nil {
		want.NetallocConfig = &netalloc.ConfigData{}
	}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		a.t.Errorf("%s (-want +got):\n%s", get, diff)
	}
}

func TestUpdateAndDelete(t *testing.T) {
	a := newAgent(t)
	c := a.configurator()
	a.expectConfig("Get", &configurator.Config{})
	a.expectConfig("Dump", &configurator.Config{})

	config := &configurator.Config{
		LinuxConfig: &linux.ConfigData{
			Interfaces: []*linux_interfaces.Interface{uplink()},
			Routes:     []*linux_l3.Route{{OutgoingInterface: "uplink", DstNetwork: "10.0.0.0/8"}},
			ArpEntries: []*linux_l3.ARPEntry{{Interface: "uplink", IpAddress: "10.0.0.1", HwAddress: "02:00:00:00:00:01"}},
		},
		NetallocConfig: &netalloc.ConfigData{
			IpAddresses: []*netalloc.IPAllocation{{NetworkName: "n", InterfaceName: "i", Address: "10.0.0.2/8"}},
		},
	}
	var header metadata.MD
	if _, err := c.Update(testContext(t), &configurator.UpdateRequest{Update: config}, grpc.Header(&header)); err != nil {
		t.Fatal(err)
	}
	if got := header.Get("seqnum"); len(got) != 1 || got[0] != "0" {
		t.Errorf("header seqnum is %q", got)
	}
	a.expectConfig("Get", config)
	// The interface waits for the host's; ARP entries cannot be read back, and
	// nobody applies allocations.
	a.expectConfig("Dump", &configurator.Config{LinuxConfig: &linux.ConfigData{Routes: config.LinuxConfig.Routes}})
	a.announce("hostA", true)
	a.expectConfig("Dump", &configurator.Config{LinuxConfig: &linux.ConfigData{
		Routes: config.LinuxConfig.Routes, Interfaces: config.LinuxConfig.Interfaces,
	}})

	header = nil
	request := &configurator.DeleteRequest{Delete: linuxConfig(uplink()), WaitDone: true}
	if _, err := c.Delete(testContext(t), request, grpc.Header(&header)); err != nil {
		t.Fatal(err)
	}
	if got := header.Get("seqnum"); len(got) != 1 || got[0] != "2" {
		t.Errorf("header seqnum is %q", got)
	}
	config.LinuxConfig.Interfaces = nil
	a.expectConfig("Get", config)
	a.expectConfig("Dump", &configurator.Config{LinuxConfig: &linux.ConfigData{Routes: config.LinuxConfig.Routes}})

	_, err := c.Update(testContext(t), &configurator.UpdateRequest{Update: linuxConfig(uplink()), FullResync: true})
	if err != nil {
		t.Fatal(err)
	}
	a.expectConfig("Get", linuxConfig(uplink()))
}

// TestSources has a full resync of one source leave what another wants.
func TestSources(t *testing.T) {
	a := newAgent(t)
	other := metadata.AppendToOutgoingContext(testContext(t), "datasrc", "other")
	b := &linux_interfaces.Interface{Name: "b"}
	if _, err := a.configurator().Update(other, &configurator.UpdateRequest{Update: linuxConfig(b)}); err != nil {
		t.Fatal(err)
	}
	for _, config := range []*configurator.Config{linuxConfig(uplink()), nil} {
		if _, err := a.configurator().Update(testContext(t), &configurator.UpdateRequest{Update: config, FullResync: true}); err != nil {
			t.Fatal(err)
		}
	}
	a.expectConfig("Get", linuxConfig(b))
}

func TestUpdateErrors(t *testing.T) {
	a := newAgent(t)
	for name, tc := range map[string]struct {
		config *configurator.Config
		code   codes.Code
		want   string
		seqNum bool
	}{
		"no name": {linuxConfig(&linux_interfaces.Interface{}), codes.InvalidArgument, "needs a name", false},
		"twice":   {linuxConfig(uplink(), uplink()), codes.InvalidArgument, "multiple key-value pairs with same key", false},
		"refused": {
			&configurator.Config{LinuxConfig: &linux.ConfigData{ArpEntries: []*linux_l3.ARPEntry{{Interface: "x", IpAddress: "refused"}}}},
			codes.FailedPrecondition, "refused by the host", true,
		},
	} {
		var header metadata.MD
		_, err := a.configurator().Update(testContext(t), &configurator.UpdateRequest{Update: tc.config}, grpc.Header(&header))
		if status.Code(err) != tc.code || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
		if got := header.Get("seqnum"); (len(got) == 1) != tc.seqNum {
			t.Errorf("%s: header seqnum is %q", name, got)
		}
	}
}

func TestWaitDone(t *testing.T) {
	a := newAgent(t)
	request := &configurator.UpdateRequest{Update: linuxConfig(&linux_interfaces.Interface{Name: "z"}, uplink()), WaitDone: true}

	short, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := a.configurator().Update(short, request); status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("nothing can be done yet: %v", err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := a.configurator().Update(testContext(t), request)
		done <- err
	}()
	a.announce("hostA", true)
	select {
	case err := <-done:
		t.Fatalf("one interface waits still: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	a.announce("z", true)
	if err := <-done; err != nil {
		t.Error(err)
	}
}
