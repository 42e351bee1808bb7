// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package interop_test

import (
	"bytes"
	"testing"

	"github.com/gogo/protobuf/jsonpb"
	gogo "github.com/gogo/protobuf/proto"
	gogotypes "github.com/gogo/protobuf/types"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	linux_l3 "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"
	linux_namespace "go.ligato.io/vpp-agent/v3/proto/ligato/linux/namespace"
)

// The types below are what protoc-gen-gogo makes of the fields that controllers
// use, under names of their own so that both kinds can be in one process.

type gogoInterfaceType int32

func (t gogoInterfaceType) String() string { return gogo.EnumName(gogoInterfaceTypeName, int32(t)) }

var gogoInterfaceTypeName = map[int32]string{
	0: "UNDEFINED", 1: "VETH", 2: "TAP_TO_VPP", 3: "LOOPBACK", 4: "EXISTING", 5: "VRF_DEVICE", 6: "DUMMY",
}

var gogoInterfaceTypeValue = map[string]int32{
	"UNDEFINED": 0, "VETH": 1, "TAP_TO_VPP": 2, "LOOPBACK": 3, "EXISTING": 4, "VRF_DEVICE": 5, "DUMMY": 6,
}

type gogoScope int32

func (s gogoScope) String() string { return gogo.EnumName(gogoScopeName, int32(s)) }

var gogoScopeName = map[int32]string{0: "UNDEFINED", 1: "GLOBAL", 2: "SITE", 3: "LINK", 4: "HOST"}

var gogoScopeValue = map[string]int32{"UNDEFINED": 0, "GLOBAL": 1, "SITE": 2, "LINK": 3, "HOST": 4}

type gogoNamespaceType int32

func (t gogoNamespaceType) String() string { return gogo.EnumName(gogoNamespaceTypeName, int32(t)) }

var gogoNamespaceTypeName = map[int32]string{0: "UNDEFINED", 1: "NSID", 2: "PID", 3: "FD", 4: "MICROSERVICE"}

var gogoNamespaceTypeValue = map[string]int32{"UNDEFINED": 0, "NSID": 1, "PID": 2, "FD": 3, "MICROSERVICE": 4}

func init() {
	gogo.RegisterEnum("gogotest.Interface_Type", gogoInterfaceTypeName, gogoInterfaceTypeValue)
	gogo.RegisterEnum("gogotest.Route_Scope", gogoScopeName, gogoScopeValue)
	gogo.RegisterEnum("gogotest.NetNamespace_ReferenceType", gogoNamespaceTypeName, gogoNamespaceTypeValue)
	gogo.RegisterType((*gogoInterface)(nil), "gogotest.Interface")
	gogo.RegisterType((*gogoNamespace)(nil), "gogotest.NetNamespace")
	gogo.RegisterType((*gogoRoute)(nil), "gogotest.Route")
	gogo.RegisterType((*gogoVethLink)(nil), "gogotest.VethLink")
}

type gogoNamespace struct {
	Type      gogoNamespaceType `protobuf:"varint,1,opt,name=type,proto3,enum=gogotest.NetNamespace_ReferenceType" json:"type,omitempty"`
	Reference string            `protobuf:"bytes,2,opt,name=reference,proto3" json:"reference,omitempty"`
}

func (m *gogoNamespace) Reset()         { *m = gogoNamespace{} }
func (m *gogoNamespace) String() string { return gogo.CompactTextString(m) }
func (*gogoNamespace) ProtoMessage()    {}

type gogoVethLink struct {
	PeerIfName string `protobuf:"bytes,1,opt,name=peer_if_name,json=peerIfName,proto3" json:"peer_if_name,omitempty"`
}

func (m *gogoVethLink) Reset()         { *m = gogoVethLink{} }
func (m *gogoVethLink) String() string { return gogo.CompactTextString(m) }
func (*gogoVethLink) ProtoMessage()    {}

