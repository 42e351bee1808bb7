// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package util

import (
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/structpb"

	"go.ligato.io/vpp-agent/v3/proto/ligato/configurator"
	"go.ligato.io/vpp-agent/v3/proto/ligato/linux"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	linux_l3 "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"
	"go.ligato.io/vpp-agent/v3/proto/ligato/netalloc"
)

func iface(name string) *linux_interfaces.Interface { return &linux_interfaces.Interface{Name: name} }

type places struct {
	List   []*linux_interfaces.Interface
	One    *linux_l3.Route
	None   *linux_l3.ARPEntry
	Number int
	hidden []*linux_interfaces.Interface
}

func TestExtractProtos(t *testing.T) {
	from := places{List: []*linux_interfaces.Interface{iface("a"), nil, iface("b")}, One: &linux_l3.Route{}, hidden: []*linux_interfaces.Interface{iface("h")}}
	got := ExtractProtos(&from, places{One: from.One}, 7, nil)
	want := []proto.Message{from.List[0], from.List[2], from.One, from.One}
	if len(got) != len(want) {
		t.Fatalf("extracted %v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("message %d is %v, want %v", i, got[i], want[i])
		}
	}
}

func TestPlaceProtos(t *testing.T) {
	dst := places{List: []*linux_interfaces.Interface{iface("first")}}
	route := &linux_l3.Route{DstNetwork: "10.0.0.0/8"}
	PlaceProtos(map[string]proto.Message{"2": iface("b"), "1": iface("a"), "r": route, "x": &netalloc.IPAllocation{}}, &dst)
	if len(dst.List) != 3 || dst.List[0].Name != "first" || dst.List[1].Name != "a" || dst.List[2].Name != "b" {
		t.Errorf("list %v", dst.List)
	}
	if dst.One != route || dst.None != nil || dst.hidden != nil {
		t.Errorf("other fields %+v", dst)
	}
}

func TestPlaceProtosIntoProtos(t *testing.T) {
	protos := []proto.Message{iface("b"), iface("a"), &linux_l3.Route{DstNetwork: "10.0.0.0/8"}}
	want := &linux.ConfigData{
		Interfaces: []*linux_interfaces.Interface{iface("b"), iface("a")},
		Routes:     []*linux_l3.Route{{DstNetwork: "10.0.0.0/8"}},
	}

	config := &configurator.Config{LinuxConfig: &linux.ConfigData{Interfaces: []*linux_interfaces.Interface{iface("old")}}}
	PlaceProtosIntoProtos(protos, 1, config)
	if !proto.Equal(config, &configurator.Config{LinuxConfig: want, NetallocConfig: &netalloc.ConfigData{}}) {
		t.Errorf("with empty groups: %v", config)
	}
	config = &configurator.Config{}
	PlaceProtosIntoProtos(protos, 0, config)
	if !proto.Equal(config, &configurator.Config{LinuxConfig: want}) {
		t.Errorf("without empty groups: %v", config)
	}
	// What was there stays what it is.
	if config.LinuxConfig.Interfaces[0] == protos[0] {
		t.Error("messages are not copied")
	}

	dynamic := dynamicpb.NewMessage(want.ProtoReflect().Descriptor())
	PlaceProtosIntoProtos(protos, 1, dynamic)
	if !proto.Equal(dynamic, want) {
		t.Errorf("dynamic message: %v", dynamic)
	}

	notification := &linux.Notification{}
	PlaceProtosIntoProtos([]proto.Message{&linux_interfaces.InterfaceState{Name: "a"}, &linux_interfaces.InterfaceState{Name: "b"}}, 0, notification)
	if notification.GetInterface().GetState().GetName() != "b" {
		t.Errorf("single field below a single field: %v", notification)
	}

	// Types that contain themselves.
	PlaceProtosIntoProtos(protos, 9, &structpb.Struct{}, &structpb.Value{})
}

func TestConvertProto(t *testing.T) {
	src := &linux_interfaces.Interface{Name: "a", IpAddresses: []string{"10.0.0.1/8"}}
	dynamic, err := ConvertProto(dynamicpb.NewMessage(src.ProtoReflect().Descriptor()), src)
	if err != nil || !proto.Equal(dynamic, src) {
		t.Errorf("to dynamic: %v, %v", dynamic, err)
	}
	back, err := ConvertProto(iface("not changed"), dynamic)
	if _, ok := back.(*linux_interfaces.Interface); err != nil || !ok || !proto.Equal(back, src) {
		t.Errorf("from dynamic: %v, %v", back, err)
	}
	if _, err := ConvertProto(&linux_l3.Route{}, src); err == nil {
		t.Error("an interface became a route")
	}
	m, err := ConvertProtoToMap(src)
	if err != nil || m["name"] != "a" || m["linkOnly"] != false {
		t.Errorf("map %v, %v", m, err)
	}
	if _, err := ConvertProtoToMap(iface("\xff")); err == nil {
		t.Error("text that is not UTF-8 is converted")
	}
}
