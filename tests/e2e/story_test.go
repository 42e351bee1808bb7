// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"errors"
	"io/fs"
	"net"
	"strings"
	"testing"

	"github.com/vishvananda/netlink"

	"github.com/ifwatcher/ifwatcher/internal/lab"
)

// TestStory is what the project is for.
func TestStory(t *testing.T) {
	a := startAgent(t, t.TempDir())
	s := openStore(t, "vpp1")
	s.put(uplinkKey, uplinkJSON("st0"))
	s.put(routeKey, routeJSON)
	a.state(uplinkKey, "PENDING")
	a.state(routeKey, "PENDING")

	addVeth(t, "st0", "st0p", false)
	never(t, "applied while the interface is down", func() bool { return lab.HasAddress("st0", "10.11.1.1/24") })
	must(t, lab.Up("st0p", "st0"))
	applied := func(name string) {
		t.Helper()
		a.state(uplinkKey, "CONFIGURED")
		a.state(routeKey, "CONFIGURED")
		if !lab.HasAddress(name, "10.11.1.1/24") || !lab.HasRoute("10.99.0.0/24") {
			t.Fatalf("CONFIGURED, but the kernel has addresses %v and route %v", lab.Addresses(name), lab.HasRoute("10.99.0.0/24"))
		}
	}
	applied("st0")

	must(t, lab.Delete("st0"))
	a.state(uplinkKey, "PENDING")
	a.state(routeKey, "PENDING")

	addVeth(t, "st0", "st0p", true)
	applied("st0")

	must(t, lab.Rename("st0", "away0"))
	a.state(uplinkKey, "PENDING")
	must(t, lab.Rename("away0", "st0"))
	applied("st0")

	must(t, lab.Down("st0"))
	a.state(uplinkKey, "PENDING")
	must(t, lab.Up("st0"))
	applied("st0")

	s.del(routeKey)
	a.gone(routeKey)
	if lab.HasRoute("10.99.0.0/24") {
		t.Error("the route is still there after its deletion")
	}
	s.del(uplinkKey)
	a.gone(uplinkKey)
	if lab.HasAddress("st0", "10.11.1.1/24") {
		t.Error("the address is still there after the deletion of its interface's value")
	}
	a.stop()
}

// TestInterfaceFirst has everything on the host before the configuration.
func TestInterfaceFirst(t *testing.T) {
	if tap, err := lab.AddTap("if0"); errors.Is(err, fs.ErrPermission) {
		t.Logf("a veth in place of the tap: %v", err) // /dev/net/tun is for root on some hosts
		addVeth(t, "if0", "if0p", true)
	} else {
		must(t, err)
		t.Cleanup(func() { tap.Close() })
	}
	must(t, lab.Up("if0"))
	must(t, lab.AddAddress("if0", "192.0.2.7/32"))
	a := startAgent(t, t.TempDir())
	s := openStore(t, "vpp1")
	s.put(routeKey, routeJSON)
	a.state(routeKey, "PENDING")
	s.put(uplinkKey, uplinkJSON("if0"))
	a.state(uplinkKey, "CONFIGURED")
	a.state(routeKey, "CONFIGURED")
	a.state("linux/interface/host-name/if0/address/192.0.2.7/32", "OBTAINED")

	s.del(routeKey)
	s.del(uplinkKey)
	a.gone(uplinkKey)
	if !lab.HasAddress("if0", "192.0.2.7/32") {
		t.Error("an address that the agent did not set is gone")
	}
}

// TestRestart ends the agent and starts it again: nothing is lost, and nothing
// that is right is touched.
func TestRestart(t *testing.T) {
	dir := t.TempDir()
	a := startAgent(t, dir)
	s := openStore(t, "vpp1")
	addVeth(t, "re0", "re0p", true)
	must(t, lab.AddAddress("re0", "192.0.2.8/32"))
	s.put(uplinkKey, uplinkJSON("re0"))
	s.put(routeKey, routeJSON)
	a.state(routeKey, "CONFIGURED")

	touched := watchIPv4(t)
	for _, end := range []string{"stop", "kill"} {
		if end == "stop" {
			a.stop()
		} else {
			a.p.Kill()
		}
		if !lab.HasAddress("re0", "10.11.1.1/24") || !lab.HasRoute("10.99.0.0/24") {
			t.Fatalf("%s: the end of the agent took its configuration with it", end)
		}
		a = startAgent(t, dir)
		a.state(uplinkKey, "CONFIGURED")
		a.state(routeKey, "CONFIGURED")
		never(t, end+": the restart touched an address or a route", func() bool { return len(touched) > 0 })
	}
	a.stop()
}

// watchIPv4 returns a channel that gets an item for each change of an IPv4
// address or route. IPv6 changes by itself while an interface is new.
func watchIPv4(t *testing.T) <-chan struct{} {
	t.Helper()
	addrs, routes := make(chan netlink.AddrUpdate), make(chan netlink.RouteUpdate)
	done, seen := make(chan struct{}), make(chan struct{}, 1000)
	t.Cleanup(func() { close(done) })
	must(t, netlink.AddrSubscribe(addrs, done))
	must(t, netlink.RouteSubscribe(routes, done))
	go func() {
		for {
			var ip net.IP
			select {
			case ev, ok := <-addrs:
				if !ok {
					return
				}
				ip = ev.LinkAddress.IP
			case ev, ok := <-routes:
				if !ok {
					return
				}
				if ev.Dst != nil {
					ip = ev.Dst.IP
				}
			}
			if ip.To4() != nil {
				seen <- struct{}{}
			}
		}
	}()
	return seen
}

