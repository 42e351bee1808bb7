// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package confdoc

import (
	"strings"
	"testing"

	"go.ligato.io/vpp-agent/v3/pkg/models"
	_ "go.ligato.io/vpp-agent/v3/proto/ligato/linux"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	linux_l3 "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"
	"go.ligato.io/vpp-agent/v3/proto/ligato/netalloc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/emptypb"
)

func form(t testing.TB) *Form {
	t.Helper()
	f, err := New(models.DefaultRegistry)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

const text = `linuxConfig:
  interfaces:
  - name: "1e3"
    hostIfName: "on"
    enabled: true
    ipAddresses:
    - 10.11.1.1/24
    - fe80::1/64
  - name: pair
    type: VETH
    mtu: 1500
    veth:
      peerIfName: a b
  arpEntries:
  - interface: uplink
    ipAddress: 10.11.1.9
    hwAddress: "02:00:00:00:00:01"
  routes:
  - outgoingInterface: uplink
    dstNetwork: 10.99.0.0/24
    metric: 4294967295
netallocConfig:
  ipAddresses:
  - networkName: |-
      two
      lines
    interfaceName: i
`

func values() []proto.Message {
	return []proto.Message{
		&linux_interfaces.Interface{Name: "1e3", HostIfName: "on", Enabled: true, IpAddresses: []string{"10.11.1.1/24", "fe80::1/64"}},
		&linux_interfaces.Interface{
			Name: "pair", Type: linux_interfaces.Interface_VETH, Mtu: 1500,
			Link: &linux_interfaces.Interface_Veth{Veth: &linux_interfaces.VethLink{PeerIfName: "a b"}},
		},
		&linux_l3.ARPEntry{Interface: "uplink", IpAddress: "10.11.1.9", HwAddress: "02:00:00:00:00:01"},
		&linux_l3.Route{OutgoingInterface: "uplink", DstNetwork: "10.99.0.0/24", Metric: 4294967295},
		&netalloc.IPAllocation{NetworkName: "two\nlines", InterfaceName: "i"},
	}
}

func TestRoundTrip(t *testing.T) {
	got, err := form(t).YAML(values())
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != text {
		t.Errorf("written:\n%s", got)
	}
	read, err := form(t).Read(got)
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{"linuxConfig.interfaces[0]", "linuxConfig.interfaces[1]", "linuxConfig.arpEntries[0]",
		"linuxConfig.routes[0]", "netallocConfig.ipAddresses[0]"}
	for i, want := range values() {
		if i >= len(read) || read[i].Path != paths[i] || !proto.Equal(read[i].Message, want) {
			t.Fatalf("read %v, want %s: %v", read, paths[i], want)
		}
	}
	if _, ok := read[0].Message.(*linux_interfaces.Interface); !ok {
		t.Errorf("value is %T", read[0].Message)
	}
}

func TestRead(t *testing.T) {
	for text, want := range map[string]int{
		"":                                0,
		"# nothing":                       0,
		"{}":                              0,
		"linuxConfig:":                    0,
		"linuxConfig: {interfaces: }":     0,
		"linuxConfig: {interfaces: []}":   0,
		"linuxConfig: {interfaces: [{}]}": 1,
		`{"linuxConfig":{"arpEntries":[{"ip_address":"1.2.3.4"}],"routes":[{},{}]}}`: 3,
		"linuxConfig: {arp_entries: [{ip_address: 1.2.3.4}, {ipAddress: 1.2.3.4}]}":  2,
	} {
		if got, err := form(t).Read([]byte(text)); err != nil || len(got) != want {
			t.Errorf("%s: %d values, %v; want %d", text, len(got), err, want)
		}
	}
	for text, want := range map[string]string{
		"a: [":                             "not valid YAML",
		"linuxConfig: {}\nlinuxConfig: {}": "not valid YAML",
		"[]":                               "an object is needed here",
		"linuxConfig: 7":                   "linuxConfig: an object is needed here",
		"vppConfig: {}":                    "vppConfig: there is no such field; there are linuxConfig, netallocConfig",
		"linuxConfig: {nosuch: []}":        "linuxConfig.nosuch: there is no such field; there are interfaces, arpEntries, routes",
		"linuxConfig: {interfaces: {}}":    "linuxConfig.interfaces: a list is needed here",
		"linuxConfig: {interfaces: [7]}":   "linuxConfig.interfaces[0]: unexpected token 7",
		"linuxConfig: {interfaces: [~]}":   "linuxConfig.interfaces[0]: an object is needed here",
		"linuxConfig: {interfaces: [{name: a}, {colour: red}]}": `linuxConfig.interfaces[1]: unknown field "colour"`,
		"linuxConfig: {interfaces: [{type: NOSUCH}]}":           `linuxConfig.interfaces[0]: invalid value for enum field type: "NOSUCH"`,
		"linuxConfig: {arp_entries: [], arpEntries: []}":        "linuxConfig.arpEntries and arp_entries are the same",
		"linuxConfig: {interfaces: [{name: on}]}":               "linuxConfig.interfaces[0]: invalid value for string field name: true",
		"linuxConfig: {routes: [{metric: 4294967296}]}":         "linuxConfig.routes[0]: invalid value for uint32 field metric: 4294967296",
		"linuxConfig: {interfaces: [{veth: {}, tap: {}}]}":      "linuxConfig.interfaces[0]: error parsing",
	} {
		if got, err := form(t).Read([]byte(text)); err == nil || got != nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, %v; want %q", text, got, err, want)
		}
	}
}