type gogoInterface struct {
	Name        string            `protobuf:"bytes,1,opt,name=name,proto3" json:"name,omitempty"`
	Type        gogoInterfaceType `protobuf:"varint,2,opt,name=type,proto3,enum=gogotest.Interface_Type" json:"type,omitempty"`
	Namespace   *gogoNamespace    `protobuf:"bytes,3,opt,name=namespace,proto3" json:"namespace,omitempty"`
	HostIfName  string            `protobuf:"bytes,4,opt,name=host_if_name,json=hostIfName,proto3" json:"host_if_name,omitempty"`
	Enabled     bool              `protobuf:"varint,5,opt,name=enabled,proto3" json:"enabled,omitempty"`
	IPAddresses []string          `protobuf:"bytes,6,rep,name=ip_addresses,json=ipAddresses,proto3" json:"ip_addresses,omitempty"`
	PhysAddress string            `protobuf:"bytes,7,opt,name=phys_address,json=physAddress,proto3" json:"phys_address,omitempty"`
	Mtu         uint32            `protobuf:"varint,8,opt,name=mtu,proto3" json:"mtu,omitempty"`
	Link        isGogoLink        `protobuf_oneof:"link"`
	LinkOnly    bool              `protobuf:"varint,9,opt,name=link_only,json=linkOnly,proto3" json:"link_only,omitempty"`
	VrfMaster   string            `protobuf:"bytes,10,opt,name=vrf_master_interface,json=vrfMasterInterface,proto3" json:"vrf_master_interface,omitempty"`
}

type isGogoLink interface{ isGogoLink() }

type gogoLinkVeth struct {
	Veth *gogoVethLink `protobuf:"bytes,20,opt,name=veth,proto3,oneof" json:"veth,omitempty"`
}

func (*gogoLinkVeth) isGogoLink() {}

func (m *gogoInterface) Reset()         { *m = gogoInterface{} }
func (m *gogoInterface) String() string { return gogo.CompactTextString(m) }
func (*gogoInterface) ProtoMessage()    {}

//nolint:revive // the name that gogo/protobuf looks for
func (*gogoInterface) XXX_OneofWrappers() []interface{} { return []interface{}{(*gogoLinkVeth)(nil)} }

type gogoRoute struct {
	OutgoingInterface string    `protobuf:"bytes,1,opt,name=outgoing_interface,json=outgoingInterface,proto3" json:"outgoing_interface,omitempty"`
	Scope             gogoScope `protobuf:"varint,2,opt,name=scope,proto3,enum=gogotest.Route_Scope" json:"scope,omitempty"`
	DstNetwork        string    `protobuf:"bytes,3,opt,name=dst_network,json=dstNetwork,proto3" json:"dst_network,omitempty"`
	GwAddr            string    `protobuf:"bytes,4,opt,name=gw_addr,json=gwAddr,proto3" json:"gw_addr,omitempty"`
	Metric            uint32    `protobuf:"varint,5,opt,name=metric,proto3" json:"metric,omitempty"`
}

func (m *gogoRoute) Reset()         { *m = gogoRoute{} }
func (m *gogoRoute) String() string { return gogo.CompactTextString(m) }
func (*gogoRoute) ProtoMessage()    {}

// forms are the ways in which a controller writes a message, and we read it.
var forms = map[string]struct {
	write func(gogo.Message) ([]byte, error)
	read  func([]byte, proto.Message) error
}{
	"wire":                        {gogo.Marshal, proto.Unmarshal},
	"JSON":                        {jsonWriter(jsonpb.Marshaler{}), protojson.Unmarshal},
	"JSON with proto names":       {jsonWriter(jsonpb.Marshaler{OrigName: true}), protojson.Unmarshal},
	"JSON with enums as numbers":  {jsonWriter(jsonpb.Marshaler{EnumsAsInts: true}), protojson.Unmarshal},
	"JSON with default values":    {jsonWriter(jsonpb.Marshaler{EmitDefaults: true}), protojson.Unmarshal},
	"JSON for people, all fields": {jsonWriter(jsonpb.Marshaler{Indent: "  ", EmitDefaults: true, OrigName: true}), protojson.Unmarshal},
}

func jsonWriter(m jsonpb.Marshaler) func(gogo.Message) ([]byte, error) {
	return func(msg gogo.Message) ([]byte, error) {
		var out bytes.Buffer
		err := m.Marshal(&out, msg)
		return out.Bytes(), err
	}
}

