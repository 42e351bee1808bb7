// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"net"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	l3model "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"

	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/ownership"
)

func keysOf(derived []kvs.KeyValuePair) []string {
	var keys []string
	for _, kv := range derived {
		keys = append(keys, kv.Key)
	}
	return keys
}

func TestInterfaceDerived(t *testing.T) {
	v := &ifmodel.Interface{Name: "uplink", HostIfName: "eth0", Enabled: true, IpAddresses: []string{"10.0.0.1/24", "2001:DB8::1/64", "bad"}}
	for _, tc := range []struct {
		linkOnly, enabled bool
		want              []string
	}{
		{false, true, []string{
			"linux/interface/state/uplink/UP",
			"linux/interface/uplink/address/static/10.0.0.1/24",
			"linux/interface/uplink/address/static/2001:db8::1/64",
		}},
		{true, false, []string{
			"linux/interface/state/uplink/DOWN",
			"linux/interface/uplink/address/existing/10.0.0.1/24",
			"linux/interface/uplink/address/existing/2001:db8::1/64",
		}},
	} {
		v.LinkOnly, v.Enabled = tc.linkOnly, tc.enabled
		if got := keysOf(interfaceDerived(v)); !slices.Equal(got, tc.want) {
			t.Errorf("derived = %q, want %q", got, tc.want)
		}
	}
	before := interfaceDerived(v)
	v.Mtu = 9000
	for i, kv := range interfaceDerived(v) {
		if !proto.Equal(kv.Value, before[i].Value) {
			t.Errorf("%s changes with the MTU", kv.Key)
		}
	}
}

// satisfied tells the labels of the dependencies that some of the keys satisfy.
func satisfied(deps []kvs.Dependency, keys ...string) []string {
	var labels []string
	for _, dep := range deps {
		if slices.ContainsFunc(keys, func(key string) bool { return matches(dep, key) }) {
			labels = append(labels, dep.Label)
		}
	}
	return labels
}

// matches follows the contract of the scheduler.
func matches(dep kvs.Dependency, key string) bool {
	if dep.Key != "" {
		return dep.Key == key
	}
	inPrefix := slices.ContainsFunc(dep.AnyOf.KeyPrefixes, func(p string) bool { return len(key) >= len(p) && key[:len(p)] == p })
	return inPrefix && (dep.AnyOf.KeySelector == nil || dep.AnyOf.KeySelector(key))
}

func TestInterfaceDependsOnItsHostInterface(t *testing.T) {
	named := interfaceDepends(&ifmodel.Interface{Name: "uplink", HostIfName: "eth0"})
	unnamed := interfaceDepends(&ifmodel.Interface{Name: "eth0"})
	for key, want := range map[string][]string{
		"linux/interface/host-name/eth0":   {"host-interface-exists", "host-interface-free"},
		"linux/interface/host-name/eth00":  {"host-interface-free"},
		"linux/interface/host-name/lo":     {"host-interface-free"},
		"linux/interface/host-name/uplink": nil,
		ReleasedKey("eth0"):                {"host-interface-free"},
		ReleasedKey("eth1"):                nil,
	} {
		for _, deps := range [][]kvs.Dependency{named, unnamed} {
			if got := satisfied(deps, key); !slices.Equal(got, want) {
				t.Errorf("%s satisfies %q, want %q", key, got, want)
			}
		}
	}
}