// TestDeletedWhileDown deletes configuration while no agent runs.
func TestDeletedWhileDown(t *testing.T) {
	etcd, dir := t.TempDir(), t.TempDir()
	startEtcd(t, etcd)
	writeFile(t, dir, "etcd.conf", "endpoints: ["+ownEtcd+"]\n")
	a := startAgent(t, dir)
	s := openStore(t, "vpp1")
	addVeth(t, "dw0", "dw0p", true)
	must(t, lab.AddAddress("dw0", "192.0.2.9/32"))
	s.put(uplinkKey, uplinkJSON("dw0"))
	s.put(routeKey, routeJSON)
	a.state(routeKey, "CONFIGURED")
	a.p.Kill()

	s.del(routeKey)
	s.del(uplinkKey)
	a = startAgent(t, dir)
	a.eventually("what was deleted is withdrawn", func() bool {
		return !lab.HasRoute("10.99.0.0/24") && !lab.HasAddress("dw0", "10.11.1.1/24")
	})
	if !lab.HasAddress("dw0", "192.0.2.9/32") {
		t.Error("an address that the agent did not set is gone")
	}
}

// TestTwoAgents runs two agents with labels of their own on one etcd. They
// share this host, so each has its own ports.
func TestTwoAgents(t *testing.T) {
	startEtcd(t, t.TempDir())
	addVeth(t, "ta0", "ta1", true)
	var agents []*agent
	for i, label := range []string{"host-a", "host-b"} {
		dir := t.TempDir()
		port := []string{"9191", "9291"}[i]
		writeFile(t, dir, "etcd.conf", "endpoints: ["+ownEtcd+"]\n")
		writeFile(t, dir, "grpc.conf", "endpoint: 127.0.0.1:"+[]string{"9111", "9211"}[i]+"\n")
		a := launchAgent(t, dir, "MICROSERVICE_LABEL="+label, "HTTP_PORT="+port)
		a.REST = lab.REST("http://127.0.0.1:" + port)
		a.waitReady()
		agents = append(agents, a)
	}
	for i, label := range []string{"host-a", "host-b"} {
		s := openStore(t, label)
		name := []string{"ta0", "ta1"}[i]
		addr := []string{"10.21.0.1/24", "10.22.0.1/24"}[i]
		s.put(uplinkKey, strings.Replace(uplinkJSON(name), "10.11.1.1/24", addr, 1))
		agents[i].state(uplinkKey, "CONFIGURED")
		if !lab.HasAddress(name, addr) {
			t.Errorf("%s: %s has %v, not %s", label, name, lab.Addresses(name), addr)
		}
	}
	openStore(t, "host-a").del(uplinkKey)
	agents[0].gone(uplinkKey)
	if lab.HasAddress("ta0", "10.21.0.1/24") || !lab.HasAddress("ta1", "10.22.0.1/24") {
		t.Errorf("deleted for one agent: ta0 has %v, ta1 has %v", lab.Addresses("ta0"), lab.Addresses("ta1"))
	}
	for _, a := range agents {
		a.stop()
	}
}

// TestTwoValuesForOneInterface refuses the second and heals when it is
// corrected.
func TestTwoValuesForOneInterface(t *testing.T) {
	const second = "config/linux/interfaces/v2/interface/second"
	a := startAgent(t, t.TempDir())
	s := openStore(t, "vpp1")
	addVeth(t, "tv0", "tv1", true)
	s.put(uplinkKey, uplinkJSON("tv0"))
	a.state(uplinkKey, "CONFIGURED")
	wrong := strings.NewReplacer("uplink", "second", "10.11.1.1", "10.12.1.1").Replace(uplinkJSON("tv0"))
	s.put(second, wrong)
	a.eventually("the second value is refused", func() bool {
		got, err := a.ValueStatus(t.Context(), second)
		return err == nil && (got.Value.State == "FAILED" || got.Value.State == "INVALID") && strings.Contains(got.Value.Error, "uplink")
	})
	if lab.HasAddress("tv0", "10.12.1.1/24") || !lab.HasAddress("tv0", "10.11.1.1/24") {
		t.Errorf("tv0 has %v", lab.Addresses("tv0"))
	}
	s.put(second, strings.Replace(wrong, "tv0", "tv1", 1))
	a.state(second, "CONFIGURED")
	if !lab.HasAddress("tv1", "10.12.1.1/24") || !lab.HasAddress("tv0", "10.11.1.1/24") {
		t.Errorf("after the correction: tv0 has %v, tv1 has %v", lab.Addresses("tv0"), lab.Addresses("tv1"))
	}

	// The second again, and this time it is the first that gives way.
	s.put(second, wrong)
	a.eventually("the second value is refused again", func() bool {
		got, err := a.ValueStatus(t.Context(), second)
		return err == nil && got.Value.State == "FAILED"
	})
	s.del(uplinkKey)
	a.state(second, "CONFIGURED")
	if !lab.HasAddress("tv0", "10.12.1.1/24") || lab.HasAddress("tv0", "10.11.1.1/24") {
		t.Errorf("after the deletion of the first: tv0 has %v", lab.Addresses("tv0"))
	}
}
