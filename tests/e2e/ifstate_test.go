// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"slices"
	"strings"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/ifwatcher/ifwatcher/internal/lab"
	pb "github.com/ifwatcher/ifwatcher/proto/ifwatcher/v1"
)

const (
	hostModelPrefix = "config/ifwatcher/v1/host-interface/"
	agentGRPC       = "127.0.0.1:9111"
)

// shown returns what a dump of the host's interfaces has in a view, as in
// "eth0 announced".
func (a *agent) shown(view string) (lines []string) {
	a.t.Helper()
	var dump []struct {
		Key      string
		Value    struct{ ProtoMsgName string }
		Metadata struct {
			State string `json:"state"`
		}
	}
	must(a.t, a.Get(a.t.Context(), "/scheduler/dump?key-prefix="+hostModelPrefix+"&view="+view, &dump))
	for _, v := range dump {
		if v.Value.ProtoMsgName != "ligato.linux.interfaces.InterfaceState" {
			a.t.Errorf("%s is a %s", v.Key, v.Value.ProtoMsgName)
		}
		lines = append(lines, strings.TrimPrefix(v.Key, hostModelPrefix)+" "+v.Metadata.State)
	}
	slices.Sort(lines)
	return lines
}

// under returns what the store has under a prefix, by the rest of the key.
func (s *store) under(prefix string) map[string][]byte {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	prefix = "/vnf-agent/vpp1/" + prefix
	resp, err := s.Client().Get(ctx, prefix, clientv3.WithPrefix())
	must(s.t, err)
	values := map[string][]byte{}
	for _, kv := range resp.Kvs {
		values[strings.TrimPrefix(string(kv.Key), prefix)] = kv.Value
	}
	return values
}

// published returns what the store has of the host's interfaces.
func (s *store) published() (lines []string) {
	s.t.Helper()
	for name, value := range s.under(pb.HostInterfaceKeyPrefix) {
		i := &pb.HostInterface{}
		must(s.t, protojson.Unmarshal(value, i))
		lines = append(lines, name+" "+i.GetState())
	}
	slices.Sort(lines)
	return lines
}

// everywhere waits until dumps and store have the same interfaces.
func (a *agent) everywhere(s *store, want ...string) {
	a.t.Helper()
	a.eventually(strings.Join(want, "; "), func() bool {
		return slices.Equal(a.shown("cached"), want) && slices.Equal(a.shown("SB"), want) &&
			slices.Equal(s.published(), want)
	})
}

// TestHostInterfaces shows the interfaces of the host through their life, and
// through that of the agent.
func TestHostInterfaces(t *testing.T) {
	startEtcd(t, t.TempDir())
	dir := t.TempDir()
	writeFile(t, dir, "etcd.conf", "endpoints: ["+ownEtcd+"]\nsession-ttl: 2\n")
	writeFile(t, dir, "ifwatcher.conf", "exclude: [hx*]\nnotification-delay: 0s\n")
	a := startAgent(t, dir)
	s := openStore(t, "vpp1")
	a.everywhere(s, "lo announced")

	addVeth(t, "hi0", "hx0", false)
	a.everywhere(s, "hi0 down", "hx0 excluded", "lo announced")
	must(t, lab.Up("hi0", "hx0"))
	a.everywhere(s, "hi0 announced", "hx0 excluded", "lo announced")
	must(t, lab.Rename("hi0", "h\xff0"))
	a.everywhere(s, "h%FF0 announced", "hx0 excluded", "lo announced")
	must(t, lab.Rename("h\xff0", "hi0"))
	must(t, lab.Down("hi0"))
	a.everywhere(s, "hi0 down", "hx0 excluded", "lo announced")

	// Somebody takes it for configuration.
	for _, name := range []string{"hi0", "none0"} {
		s.put(hostModelPrefix+name, `{"name":"`+name+`"}`)
		a.state(hostModelPrefix+name, "INVALID")
	}
	must(t, lab.Up("hi0"))
	s.del(hostModelPrefix + "hi0")
	s.del(hostModelPrefix + "none0")
	a.everywhere(s, "hi0 announced", "hx0 excluded", "lo announced")
	a.gone(hostModelPrefix + "none0")
	if got := s.under("config-status/ifwatcher/"); len(got) != 0 {
		t.Errorf("statuses of what nobody has configured: %q", got)
	}

	must(t, lab.Delete("hi0"))
	a.everywhere(s, "lo announced")
	a.p.Kill()
	a.eventually("nothing is left of a dead agent", func() bool { return len(s.under("status/")) == 0 })
	a = startAgent(t, dir)
	a.everywhere(s, "lo announced")
	a.stop()
	a.eventually("nothing is left of an agent that has ended", func() bool { return len(s.under("status/")) == 0 })
}

// TestWatchHostInterfaces watches them by gRPC, with a break.
func TestWatchHostInterfaces(t *testing.T) {
	a := startAgent(t, t.TempDir())
	conn, err := grpc.NewClient(agentGRPC, grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(t, err)
	t.Cleanup(func() { conn.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	service := pb.HostInterfaces_ServiceDesc.ServiceName
	a.eventually("the service is healthy", func() bool {
		health, err := grpc_health_v1.NewHealthClient(conn).Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: service})
		return err == nil && health.GetStatus() == grpc_health_v1.HealthCheckResponse_SERVING
	})
	client := pb.NewHostInterfacesClient(conn)
	if list, err := client.List(ctx, &pb.ListRequest{}); err != nil || !slices.ContainsFunc(list.GetInterfaces(), func(i *pb.HostInterface) bool { return i.GetName() == "lo" }) {
		t.Errorf("%v, %v", list, err)
	}

	token := ""
	// until reads until there is a cause of a kind for an interface.
	until := func(wantFull bool, name string, kind pb.Cause_Kind) {
		t.Helper()
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		stream, err := client.Watch(ctx, &pb.WatchRequest{ResumeToken: token})
		must(t, err)
		for first, found := true, false; !found; first = false {
			resp, err := stream.Recv()
			if err != nil {
				t.Fatalf("waiting for %s of %s: %v", kind, name, err)
			}
			if first && resp.GetFull() != wantFull {
				t.Errorf("full %t", resp.GetFull())
			}
			token = resp.GetResumeToken()
			for _, c := range resp.GetChanges() {
				found = found || c.GetInterface().GetName() == name &&
					slices.ContainsFunc(c.GetCauses(), func(c *pb.Cause) bool { return c.GetKind() == kind })
			}
		}
	}
	until(true, "lo", pb.Cause_KIND_APPEARED)
	addVeth(t, "wi0", "wi1", true)
	until(false, "wi0", pb.Cause_KIND_ANNOUNCED)
	must(t, lab.AddAddress("wi0", "192.0.2.9/24"))
	until(false, "wi0", pb.Cause_KIND_ADDRESS_ADDED)
	must(t, lab.Rename("wi0", "wi2"))
	until(false, "wi2", pb.Cause_KIND_RENAMED)
	must(t, lab.Delete("wi2"))
	until(false, "wi2", pb.Cause_KIND_DISAPPEARED)
	a.stop()
	a = startAgent(t, t.TempDir())
	until(true, "lo", pb.Cause_KIND_APPEARED) // another agent does not know the token
	a.stop()
}
