// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package client_test

import (
	"reflect"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"

	"go.ligato.io/vpp-agent/v3/client"
	"go.ligato.io/vpp-agent/v3/pkg/models"
	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	linux_l3 "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"
	"go.ligato.io/vpp-agent/v3/proto/ligato/netalloc"
)

func known() []*models.ModelInfo {
	var infos []*models.ModelInfo
	for _, model := range models.RegisteredModels() {
		infos = append(infos, &models.ModelInfo{
			ModelDetail:       model.ModelDetail(),
			MessageDescriptor: model.NewInstance().ProtoReflect().Descriptor(),
		})
	}
	return infos
}

// mock is a model of a message that has no Go type.
func mock(t *testing.T, pkg, name, nameTemplate string) *models.ModelInfo {
	t.Helper()
	file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name:    proto.String(pkg + "/" + name + ".proto"),
		Package: proto.String(pkg),
		Syntax:  proto.String("proto3"),
		MessageType: []*descriptorpb.DescriptorProto{{
			Name: proto.String(name),
			Field: []*descriptorpb.FieldDescriptorProto{{
				Name: proto.String("name"), Number: proto.Int32(1), Type: descriptorpb.FieldDescriptorProto_TYPE_STRING.Enum(),
				Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
			}},
		}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &models.ModelInfo{
		ModelDetail: &generic.ModelDetail{
			Spec:      &generic.ModelSpec{Module: "mock.area", Version: "v1", Type: strings.ToLower(name), Class: "config"},
			ProtoName: pkg + "." + name,
			Options:   []*generic.ModelDetail_Option{{Key: "nameTemplate", Values: []string{nameTemplate}}},
		},
		MessageDescriptor: file.Messages().Get(0),
	}
}

func TestDynamicConfig(t *testing.T) {
	config, err := client.NewDynamicConfig(append(known(), mock(t, "m", "Many", "{{.Name}}"), mock(t, "m", "One", "")))
	if err != nil {
		t.Fatal(err)
	}
	if name := config.Descriptor().FullName(); name != "ligato.configurator.Dynamic_config" {
		t.Errorf("message %s", name)
	}
	const json = `{
		"linuxConfig": {
			"interfaces": [{"name": "a"}, {"name": "b", "hostIfName": "eth0"}],
			"arpEntries": [{"interface": "a", "ip_address": "1.2.3.4"}],
			"routes": [{"outgoingInterface": "a", "dstNetwork": "10.0.0.0/8"}]
		},
		"netallocConfig": {"ip_addresses": [{"networkName": "n", "interfaceName": "i"}]},
		"mockConfig": {"Many_list": [{"name": "x"}], "One": {"name": "y"}}
	}`
	if err := protojson.Unmarshal([]byte(json), config); err != nil {
		t.Fatal(err)
	}
	got, err := client.DynamicConfigExport(config)
	if err != nil {
		t.Fatal(err)
	}
	want := []proto.Message{
		&linux_interfaces.Interface{Name: "a"},
		&linux_interfaces.Interface{Name: "b", HostIfName: "eth0"},
		&linux_l3.ARPEntry{Interface: "a", IpAddress: "1.2.3.4"},
		&linux_l3.Route{OutgoingInterface: "a", DstNetwork: "10.0.0.0/8"},
		&netalloc.IPAllocation{NetworkName: "n", InterfaceName: "i"},
	}
	if len(got) != len(want)+2 {
		t.Fatalf("%d instances", len(got))
	}
	for i, msg := range want {
		if reflect.TypeOf(got[i]) != reflect.TypeOf(msg) || !proto.Equal(got[i], msg) {
			t.Errorf("instance %d is %T %v, want %v", i, got[i], got[i], msg)
		}
	}
	for i, name := range []string{"m.Many", "m.One"} {
		if got := got[len(want)+i].ProtoReflect().Descriptor().FullName(); string(got) != name {
			t.Errorf("instance of %s, want %s", got, name)
		}
	}
}

func TestDynamicConfigCollision(t *testing.T) {
	_, err := client.NewDynamicConfig([]*models.ModelInfo{mock(t, "m", "Many", "{{.Name}}"), mock(t, "n", "Many", "{{.Name}}")})
	if err == nil || !strings.Contains(err.Error(), `mockConfig: both m.Many and n.Many would be field "Many_list"`) {
		t.Errorf("error %v", err)
	}
}

func TestDynamicConfigFieldNaming(t *testing.T) {
	for name, want := range map[string]string{
		"linux.interfaces.interface": "linuxConfig interfaces interfaces",
		"linux.l3.arp":               "linuxConfig arp_entries arpEntries",
		"linux.l3.route":             "linuxConfig routes routes",
		"netalloc.ip":                "netallocConfig ip_addresses ipAddresses",
	} {
		model, err := models.GetModel(name)
		if err != nil {
			t.Fatal(err)
		}
		info := &models.ModelInfo{ModelDetail: model.ModelDetail()}
		protoName, jsonName := client.DynamicConfigKnownModelFieldNaming(info)
		if got := client.DynamicConfigGroupFieldNaming(info) + " " + protoName + " " + jsonName; got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// TestDynamicConfigGroupNaming has modules whose names no field can have.
func TestDynamicConfigGroupNaming(t *testing.T) {
	for module, want := range map[string]string{"my-mod.area": "my_modConfig", "9p": "m9pConfig"} {
		model := mock(t, "m", "Many", "{{.Name}}")
		model.Spec.Module = module
		config, err := client.NewDynamicConfig([]*models.ModelInfo{model})
		if err != nil {
			t.Errorf("%s: %v", module, err)
			continue
		}
		if got := string(config.Descriptor().Fields().Get(0).Name()); got != want {
			t.Errorf("group of %s is %s, want %s", module, got, want)
		}
	}
}
