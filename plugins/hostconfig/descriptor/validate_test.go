// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"errors"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	l3model "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"
	nsmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/namespace"
)

// checkInvalid expects an error about one field; an empty field expects none.
func checkInvalid(t *testing.T, err error, field, text string) {
	t.Helper()
	if field == "" {
		if err != nil {
			t.Errorf("err = %v, want none", err)
		}
		return
	}
	var invalid *kvs.InvalidValueError
	if !errors.As(err, &invalid) {
		t.Fatalf("err = %v, want an InvalidValueError for %q", err, field)
	}
	if fields := invalid.GetInvalidFields(); len(fields) != 1 || fields[0] != field {
		t.Errorf("fields = %q, want %q", fields, field)
	}
	if !strings.Contains(err.Error(), text) {
		t.Errorf("text %q has no %q in it", err, text)
	}
	if unimplemented := strings.HasPrefix(text, ErrNotImplemented.Error()); unimplemented != errors.Is(invalid.GetValidationError(), ErrNotImplemented) {
		t.Errorf("%v: is ErrNotImplemented = %v", err, !unimplemented)
	}
	if retriable(err) {
		t.Errorf("%v would be repeated", err)
	}
}

func TestValidateInterface(t *testing.T) {
	existing := func(change func(*ifmodel.Interface)) *ifmodel.Interface {
		v := &ifmodel.Interface{Name: "uplink", Type: ifmodel.Interface_EXISTING}
		change(v)
		return v
	}
	for _, tc := range []struct {
		name        string
		change      func(*ifmodel.Interface)
		field, text string
	}{
		{"plain", func(*ifmodel.Interface) {}, "", ""},
		{"everything", func(v *ifmodel.Interface) {
			v.HostIfName, v.Enabled, v.Mtu, v.PhysAddress = "enp3s0", true, 9000, "02:00:00:00:00:01"
			v.IpAddresses = []string{"10.0.0.1/24", "2001:db8::1/64", "fe80::1/64"}
		}, "", ""},
		{"no name", func(v *ifmodel.Interface) { v.Name = "" }, "name", "empty"},
		{"no type", func(v *ifmodel.Interface) { v.Type = 0 }, "type", "EXISTING"},
		{"veth", func(v *ifmodel.Interface) { v.Type = ifmodel.Interface_VETH }, "type", "not implemented: interfaces of type VETH"},
		{"tap", func(v *ifmodel.Interface) { v.Type = ifmodel.Interface_TAP_TO_VPP }, "type", "not implemented"},
		{"unknown type", func(v *ifmodel.Interface) { v.Type = 99 }, "type", "not implemented: interfaces of type 99"},
		{"link of another type", func(v *ifmodel.Interface) { v.Link = &ifmodel.Interface_Veth{} }, "link", "another type"},
		{"namespace", func(v *ifmodel.Interface) {
			v.Namespace = &nsmodel.NetNamespace{Type: nsmodel.NetNamespace_NSID, Reference: "x"}
		}, "namespace", "not implemented"},
		{"empty namespace", func(v *ifmodel.Interface) { v.Namespace = &nsmodel.NetNamespace{} }, "", ""},
		{"vrf", func(v *ifmodel.Interface) { v.VrfMasterInterface = "red" }, "vrf_master_interface", "not implemented"},
		{"15 bytes", func(v *ifmodel.Interface) { v.HostIfName = "fifteen-bytes--" }, "", ""},
		{"16 bytes", func(v *ifmodel.Interface) { v.HostIfName = "sixteen-bytes---" }, "host_if_name", "16 bytes"},
		{"16 bytes in UTF-8", func(v *ifmodel.Interface) { v.HostIfName = "ÄÖÜÄÖÜÄÖ" }, "host_if_name", "16 bytes"},
		{"slash", func(v *ifmodel.Interface) { v.HostIfName = "a/b" }, "host_if_name", "'/'"},
		{"colon", func(v *ifmodel.Interface) { v.HostIfName = "eth0:1" }, "host_if_name", "':'"},
		{"space", func(v *ifmodel.Interface) { v.HostIfName = "eth 0" }, "host_if_name", "' '"},
		{"zero", func(v *ifmodel.Interface) { v.HostIfName = "eth0\x00" }, "host_if_name", `'\x00'`},
		{"what has the space of Latin-1 in it in UTF-8", func(v *ifmodel.Interface) { v.HostIfName = "voilà" }, "host_if_name", `'\u00a0'`},
		{"what has not", func(v *ifmodel.Interface) { v.HostIfName = "naïve" }, "", ""},
		{"dots", func(v *ifmodel.Interface) { v.HostIfName = ".." }, "host_if_name", ".."},
		{"logical name cannot be the host's", func(v *ifmodel.Interface) { v.Name = "a-long-logical-name" }, "name", "19 bytes"},
		{"logical name may be long beside the host's", func(v *ifmodel.Interface) {
			v.Name, v.HostIfName = "a/long/logical/name", "eth0"
		}, "", ""},
		{"mtu 67", func(v *ifmodel.Interface) { v.Mtu = 67 }, "mtu", "67"},
		{"mtu 68", func(v *ifmodel.Interface) { v.Mtu = 68 }, "", ""},
		{"mtu 9217", func(v *ifmodel.Interface) { v.Mtu = 9217 }, "mtu", "9217"},
		{"mac", func(v *ifmodel.Interface) { v.PhysAddress = "02:00:00:00:00" }, "phys_address", "02:00:00:00:00"},
		{"mac of 8 bytes", func(v *ifmodel.Interface) { v.PhysAddress = "02:00:00:00:00:00:00:01" }, "phys_address", "8 bytes"},
		{"mac of a group", func(v *ifmodel.Interface) { v.PhysAddress = "01:00:5e:00:00:01" }, "phys_address", "group"},
		{"zero mac", func(v *ifmodel.Interface) { v.PhysAddress = "00:00:00:00:00:00" }, "phys_address", "zero"},
		{"address", func(v *ifmodel.Interface) { v.IpAddresses = []string{"10.0.0.1/24", "10.0.0.300/24"} }, "ip_addresses", "10.0.0.300/24"},
		{"address without length", func(v *ifmodel.Interface) { v.IpAddresses = []string{"10.0.0.1"} }, "ip_addresses", "no prefix length"},
		{"empty address", func(v *ifmodel.Interface) { v.IpAddresses = []string{""} }, "ip_addresses", "empty"},
		{"zero address", func(v *ifmodel.Interface) { v.IpAddresses = []string{"0.0.0.0/0"} }, "ip_addresses", "0.0.0.0"},
		{"multicast address", func(v *ifmodel.Interface) { v.IpAddresses = []string{"ff02::1/64"} }, "ip_addresses", "ff02::1"},
		{"mapped address", func(v *ifmodel.Interface) { v.IpAddresses = []string{"::ffff:10.0.0.1/120"} }, "ip_addresses", "IPv6 form"},
		{"same address twice", func(v *ifmodel.Interface) {
			v.IpAddresses = []string{"2001:db8::1/64", "2001:DB8:0::1/64"}
		}, "ip_addresses", "twice"},
		{"same address, other length", func(v *ifmodel.Interface) { v.IpAddresses = []string{"10.0.0.1/24", "10.0.0.1/32"} }, "", ""},
		{"same IPv6 address, other length", func(v *ifmodel.Interface) {
			v.IpAddresses = []string{"2001:db8::1/64", "2001:db8::1/48"}
		}, "ip_addresses", "twice"},
		{"mtu 1279", func(v *ifmodel.Interface) { v.Mtu, v.IpAddresses = 1279, []string{"10.0.0.1/24"} }, "", ""},
		{"mtu 1279 with IPv6", func(v *ifmodel.Interface) { v.Mtu, v.IpAddresses = 1279, []string{"2001:db8::1/64"} }, "mtu", "1280"},
		{"mtu 1280 with IPv6", func(v *ifmodel.Interface) { v.Mtu, v.IpAddresses = 1280, []string{"2001:db8::1/64"} }, "", ""},
		{"allocated address", func(v *ifmodel.Interface) { v.IpAddresses = []string{"alloc:net1"} }, "ip_addresses", "not implemented"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := existing(tc.change)
			before := proto.CloneOf(v)
			checkInvalid(t, validateInterface(v), tc.field, tc.text)
			if !proto.Equal(v, before) {
				t.Error("the value was modified")
			}
		})
	}
}

