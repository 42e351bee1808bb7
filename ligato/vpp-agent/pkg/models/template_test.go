// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package models_test

import (
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/dynamicpb"

	"go.ligato.io/vpp-agent/v3/pkg/models"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	linux_l3 "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"
	linux_namespace "go.ligato.io/vpp-agent/v3/proto/ligato/linux/namespace"
)

func TestNameTemplate(t *testing.T) {
	iface := &linux_interfaces.Interface{
		Name:        "if1",
		Type:        linux_interfaces.Interface_VETH,
		Namespace:   &linux_namespace.NetNamespace{Reference: "ns"},
		IpAddresses: []string{"10.0.0.1/24", "fe80::1/64"},
		Mtu:         1500,
	}
	for _, tc := range []struct {
		template string
		msg      proto.Message
		want     string
		fails    bool
	}{
		{template: "", msg: iface, want: ""},
		{template: "{{.Name}}-{{.Mtu}}", msg: iface, want: "if1-1500"},
		{template: "{{.Type}}", msg: iface, want: "VETH"},
		{template: "{{.Namespace.Reference}}", msg: iface, want: "ns"},
		{template: "{{range .IpAddresses}}{{.}},{{end}}", msg: iface, want: "10.0.0.1/24,fe80::1/64,"},
		{template: "{{field . 1}}/{{field . 8}}/{{field . 99}}", msg: iface, want: "if1/1500/<invalid>"},
		{template: "{{.NoSuchField}}", msg: iface, fails: true},
		{template: "{{ip .GwAddr}}", msg: &linux_l3.Route{GwAddr: "::FFFF:10.0.0.1"}, want: "10.0.0.1"},
		{template: "{{ip .GwAddr}}", msg: &linux_l3.Route{GwAddr: "x"}, want: "<invalid>"},
		{template: "{{protoip .GwAddr}}", msg: &linux_l3.Route{GwAddr: "10.0.0.1"}, want: "IPv4"},
		{template: "{{protoip .GwAddr}}", msg: &linux_l3.Route{GwAddr: "::1"}, want: "IPv6"},
		{template: "{{protoip .GwAddr}}", msg: &linux_l3.Route{}, want: "<invalid>"},
		{
			template: "{{with ipnet .DstNetwork}}{{.IP}} {{.MaskSize}} {{.AllocRef}}{{end}}",
			msg:      &linux_l3.Route{DstNetwork: "10.1.2.3/16"}, want: "10.1.0.0 16 ",
		},
		{
			template: "{{with ipnet .DstNetwork}}net{{else}}ref{{end}}",
			msg:      &linux_l3.Route{DstNetwork: "alloc:net"}, want: "ref",
		},
	} {
		t.Run(tc.template, func(t *testing.T) {
			name := models.NameTemplate(tc.template)
			data, err := proto.Marshal(tc.msg)
			if err != nil {
				t.Fatal(err)
			}
			// A message without Go type gives the same name.
			dynamic := dynamicpb.NewMessage(tc.msg.ProtoReflect().Descriptor())
			if err := proto.Unmarshal(data, dynamic); err != nil {
				t.Fatal(err)
			}
			for _, msg := range []proto.Message{tc.msg, dynamic} {
				got, err := name(msg)
				if got != tc.want || (err != nil) != tc.fails {
					t.Errorf("%T: %q, %v; want %q", msg, got, err, tc.want)
				}
			}
		})
	}
}

func TestBadNameTemplate(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	models.NameTemplate("{{")
}
