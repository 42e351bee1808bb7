// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package models_test

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/emptypb"

	"go.ligato.io/vpp-agent/v3/pkg/models"
	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
)

func TestItem(t *testing.T) {
	iface := &linux_interfaces.Interface{Name: "if1", Enabled: true}
	item, err := models.MarshalItem(iface)
	if err != nil {
		t.Fatal(err)
	}
	if id := item.GetId(); id.GetModel() != "linux.interfaces.interface" || id.GetName() != "if1" {
		t.Errorf("id %v", id)
	}
	if url := item.GetData().GetAny().GetTypeUrl(); url != "models.ligato.io/ligato.linux.interfaces.Interface" {
		t.Errorf("type URL %q", url)
	}
	// The prefix of the URL says nothing.
	item.GetData().GetAny().TypeUrl = "example.com/ligato.linux.interfaces.Interface"
	got, err := models.UnmarshalItem(item)
	if err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(got, iface) {
		t.Errorf("got %v, want %v", got, iface)
	}
	if _, err := models.MarshalItem(&emptypb.Empty{}); err == nil {
		t.Error("no error for a message without model")
	}
}

func TestItemOfDynamicModel(t *testing.T) {
	reg := models.NewRegistry()
	desc := iface().ProtoReflect().Descriptor()
	if _, err := reg.Register(dynamicpb.NewMessage(desc), models.Spec{Module: "m", Type: "t"}); err != nil {
		t.Fatal(err)
	}
	item, err := models.MarshalItemUsingModelRegistry(iface(), reg)
	if err != nil {
		t.Fatal(err)
	}
	got, err := models.UnmarshalItemUsingModelRegistry(item, reg)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := got.(*dynamicpb.Message); !ok || !proto.Equal(got, iface()) {
		t.Errorf("got %T %v", got, got)
	}
}

func iface() *linux_interfaces.Interface { return &linux_interfaces.Interface{Name: "if1"} }

func TestUnmarshalItemRefuses(t *testing.T) {
	id := &generic.Item_ID{Model: "linux.interfaces.interface", Name: "if1"}
	data := func(url string, value ...byte) *generic.Data {
		return &generic.Data{Union: &generic.Data_Any{Any: &anypb.Any{TypeUrl: url, Value: value}}}
	}
	const url = "models.ligato.io/ligato.linux.interfaces.Interface"
	for _, tc := range []struct {
		name string
		item *generic.Item
		err  string
	}{
		{"nil", nil, "item has no id"},
		{"no id", &generic.Item{Data: data(url)}, "item has no id"},
		{"unknown model", &generic.Item{Id: &generic.Item_ID{Model: "x.y"}, Data: data(url)}, "no model registered for name x.y"},
		{"no data", &generic.Item{Id: id}, "item has no data"},
		{"other type", &generic.Item{Id: id, Data: data("models.ligato.io/ligato.linux.l3.Route")}, `data is of type "ligato.linux.l3.Route"`},
		{"not a message", &generic.Item{Id: id, Data: data(url, 0xff)}, `unmarshal linux.interfaces.interface "if1"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := models.UnmarshalItem(tc.item)
			if err == nil || !strings.Contains(err.Error(), tc.err) {
				t.Errorf("error %v, want %s", err, tc.err)
			}
		})
	}
}

// An instance has one key, whether it is given as a value or named.
func TestGetKeyForItem(t *testing.T) {
	for _, name := range []string{"a", "a/b", "a//b", "a/", "/a", ""} {
		key, err := models.GetKeyForItem(&generic.Item{Id: &generic.Item_ID{Model: "linux.interfaces.interface", Name: name}})
		if err != nil {
			t.Fatal(err)
		}
		if want := models.Key(&linux_interfaces.Interface{Name: name}); key != want {
			t.Errorf("%q: key %q, want %q", name, key, want)
		}
	}
}