func TestReadWhatGogoWrites(t *testing.T) {
	messages := map[string]struct {
		written gogo.Message
		want    proto.Message
	}{
		"existing interface": {
			&gogoInterface{
				Name: "uplink", Type: 4, HostIfName: "eth0", Enabled: true, IPAddresses: []string{"10.0.0.1/24", "fe80::1/64"},
				PhysAddress: "02:00:00:00:00:01", Mtu: 9000, LinkOnly: true, VrfMaster: "red",
			},
			&linux_interfaces.Interface{
				Name: "uplink", Type: linux_interfaces.Interface_EXISTING, HostIfName: "eth0", Enabled: true,
				IpAddresses: []string{"10.0.0.1/24", "fe80::1/64"}, PhysAddress: "02:00:00:00:00:01", Mtu: 9000,
				LinkOnly: true, VrfMasterInterface: "red",
			},
		},
		"veth in a namespace": {
			&gogoInterface{
				Name: "v", Type: 1, Namespace: &gogoNamespace{Type: 1, Reference: "blue"},
				Link: &gogoLinkVeth{&gogoVethLink{PeerIfName: "w"}},
			},
			&linux_interfaces.Interface{
				Name: "v", Type: linux_interfaces.Interface_VETH,
				Namespace: &linux_namespace.NetNamespace{Type: linux_namespace.NetNamespace_NSID, Reference: "blue"},
				Link:      &linux_interfaces.Interface_Veth{Veth: &linux_interfaces.VethLink{PeerIfName: "w"}},
			},
		},
		"empty interface": {&gogoInterface{}, &linux_interfaces.Interface{}},
		"route": {
			&gogoRoute{OutgoingInterface: "uplink", Scope: 1, DstNetwork: "10.99.0.0/16", GwAddr: "10.0.0.254", Metric: 1<<32 - 1},
			&linux_l3.Route{
				OutgoingInterface: "uplink", Scope: linux_l3.Route_GLOBAL, DstNetwork: "10.99.0.0/16",
				GwAddr: "10.0.0.254", Metric: 1<<32 - 1,
			},
		},
		"google.protobuf.Empty": {&gogotypes.Empty{}, &emptypb.Empty{}},
	}
	for name, msg := range messages {
		for form, by := range forms {
			t.Run(name+"/"+form, func(t *testing.T) {
				data, err := by.write(msg.written)
				if err != nil {
					t.Fatal(err)
				}
				got := msg.want.ProtoReflect().New().Interface()
				if err := by.read(data, got); err != nil {
					t.Fatalf("%q: %v", data, err)
				}
				if !proto.Equal(got, msg.want) {
					t.Errorf("%q is read as %v, want %v", data, got, msg.want)
				}
			})
		}
	}
}

// What we write, controllers read.
func TestGogoReadsWhatWeWrite(t *testing.T) {
	iface := &linux_interfaces.Interface{
		Name: "uplink", Type: linux_interfaces.Interface_EXISTING, IpAddresses: []string{"10.0.0.1/24"}, Mtu: 1500,
		Link: &linux_interfaces.Interface_Veth{Veth: &linux_interfaces.VethLink{PeerIfName: "w"}},
	}
	want := &gogoInterface{
		Name: "uplink", Type: 4, IPAddresses: []string{"10.0.0.1/24"}, Mtu: 1500,
		Link: &gogoLinkVeth{&gogoVethLink{PeerIfName: "w"}},
	}
	wire, err := proto.Marshal(iface)
	if err != nil {
		t.Fatal(err)
	}
	var fromWire gogoInterface
	if err := gogo.Unmarshal(wire, &fromWire); err != nil || !gogo.Equal(&fromWire, want) {
		t.Errorf("wire: %v, %v", &fromWire, err)
	}
	json, err := protojson.Marshal(iface)
	if err != nil {
		t.Fatal(err)
	}
	var fromJSON gogoInterface
	if err := jsonpb.Unmarshal(bytes.NewReader(json), &fromJSON); err != nil || !gogo.Equal(&fromJSON, want) {
		t.Errorf("JSON: %v, %v", &fromJSON, err)
	}
}
