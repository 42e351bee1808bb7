// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"strings"
	"syscall"
	"testing"

	"github.com/ifwatcher/ifwatcher/internal/lab"
)

// TestBadValues puts wrong values beside a good one: each says what is wrong
// with it, and the good one is applied, at a change and at a start alike.
func TestBadValues(t *testing.T) {
	const prefix = "config/linux/interfaces/v2/interface/"
	dir := t.TempDir()
	addVeth(t, "bv0", "bv1", true)
	a := startAgent(t, dir)
	s := openStore(t, "vpp1")
	bad := []struct{ key, value, want string }{
		{prefix + "mask", `{"name":"mask","type":"EXISTING","host_if_name":"bv1","ip_addresses":["10.1.1.1/33"]}`, "10.1.1.1/33"},
		{prefix + "long", `{"name":"long","type":"EXISTING","host_if_name":"a-name-of-17-byte"}`, "host_if_name"},
		{prefix + "mac", `{"name":"mac","type":"EXISTING","host_if_name":"bv1","phys_address":"zz"}`, "phys_address"},
		{prefix + "json", `{"name":"json"`, "unexpected"},
		{prefix + "field", `{"name":"field","nonsense":1}`, "nonsense"},
		{prefix + "enum", `{"name":"enum","type":"SOMETHING"}`, "SOMETHING"},
		{prefix + "other", `{"name":"different","type":"EXISTING"}`, "different"},
		{"config/linux/l3/v2/route/10.98.0.0/24/uplink", `{"outgoing_interface":"uplink","dst_network":"10.98.0.0/24","gw_addr":"10.11.1.300"}`, "gw_addr"},
	}
	for _, b := range bad {
		s.put(b.key, b.value)
	}
	s.put(uplinkKey, uplinkJSON("bv0"))
	check := func(a *agent) {
		t.Helper()
		a.state(uplinkKey, "CONFIGURED")
		for _, b := range bad {
			a.eventually(b.key+" is INVALID, in the store's status", func() bool {
				text, err := s.Value(t.Context(), strings.Replace(b.key, "config/", "config-status/", 1))
				return err == nil && strings.Contains(text, "INVALID") && strings.Contains(text, b.want)
			})
		}
	}
	check(a)
	a.stop()
	a = startAgent(t, dir)
	check(a)

	// Correcting one heals it.
	s.put(bad[0].key, strings.Replace(bad[0].value, "/33", "/24", 1))
	a.state(bad[0].key, "CONFIGURED")
	a.stop()
}

// TestWithoutPrivilege watches, and says what it lacks to do more. The agent
// is in a user namespace below the one that owns the network namespace, where
// it has no capability over it.
func TestWithoutPrivilege(t *testing.T) {
	dir := t.TempDir()
	addVeth(t, "np0", "np1", true)
	a := &agent{t: t, dir: dir, REST: restURL}
	p, err := lab.StartWithoutPrivilege(dir, []string{"IFWATCHER_STATE_DIR=" + dir}, *agentBinary)
	if err != nil {
		t.Skipf("no user namespace: %v", err)
	}
	a.p = p
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			t.Log(tail(p.Output(), 100))
		}
	})
	a.waitReady()
	a.state("linux/interface/host-name/np0", "OBTAINED")
	openStore(t, "vpp1").put(uplinkKey, uplinkJSON("np0"))
	a.eventually("FAILED for want of CAP_NET_ADMIN", func() bool {
		got, err := a.ValueStatus(t.Context(), uplinkKey)
		if err != nil {
			return false
		}
		for _, s := range append(got.Derived, got.Value) {
			if s.State == "FAILED" && strings.Contains(s.Error, "CAP_NET_ADMIN") {
				return true
			}
		}
		return false
	})
	must(t, p.Signal(syscall.SIGTERM))
	if status, err := p.Wait(patience); err != nil || status != 0 {
		t.Errorf("end: status %d, %v", status, err)
	}
}