func TestRouteDepends(t *testing.T) {
	const up = "linux/interface/state/uplink/UP"
	all := []string{"outgoing-interface-is-up", "route-place-free", "outgoing-interface-has-ip-address", "gw-reachable"}
	for _, tc := range []struct {
		name, dst, gw string
		keys          []string
		want          []string // of those that are asked for
		asked         int
	}{
		{"nothing", "10.99.0.0/24", "10.11.1.254", nil, nil, 4},
		{"down", "10.99.0.0/24", "10.11.1.254", []string{"linux/interface/state/uplink/DOWN"}, nil, 4},
		{"gateway in the network", "10.99.0.0/24", "10.11.1.254",
			[]string{up, "linux/interface/uplink/address/static/10.11.1.1/24"}, all, 4},
		{"existing address", "10.99.0.0/24", "10.11.1.254",
			[]string{up, "linux/interface/uplink/address/existing/10.11.1.1/24"}, all, 4},
		{"gateway in no network", "10.99.0.0/24", "10.11.1.254",
			[]string{up, "linux/interface/uplink/address/static/10.11.2.1/24"}, all[:3], 4},
		{"another interface", "10.99.0.0/24", "10.11.1.254",
			[]string{"linux/interface/state/uplink2/UP", "linux/interface/uplink2/address/static/10.11.1.1/24"}, nil, 4},
		{"the host's own address under the same name", "10.99.0.0/24", "10.11.1.254",
			[]string{up, "linux/interface/host-name/uplink/address/10.11.1.1/24"}, all, 4},
		{"a host's name that begins alike", "10.99.0.0/24", "10.11.1.254",
			[]string{up, "linux/interface/host-name/uplink9/address/10.11.1.1/24"}, all[:2], 4},
		{"only the other family", "10.99.0.0/24", "10.11.1.254",
			[]string{up, "linux/interface/uplink/address/static/2001:db8::1/64"}, all[:2], 4},
		{"gateway by an on-link route", "10.99.0.0/24", "10.50.0.1",
			[]string{up, "linux/interface/uplink/address/static/10.11.1.1/32", "linux/link-local-route/uplink/dest-address/10.50.0.1/32"}, all, 4},
		{"on-link route of another interface", "10.99.0.0/24", "10.50.0.1",
			[]string{up, "linux/link-local-route/other/dest-address/10.50.0.1/32"}, all[:2], 4},
		{"without gateway", "10.99.0.0/24", "",
			[]string{up, "linux/interface/uplink/address/static/10.11.1.1/24"}, all[:3], 3},
		{"IPv6 link-local gateway, where there is a loopback interface", "::/0", "fe80::1", []string{"linux/interface/host-name/lo"}, all[1:2], 2},
		{"IPv6", "2001:db8:9::/48", "2001:db8::ff",
			[]string{up, "linux/interface/uplink/address/static/2001:db8::1/64"}, all, 4},
		{"IPv6 link-local gateway", "::/0", "fe80::1", []string{up}, all[:2], 2},
		{"invalid", "bad", "bad", []string{up}, all[:1], 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			deps := routeDepends(&l3model.Route{OutgoingInterface: "uplink", DstNetwork: tc.dst, GwAddr: tc.gw})
			if len(deps) != tc.asked {
				t.Errorf("asks for %d conditions, want %d", len(deps), tc.asked)
			}
			if got := satisfied(deps, tc.keys...); !slices.Equal(got, tc.want) {
				t.Errorf("satisfied = %q, want %q", got, tc.want)
			}
		})
	}
}

func TestRouteDerived(t *testing.T) {
	for _, tc := range []struct {
		dst, gw string
		scope   l3model.Route_Scope
		want    []string
	}{
		{"10.1.2.3/24", "", 0, []string{"linux/link-local-route/uplink/dest-address/10.1.2.0/24"}},
		{"10.1.2.3/24", "", l3model.Route_HOST, nil},
		{"10.1.2.3/24", "10.0.0.1", 0, nil},
		{"bad", "", 0, nil},
	} {
		derived := routeDerived(&l3model.Route{OutgoingInterface: "uplink", DstNetwork: tc.dst, GwAddr: tc.gw, Scope: tc.scope})
		if got := keysOf(derived); !slices.Equal(got, tc.want) {
			t.Errorf("%s via %q derives %q, want %q", tc.dst, tc.gw, got, tc.want)
		}
	}
}

func TestScopeWithoutOne(t *testing.T) {
	for _, tc := range []struct {
		dst, gw string
		scope   l3model.Route_Scope
		want    uint8
	}{
		{"10.0.0.0/8", "10.1.1.1", l3model.Route_UNDEFINED, scopeUniverse},
		{"10.0.0.0/8", "", l3model.Route_UNDEFINED, scopeLink},
		{"10.0.0.0/8", "", l3model.Route_GLOBAL, scopeUniverse},
		{"10.0.0.0/8", "10.1.1.1", l3model.Route_SITE, scopeSite},
		{"10.0.0.0/8", "", l3model.Route_HOST, scopeHost},
		{"2001:db8::/32", "", l3model.Route_LINK, scopeUniverse},
	} {
		route, err := kernelRoute(&l3model.Route{DstNetwork: tc.dst, GwAddr: tc.gw, Scope: tc.scope})
		if err != nil || route.Scope != tc.want {
			t.Errorf("%s via %q, %v: scope %d, %v; want %d", tc.dst, tc.gw, tc.scope, route.Scope, err, tc.want)
		}
	}
}