func TestPlace(t *testing.T) {
	config := dynamicpb.NewMessage(form(t).Descriptor())
	all := append(values(), &emptypb.Empty{})
	left, err := Place(config, all)
	if err != nil || len(left) != 1 || left[0] != all[len(all)-1] {
		t.Errorf("left are %v, %v", left, err)
	}
	extracted := Extract(config)
	for i, want := range values() {
		if !proto.Equal(extracted[i], want) {
			t.Errorf("value %d is %v, want %v", i, extracted[i], want)
		}
	}
	if _, err := form(t).YAML(all); err == nil || !strings.Contains(err.Error(), "google.protobuf.Empty") {
		t.Errorf("a value without place: %v", err)
	}
	// Text that is not UTF-8 has no YAML either.
	if _, err := form(t).YAML([]proto.Message{&linux_interfaces.Interface{Name: "\xff"}}); err == nil {
		t.Error("text that is not UTF-8 is written")
	}
}

// TestKeys tells which values have no key of their own.
func TestKeys(t *testing.T) {
	got, err := form(t).Read([]byte("linuxConfig: {interfaces: [{name: a}, {}, {name: a}, {name: b}]}"))
	if err != nil || len(got) != 4 {
		t.Fatal(got, err)
	}
	for i, want := range []struct{ key, err string }{
		{"config/linux/interfaces/v2/interface/a", ""},
		{"", "a value of model linux.interfaces.interface needs a name"},
		{"", "is linuxConfig.interfaces[0] again: both have the key config/linux/interfaces/v2/interface/a"},
		{"config/linux/interfaces/v2/interface/b", ""},
	} {
		if got[i].Key != want.key || (got[i].Err == nil) != (want.err == "") || got[i].Err != nil && got[i].Err.Error() != want.err {
			t.Errorf("value %d: %q, %v", i, got[i].Key, got[i].Err)
		}
	}
	if _, err := Key(models.DefaultRegistry, &emptypb.Empty{}); err == nil {
		t.Error("a message without model has a key")
	}
}

// TestDescribed has models that another program has described: nothing of their
// messages is lost, and nothing is taken from those of the same name here.
func TestDescribed(t *testing.T) {
	registry := models.NewRegistry()
	spec := models.Spec{Module: "linux.interfaces", Type: "interface", Version: "v2", Class: "config"}
	state := linux_interfaces.File_ligato_linux_interfaces_state_proto.Messages().ByName("InterfaceState")
	file := protodesc.ToFileDescriptorProto(state.ParentFile())
	for _, message := range file.GetMessageType() {
		if message.GetName() == "InterfaceState" {
			message.Field[0].Name, message.Field[0].JsonName = proto.String("name_of_tomorrow"), proto.String("nameOfTomorrow")
		}
	}
	described, err := protodesc.NewFile(file, protoregistry.GlobalFiles)
	if err != nil {
		t.Fatal(err)
	}
	message := described.Messages().ByName("InterfaceState")
	if _, err := registry.Register(dynamicpb.NewMessage(message), spec, models.WithNameTemplate("{{.InternalName}}")); err != nil {
		t.Fatal(err)
	}
	f, err := New(registry)
	if err != nil {
		t.Fatal(err)
	}
	const text = "linuxConfig:\n  InterfaceState_list:\n  - nameOfTomorrow: a\n    internalName: b\n"
	values, err := f.Read([]byte(text))
	if err != nil || len(values) != 1 || values[0].Key != "config/linux/interfaces/v2/interface/b" {
		t.Fatal(values, err)
	}
	if got, err := f.YAML([]proto.Message{values[0].Message}); string(got) != text {
		t.Errorf("%s, %v", got, err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(text)
	f.Add("linuxConfig: {interfaces: [null]}")
	f.Add("linuxConfig: &a {interfaces: *a}")
	f.Fuzz(func(t *testing.T, text string) {
		read, err := form(t).Read([]byte(text))
		if err != nil {
			return
		}
		var messages []proto.Message
		for _, value := range read {
			messages = append(messages, value.Message)
		}
		written, err := form(t).YAML(messages)
		if err != nil {
			t.Fatalf("read but cannot be written: %v", err)
		}
		again, err := form(t).Read(written)
		if err != nil || len(again) != len(read) {
			t.Fatalf("%d values, then %d, %v:\n%s", len(read), len(again), err, written)
		}
		for i := range read {
			if !proto.Equal(read[i].Message, again[i].Message) {
				t.Errorf("%v became %v", read[i].Message, again[i].Message)
			}
		}
	})
}