func TestValidateRoute(t *testing.T) {
	for _, tc := range []struct {
		name, iface, dst, gw string
		scope                l3model.Route_Scope
		field, text          string
	}{
		{"gateway", "a", "10.0.0.0/8", "10.1.1.1", 0, "", ""},
		{"link", "a", "10.0.0.0/8", "", l3model.Route_LINK, "", ""},
		{"host bits", "a", "10.1.1.3/24", "", 0, "", ""},
		{"default", "a", "0.0.0.0/0", "10.1.1.1", l3model.Route_GLOBAL, "", ""},
		{"default IPv6", "a", "::/0", "fe80::1", 0, "", ""},
		{"no interface", "", "10.0.0.0/8", "", 0, "outgoing_interface", "empty"},
		{"no network", "a", "", "", 0, "dst_network", "empty"},
		{"no length", "a", "10.0.0.1", "", 0, "dst_network", "no prefix length"},
		{"network", "a", "10.0.0/8", "", 0, "dst_network", "10.0.0/8"},
		{"multicast", "a", "224.0.0.0/4", "", 0, "dst_network", "multicast"},
		{"allocated network", "a", "alloc:n/i", "", 0, "dst_network", "not implemented"},
		{"gateway text", "a", "10.0.0.0/8", "gw", 0, "gw_addr", `"gw"`},
		{"gateway with length", "a", "10.0.0.0/8", "10.0.0.1/8", 0, "gw_addr", "not an IP address"},
		{"gateway with zone", "a", "::/0", "fe80::1%eth0", 0, "gw_addr", "not an IP address"},
		{"gateway family", "a", "10.0.0.0/8", "2001:db8::1", 0, "gw_addr", "family"},
		{"gateway multicast", "a", "10.0.0.0/8", "224.0.0.1", 0, "gw_addr", "host"},
		{"gateway zero", "a", "10.0.0.0/8", "0.0.0.0", 0, "gw_addr", "host"},
		{"allocated gateway", "a", "10.0.0.0/8", "alloc:n/i/GW", 0, "gw_addr", "not implemented"},
		{"link scope with gateway", "a", "10.0.0.0/8", "10.1.1.1", l3model.Route_LINK, "scope", "LINK"},
		{"host scope with gateway", "a", "10.0.0.0/8", "10.1.1.1", l3model.Route_HOST, "scope", "HOST"},
		{"unknown scope", "a", "10.0.0.0/8", "", 9, "scope", "9"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			checkInvalid(t, validateRoute(&l3model.Route{
				OutgoingInterface: tc.iface, DstNetwork: tc.dst, GwAddr: tc.gw, Scope: tc.scope,
			}), tc.field, tc.text)
		})
	}
}