func TestEquivalent(t *testing.T) {
	iface := func(change func(*ifmodel.Interface)) *ifmodel.Interface {
		v := &ifmodel.Interface{Name: "eth0", Type: ifmodel.Interface_EXISTING, PhysAddress: "02:00:00:00:00:0a", IpAddresses: []string{"10.0.0.1/24", "2001:db8::1/64"}}
		change(v)
		return v
	}
	plain := iface(func(*ifmodel.Interface) {})
	for name, tc := range map[string]struct {
		a, b proto.Message
		want bool
	}{
		"same":             {plain, iface(func(*ifmodel.Interface) {}), true},
		"host name given":  {plain, iface(func(v *ifmodel.Interface) { v.HostIfName = "eth0" }), true},
		"other host name":  {plain, iface(func(v *ifmodel.Interface) { v.HostIfName = "eth1" }), false},
		"mac in capitals":  {plain, iface(func(v *ifmodel.Interface) { v.PhysAddress = "02-00-00-00-00-0A" }), true},
		"address spelling": {plain, iface(func(v *ifmodel.Interface) { v.IpAddresses = []string{"2001:DB8::0:1/64", "10.0.0.1/24"} }), true},
		"other address":    {plain, iface(func(v *ifmodel.Interface) { v.IpAddresses = []string{"10.0.0.1/24"} }), false},
		"enabled":          {plain, iface(func(v *ifmodel.Interface) { v.Enabled = true }), false},
		"mtu":              {plain, iface(func(v *ifmodel.Interface) { v.Mtu = 1400 }), false},
		"route scope":      {&l3model.Route{DstNetwork: "10.0.0.0/8"}, &l3model.Route{DstNetwork: "10.1.0.0/8", Scope: l3model.Route_LINK}, true},
		"route gateway":    {&l3model.Route{DstNetwork: "10.0.0.0/8", GwAddr: "10.0.0.1"}, &l3model.Route{DstNetwork: "10.0.0.0/8"}, false},
		"route metric":     {&l3model.Route{DstNetwork: "10.0.0.0/8"}, &l3model.Route{DstNetwork: "10.0.0.0/8", Metric: 1024}, false},
		"IPv6 metric":      {&l3model.Route{DstNetwork: "::/0", GwAddr: "FE80::1"}, &l3model.Route{DstNetwork: "::/0", Metric: 1024, GwAddr: "fe80::1"}, true},
		"route interface":  {&l3model.Route{DstNetwork: "::/0", OutgoingInterface: "a"}, &l3model.Route{DstNetwork: "::/0"}, false},
		"arp spelling": {&l3model.ARPEntry{IpAddress: "2001:DB8::1", HwAddress: "02-00-00-00-00-0A"},
			&l3model.ARPEntry{IpAddress: "2001:db8::1", HwAddress: "02:00:00:00:00:0a"}, true},
		"arp mac": {&l3model.ARPEntry{IpAddress: "10.0.0.1", HwAddress: "02:00:00:00:00:0a"},
			&l3model.ARPEntry{IpAddress: "10.0.0.1", HwAddress: "02:00:00:00:00:0b"}, false},
		"other type": {plain, &emptypb.Empty{}, false},
	} {
		var d *kvs.KVDescriptor
		switch tc.a.(type) {
		case *ifmodel.Interface:
			d = NewInterfaceDescriptor(&Host{})
		case *l3model.Route:
			d = NewRouteDescriptor(&Host{})
		default:
			d = NewARPDescriptor(&Host{})
		}
		if got := d.ValueComparator("k", tc.a, tc.b); got != tc.want {
			t.Errorf("%s: equivalent = %v", name, got)
		}
	}
}

