// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package client_test

import (
	"context"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	"go.ligato.io/vpp-agent/v3/client"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	"go.ligato.io/vpp-agent/v3/plugins/orchestrator"
	"go.ligato.io/vpp-agent/v3/plugins/orchestrator/contextdecorator"
	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
	"go.ligato.io/vpp-agent/v3/proto/ligato/linux"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	linux_l3 "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"
)

func TestLocalChange(t *testing.T) {
	c, _ := newLocal(t)
	a := iface("a")
	err := c.ChangeRequest().Update(a, iface("b"), &linux_l3.Route{OutgoingInterface: "a", DstNetwork: "10.0.0.0/8"}).Send(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	a.Enabled = true // is of no effect any more

	var dst destinations
	if err := c.GetConfig(&dst); err != nil {
		t.Fatal(err)
	}
	if len(dst.Interfaces) != 2 || !proto.Equal(dst.Interfaces[0], iface("a")) || dst.Route.GetDstNetwork() != "10.0.0.0/8" {
		t.Errorf("config %+v", dst)
	}
	var data linux.ConfigData
	if err := c.GetConfig(&data); err != nil || len(data.Interfaces) != 2 || len(data.Routes) != 1 {
		t.Errorf("config %v, %v", &data, err)
	}
	if err := c.GetConfig(dst); err == nil {
		t.Error("a struct that cannot be filled is accepted")
	}

	if err := c.ChangeRequest().Delete(a).Delete(iface("never there")).Send(testContext(t)); err != nil {
		t.Fatal(err)
	}
	if got := names(t, c.GetConfig); got != "b" {
		t.Errorf("interfaces %s", got)
	}
	if err := c.ResyncConfig(iface("c"), iface("d")); err != nil {
		t.Fatal(err)
	}
	if got := names(t, c.GetConfig); got != "c d" {
		t.Errorf("interfaces %s", got)
	}
}

func TestLocalErrors(t *testing.T) {
	c, _ := newLocal(t)
	for name, tc := range map[string]struct {
		send func(context.Context) error
		want string
	}{
		"no model":   {c.ChangeRequest().Update(iface("a"), &emptypb.Empty{}).Send, "google.protobuf.Empty"},
		"no message": {c.NewItemChange().Update(client.UpdateItem{Message: iface("a")}, client.UpdateItem{}).Send, "no message"},
		"no name":    {c.ChangeRequest().Update(iface("a"), iface("")).Send, "name"},
	} {
		if err := tc.send(testContext(t)); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := names(t, c.GetConfig); got != "" {
		t.Errorf("interfaces %s", got)
	}
	if err := c.ChangeRequest().Update(iface("refused")).Send(testContext(t)); err == nil || !strings.Contains(err.Error(), "refused by the host") {
		t.Errorf("refused value: %v", err)
	}
}

// TestLocalSources keeps apart what the client and others want.
func TestLocalSources(t *testing.T) {
	c, dispatcher := newLocal(t)
	ctx := contextdecorator.DataSrcContext(testContext(t), "other")
	if err := c.ChangeRequest().Update(iface("mine")).Send(ctx); err != nil {
		t.Fatal(err)
	}
	if err := c.ResyncConfig(iface("a")); err != nil {
		t.Fatal(err)
	}
	if got := names(t, c.GetConfig); got != "a mine" {
		t.Errorf("interfaces %s", got)
	}
	if _, err := dispatcher.PushData(kvs.WithResync(ctx, kvs.FullResync, false), nil, nil); err != nil {
		t.Fatal(err)
	}
	if got := names(t, c.GetConfig); got != "a" {
		t.Errorf("interfaces %s", got)
	}
}

func TestLocalItems(t *testing.T) {
	c, dispatcher := newLocal(t)
	results, err := c.UpdateItems(testContext(t), []client.UpdateItem{
		{Message: iface("a"), Labels: map[string]string{"team": "red", "tmp": ""}},
		{Message: iface("b"), Labels: map[string]string{"team": "blue"}},
		{Message: iface("refused")},
	}, false)
	if err == nil {
		t.Error("a refused value is no error")
	}
	var got []string
	for _, r := range results {
		got = append(got, strings.TrimPrefix(r.Key, linux_interfaces.ModelInterface.KeyPrefix())+" "+r.Status.GetStatus()+" "+r.Status.GetMessage())
	}
	if want := "a CONFIGURED , b CONFIGURED , refused FAILED refused by the host"; strings.Join(got, ", ") != want {
		t.Errorf("results %q", got)
	}
	if labels := dispatcher.ListLabels(linux_interfaces.InterfaceKey("a")); labels["team"] != "red" {
		t.Errorf("labels %v", labels)
	}

	for _, tc := range []struct {
		filter client.Filter
		want   string
	}{
		{client.Filter{}, "a b refused"},
		{client.Filter{Labels: map[string]string{"team": "red"}}, "a"},
		{client.Filter{Labels: map[string]string{"team": ""}}, "a b"},
		{client.Filter{Labels: map[string]string{"!tmp": ""}}, "b refused"},
		{client.Filter{Ids: []*generic.Item_ID{{Model: "linux.interfaces.interface", Name: "b"}}}, "b"},
	} {
		get := func(dsts ...interface{}) error { return c.GetFilteredConfig(tc.filter, dsts...) }
		if got := names(t, get); got != tc.want {
			t.Errorf("filter %v: %s, want %s", tc.filter, got, tc.want)
		}
	}
	both := client.Filter{Labels: map[string]string{"a": ""}, Ids: []*generic.Item_ID{{}}}
	if err := c.GetFilteredConfig(both); err == nil {
		t.Error("ids and labels are accepted together")
	}

	items, err := c.GetItems(testContext(t))
	if err != nil || len(items) != 3 || items[0].GetItem().GetId().GetName() != "a" ||
		items[0].GetLabels()["team"] != "red" || items[2].GetStatus().GetMessage() != "refused by the host" {
		t.Errorf("items %v, %v", items, err)
	}
	state, err := c.DumpState()
	if err != nil || len(state) != 2 || state[1].GetItem().GetId().GetName() != "b" {
		t.Errorf("state %v, %v", state, err)
	}

	if results, err = c.DeleteItems(testContext(t), []client.UpdateItem{{Message: iface("a")}}); err != nil ||
		len(results) != 1 || results[0].Status.GetStatus() != "NONEXISTENT" {
		t.Errorf("results %v, %v", results, err)
	}
	if _, err = c.UpdateItems(testContext(t), []client.UpdateItem{{Message: iface("z")}}, true); err != nil {
		t.Error(err)
	}
	if got := names(t, c.GetConfig); got != "z" {
		t.Errorf("interfaces %s", got)
	}
	err = c.NewItemChange().Update(client.UpdateItem{Message: iface("y"), Labels: map[string]string{"l": "v"}}).
		Delete(client.UpdateItem{Message: iface("z")}).Send(testContext(t))
	if err != nil {
		t.Error(err)
	}
	if items, err = c.GetItems(testContext(t)); err != nil || len(items) != 1 || items[0].GetLabels()["l"] != "v" {
		t.Errorf("items %v, %v", items, err)
	}
}

func TestLocalKnownModels(t *testing.T) {
	c, _ := newLocal(t)
	infos, err := c.KnownModels("config")
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, info := range infos {
		if info.GetSpec().GetClass() != "config" {
			t.Errorf("model %v", info.GetSpec())
		}
		found = found || info.MessageDescriptor.FullName() == "ligato.linux.interfaces.Interface"
	}
	if infos, err = c.KnownModels("nosuch"); !found || err != nil || len(infos) != 0 {
		t.Errorf("models %v, %v", infos, err)
	}
	if client.LocalClient == nil || client.LocalClient.ChangeRequest() == nil {
		t.Error("there is no local client")
	}
}

var _ orchestrator.Dispatcher = (*orchestrator.Plugin)(nil)

func TestUpdateItem(t *testing.T) {
	item := &client.UpdateItem{Message: iface("a"), Labels: map[string]string{"l": "v"}}
	out := &linux_interfaces.Interface{Enabled: true}
	if err := item.GetValue(out); err != nil || out.Name != "a" || !out.Enabled || item.GetLabels()["l"] != "v" {
		t.Errorf("value %v, %v", out, err)
	}
	if err := item.GetValue(&emptypb.Empty{}); err == nil {
		t.Error("a value of another type is merged")
	}
	if err := (&client.UpdateItem{}).GetValue(out); err != nil {
		t.Errorf("item without message: %v", err)
	}
}

func TestTxn(t *testing.T) {
	txn := client.NewTxn(func() error { t.Error("function is called"); return nil })
	txn.Update(iface("a"))
	txn.Update(iface("b"))
	txn.Delete(iface("c"))
	txn.RemoveItem(iface("b"))
	txn.Commit(testContext(t))
	a, found := txn.FindItem(linux_interfaces.InterfaceKey("a"))
	if !found || !proto.Equal(a, iface("a")) {
		t.Errorf("a is %v, %v", a, found)
	}
	if deleted, found := txn.FindItem(linux_interfaces.InterfaceKey("c")); !found || deleted != nil {
		t.Errorf("c is %v, %v", deleted, found)
	}
	if _, found := txn.FindItem(linux_interfaces.InterfaceKey("b")); found || len(txn.ListItems()) != 2 {
		t.Errorf("items %v", txn.ListItems())
	}
}

func TestStructure(t *testing.T) {
	config, err := client.NewDynamicConfig(known())
	if err != nil {
		t.Fatal(err)
	}
	structure, err := client.ExportDynamicConfigStructure(config)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"linuxConfig:\n", "  interfaces:\n  - enabled: false\n", "    vrfMasterInterface: \"\"\n", "netallocConfig:\n"} {
		if !strings.Contains(structure, want) {
			t.Errorf("%q is missing in:\n%s", want, structure)
		}
	}
	if _, err := client.ExportDynamicConfigStructure(iface("a")); err == nil {
		t.Error("a message that is no configuration is accepted")
	}
}