func TestValidateARP(t *testing.T) {
	for _, tc := range []struct{ name, iface, ip, mac, field, text string }{
		{"IPv4", "a", "10.0.0.1", "02:00:00:00:00:01", "", ""},
		{"IPv6", "a", "2001:db8::1", "02-00-00-00-00-01", "", ""},
		{"no interface", "", "10.0.0.1", "02:00:00:00:00:01", "interface", "empty"},
		{"no address", "a", "", "02:00:00:00:00:01", "ip_address", "empty"},
		{"address with length", "a", "10.0.0.1/24", "02:00:00:00:00:01", "ip_address", "10.0.0.1/24"},
		{"broadcast", "a", "255.255.255.255", "02:00:00:00:00:01", "ip_address", "host"},
		{"allocated", "a", "alloc:n/i", "02:00:00:00:00:01", "ip_address", "not implemented"},
		{"no mac", "a", "10.0.0.1", "", "hw_address", "empty"},
		{"mac", "a", "10.0.0.1", "zz", "hw_address", "zz"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			checkInvalid(t, validateARP(&l3model.ARPEntry{Interface: tc.iface, IpAddress: tc.ip, HwAddress: tc.mac}), tc.field, tc.text)
		})
	}
}

// FuzzValidate shows that what the scheduler asks of a value never panics, and
// that a value which is valid also means something to the kernel.
func FuzzValidate(f *testing.F) {
	f.Add("uplink", "eth0", "10.0.0.1/24", "10.0.0.254", "02:00:00:00:00:01", int32(0))
	f.Add("", "a/b", "alloc:x", "fe80::1%1", "", int32(3))
	f.Add("a/b", "", "::/0", "::ffff:1.2.3.4", "-", int32(-1))
	f.Fuzz(func(t *testing.T, name, host, prefix, ip, mac string, scope int32) {
		iface := &ifmodel.Interface{Name: name, HostIfName: host, Type: ifmodel.Interface_EXISTING, IpAddresses: []string{prefix}, PhysAddress: mac}
		if err := validateInterface(iface); err == nil && len(addressesOf(iface)) != 1 {
			t.Errorf("%v is valid without an address", iface)
		}
		for _, kv := range interfaceDerived(iface) {
			if kv.Key == "" || kv.Value == nil {
				t.Errorf("derived %+v", kv)
			}
		}
		interfaceDepends(iface)
		route := &l3model.Route{OutgoingInterface: name, DstNetwork: prefix, GwAddr: ip, Scope: l3model.Route_Scope(scope)}
		if _, err := kernelRoute(route); err != nil && validateRoute(route) == nil {
			t.Errorf("%v is valid, but %v", route, err)
		}
		for _, dep := range routeDepends(route) {
			if dep.AnyOf.KeySelector != nil {
				dep.AnyOf.KeySelector(host)
			}
		}
		routeDerived(route)
		arp := &l3model.ARPEntry{Interface: name, IpAddress: ip, HwAddress: mac}
		if _, err := kernelNeighbour(arp); err != nil && validateARP(arp) == nil {
			t.Errorf("%v is valid, but %v", arp, err)
		}
	})
}