func TestPlan(t *testing.T) {
	const macA, macB, macC = "02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:0c"
	link := func(up bool, mtu int, mac string) linuxcalls.Link {
		hw, _ := net.ParseMAC(mac)
		return linuxcalls.Link{Index: 1, Name: "eth0", Up: up, MTU: mtu, MAC: hw}
	}
	for _, tc := range []struct {
		name  string
		link  linuxcalls.Link
		want  settings
		known ownership.Found
		do    change
		found ownership.Found
	}{
		{"nothing wanted", link(false, 1500, macA), settings{}, ownership.Found{}, change{}, ownership.Found{}},
		{"all is as wanted", link(true, 1500, macA), settings{true, 1500, macA}, ownership.Found{}, change{}, ownership.Found{}},
		{"set all", link(false, 1500, macA), settings{true, 9000, macB}, ownership.Found{},
			change{up: true, mtu: 9000, mac: macB},
			ownership.Found{MTU: 1500, SetMTU: 9000, MAC: macA, SetMAC: macB}},
		{"set again keeps what was found first", link(true, 9000, macB), settings{true, 1400, macC},
			ownership.Found{MTU: 1500, SetMTU: 9000, MAC: macA, SetMAC: macB},
			change{mtu: 1400, mac: macC},
			ownership.Found{MTU: 1500, SetMTU: 1400, MAC: macA, SetMAC: macC}},
		{"put all back", link(true, 9000, macB), settings{},
			ownership.Found{MTU: 1500, SetMTU: 9000, MAC: macA, SetMAC: macB},
			change{mtu: 1500, mac: macA}, ownership.Found{}},
		{"what somebody changed since stays", link(true, 1300, macC), settings{},
			ownership.Found{MTU: 1500, SetMTU: 9000, MAC: macA, SetMAC: macB},
			change{}, ownership.Found{}},
		{"what somebody changed since is what is found now", link(true, 1300, macC), settings{true, 9000, macB},
			ownership.Found{MTU: 1500, SetMTU: 9000, MAC: macA, SetMAC: macB},
			change{mtu: 9000, mac: macB},
			ownership.Found{MTU: 1300, SetMTU: 9000, MAC: macC, SetMAC: macB}},
		{"set up", link(false, 1500, macA), settings{up: true}, ownership.Found{}, change{up: true}, ownership.Found{}},
		{"not set down again", link(true, 1500, macA), settings{}, ownership.Found{}, change{}, ownership.Found{}},
	} {
		do, found := plan(tc.link, tc.want, tc.known)
		if do != tc.do || found != tc.found {
			t.Errorf("%s: %+v, %+v; want %+v, %+v", tc.name, do, found, tc.do, tc.found)
		}
	}
}

func TestTypes(t *testing.T) {
	wrong := &emptypb.Empty{}
	for _, d := range []*kvs.KVDescriptor{
		NewInterfaceDescriptor(&Host{}), NewAddressDescriptor(&Host{}), NewRouteDescriptor(&Host{}), NewARPDescriptor(&Host{}),
	} {
		if err := d.Validate("k", wrong); err == nil {
			t.Errorf("%s: Validate takes %T", d.Name, wrong)
		}
		if _, err := d.Create("k", wrong); err == nil {
			t.Errorf("%s: Create takes %T", d.Name, wrong)
		}
		if err := d.Delete("k", wrong, nil); err == nil {
			t.Errorf("%s: Delete takes %T", d.Name, wrong)
		}
		if deps := d.Dependencies("k", wrong); deps != nil {
			t.Errorf("%s: %T depends on %v", d.Name, wrong, deps)
		}
	}
}

func TestKeySelectors(t *testing.T) {
	descriptors := []*kvs.KVDescriptor{
		NewReleasedDescriptor(), NewInterfaceDescriptor(&Host{}), NewAddressDescriptor(&Host{}),
		NewRouteDescriptor(&Host{}), NewARPDescriptor(&Host{}),
	}
	for key, want := range map[string]string{
		"config/linux/interfaces/v2/interface/a":            InterfaceDescriptorName,
		"config/linux/l3/v2/route/10.0.0.0/8/a":             RouteDescriptorName,
		"config/linux/l3/v2/route/<invalid>/0/a":            RouteDescriptorName,
		"config/linux/l3/v2/arp/a/10.0.0.1":                 ARPDescriptorName,
		"linux/interface/a/address/static/10.0.0.1/24":      AddressDescriptorName,
		"linux/interface/a/address":                         AddressDescriptorName,
		"linux/interface/host-name/a":                       "",
		"linux/interface/host-name/a/address/10.0.0.1/24":   "",
		"linux/interface/host-name/address/address/1.1.1/8": "",
		"linux/interface/state/a/UP":                        "",
		"linux/link-local-route/a/dest-address/10.0.0.0/8":  "",
		ReleasedKey("address"):                              ReleasedDescriptorName,
	} {
		var got []string
		for _, d := range descriptors {
			if d.KeySelector(key) {
				got = append(got, d.Name)
			}
		}
		if want == "" && len(got) > 0 || want != "" && !slices.Equal(got, []string{want}) {
			t.Errorf("%s is selected by %q, want %q", key, got, want)
		}
	}
}
