// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package agentapi_test

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/agentapi"
	"github.com/ifwatcher/ifwatcher/cmd/agentctl/internal/fakeagent"
)

func start(t *testing.T) (*agentapi.Client, *fakeagent.REST, *fakeagent.GRPC) {
	t.Helper()
	rest, grpc := fakeagent.StartREST(t, fakeagent.Pending), fakeagent.StartGRPC(t, fakeagent.Pending)
	u, err := url.Parse(rest.URL)
	if err != nil {
		t.Fatal(err)
	}
	return connect(t, port(t, u.Host), port(t, grpc.Address)), rest, grpc
}

func port(t *testing.T, address string) int {
	t.Helper()
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func connect(t *testing.T, httpPort, grpcPort int) *agentapi.Client {
	t.Helper()
	c, err := agentapi.New(agentapi.Config{Host: "127.0.0.1", HTTPPort: httpPort, GRPCPort: grpcPort})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// TestRegistry works with the messages as the agent describes them, not with
// those linked in.
func TestRegistry(t *testing.T) {
	c, _, grpc := start(t)
	reg, err := c.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	model, err := reg.GetModel("linux.interfaces.interface")
	if err != nil || model.LocalGoType() != nil {
		t.Fatalf("%v, Go type %v", err, model.LocalGoType())
	}
	message := model.NewInstance()
	if err := protojson.Unmarshal([]byte(`{"name":"a","type":"EXISTING","ip_addresses":["10.0.0.1/8"]}`), message); err != nil {
		t.Fatal(err)
	}
	if key, err := reg.Key(message); err != nil || key != "config/linux/interfaces/v2/interface/a" {
		t.Errorf("%s, %v", key, err)
	}
	result, err := c.SetConfig(t.Context(), reg, []proto.Message{message}, nil, false)
	if err != nil || result.SeqNum != 7 || len(result.Values) != 1 || result.Values[0].State != "PENDING" {
		t.Fatalf("%+v, %v", result, err)
	}
	var sent linux_interfaces.Interface
	if err := proto.Unmarshal(grpc.Requests()[0].GetUpdates()[0].GetItem().GetData().GetAny().GetValue(), &sent); err != nil {
		t.Fatal(err)
	}
	want := &linux_interfaces.Interface{Name: "a", Type: linux_interfaces.Interface_EXISTING, IpAddresses: []string{"10.0.0.1/8"}}
	if !proto.Equal(&sent, want) {
		t.Errorf("sent %v", &sent)
	}
	items, err := c.GetConfig(t.Context(), reg, nil)
	if err != nil || len(items) != 4 {
		t.Errorf("%d items, %v", len(items), err)
	}
}

func TestModelOfKey(t *testing.T) {
	c, _, _ := start(t)
	models, err := c.KnownModels(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	models = append(models, agentapi.Model{Name: "single", KeyPrefix: "config/single/v1/one"})
	for key, want := range map[string]string{
		"config/linux/l3/v2/route/10.0.0.0/8/a": "linux.l3.route 10.0.0.0/8/a",
		"config/linux/l3/v2/route/":             "",
		"config/linux/l3/v2/route":              "",
		"config/single/v1/one":                  "single ",
		"config/single/v1/one/more":             "",
		"config/single/v1/oneself":              "",
		"linux/interface/host-name/lo":          "",
	} {
		model, name, ok := models.ForKey(key)
		if got := model.Name + " " + name; ok != (want != "") || ok && got != want {
			t.Errorf("%s: %q", key, got)
		}
	}
}

// TestBadTemplate has a model that no name can be made by.
func TestBadTemplate(t *testing.T) {
	c, _, grpc := start(t)
	bad := proto.Clone(linux_interfaces.ModelInterface.ModelDetail()).(*generic.ModelDetail)
	bad.Spec.Module = "a.bad"
	for _, option := range bad.GetOptions() {
		if option.GetKey() == "nameTemplate" {
			option.Values = []string{"{{.Name"}
		}
	}
	grpc.Models = []*generic.ModelDetail{bad}
	if _, err := c.Registry(t.Context()); err == nil || !strings.Contains(err.Error(), "model a.bad.interface of the agent: ") {
		t.Error(err)
	}
}

// TestNoAnswer has an agent that takes connections and says nothing.
func TestNoAnswer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	n := port(t, l.Addr().String())
	c := connect(t, n, n)
	for name, ask := range map[string]func(context.Context) error{
		"REST": func(ctx context.Context) error { _, err := c.Graph(ctx); return err },
		"gRPC": func(ctx context.Context) error { _, err := c.KnownModels(ctx, ""); return err },
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		err := ask(ctx)
		cancel()
		if err == nil || !strings.Contains(err.Error(), "in time") && !errors.Is(err, agentapi.ErrUnreachable) {
			t.Errorf("%s: %v", name, err)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := ask(ended); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOptional knows an agent without the watcher's list from one that fails.
func TestOptional(t *testing.T) {
	c, rest, _ := start(t)
	if list, ok, err := c.HostInterfaces(t.Context()); list != nil || ok || err != nil {
		t.Errorf("%v, %v, %v", list, ok, err)
	}
	rest.SetJSON("GET /ifwatcher/interfaces", `[{"name":"eth0","index":2,"state":"announced","addresses":["192.0.2.1/24"]}]`)
	if list, ok, err := c.HostInterfaces(t.Context()); len(list) != 1 || !ok || err != nil {
		t.Errorf("%v, %v, %v", list, ok, err)
	}
	rest.Set("GET /ifwatcher/interfaces", fakeagent.Answer{Code: 500, Body: `{"Error":"broken"}`})
	if _, ok, err := c.HostInterfaces(t.Context()); ok || !agentapi.HasCode(err, 500) {
		t.Errorf("%v, %v", ok, err)
	}
}
