// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package utils

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
)

var uplink = &linux_interfaces.Interface{
	Name: "uplink", Type: linux_interfaces.Interface_EXISTING,
	HostIfName: "hostA", Enabled: true, IpAddresses: []string{"10.11.1.1/24"},
}

func TestJSON(t *testing.T) {
	inAny, err := anypb.New(uplink)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		msg  proto.Message
		want string
	}{
		{"empty", &emptypb.Empty{}, `{"ProtoMsgName":"google.protobuf.Empty","ProtoMsgData":{}}`},
		{"interface", uplink, `{"ProtoMsgName":"ligato.linux.interfaces.Interface","ProtoMsgData":` +
			`{"name":"uplink","type":"EXISTING","hostIfName":"hostA","enabled":true,"ipAddresses":["10.11.1.1/24"]}}`},
		{"string", wrapperspb.String("a"), `{"ProtoMsgName":"google.protobuf.StringValue","ProtoMsgData":"a"}`},
		{"any", inAny, `{"ProtoMsgName":"google.protobuf.Any","ProtoMsgData":` +
			`{"@type":"type.googleapis.com/ligato.linux.interfaces.Interface",` +
			`"name":"uplink","type":"EXISTING","hostIfName":"hostA","enabled":true,"ipAddresses":["10.11.1.1/24"]}}`},
		{"nil", nil, `null`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			recorded := RecordProtoMessage(tt.msg)
			got, err := json.Marshal(recorded)
			if err != nil || string(got) != tt.want {
				t.Fatalf("encoded as\n%s (%v), want\n%s", got, err, tt.want)
			}
			var back *RecordedProtoMessage
			if err := json.Unmarshal(got, &back); err != nil {
				t.Fatal(err)
			}
			if tt.msg == nil {
				if back != nil {
					t.Fatalf("null decoded as %v", back)
				}
				return
			}
			if back.ProtoMsgName != recorded.ProtoMsgName || ProtoToString(back) != ProtoToString(tt.msg) {
				t.Fatalf("decoded as %s %v", back.ProtoMsgName, back)
			}
		})
	}
}

func TestJSONOfUnknownType(t *testing.T) {
	var p RecordedProtoMessage
	err := json.Unmarshal([]byte(`{"ProtoMsgName":"no.such.Type","ProtoMsgData":{}}`), &p)
	if !errors.Is(err, protoregistry.NotFound) {
		t.Errorf("error %v, want %v", err, protoregistry.NotFound)
	}
}

func TestJSONOfNewerType(t *testing.T) {
	var p RecordedProtoMessage
	err := json.Unmarshal([]byte(`{"ProtoMsgName":"ligato.linux.interfaces.Interface",
		"ProtoMsgData":{"name":"a","fieldOfTheFuture":1}}`), &p)
	if err != nil || ProtoToString(&p) != `{ name:"a" }` {
		t.Errorf("decoded as %s (%v)", ProtoToString(&p), err)
	}
}

func TestJSONOfBadData(t *testing.T) {
	for _, in := range []string{
		`[]`, `{"ProtoMsgName":1}`, `{"ProtoMsgName":""}`,
		`{"ProtoMsgName":"ligato.linux.interfaces.Interface","ProtoMsgData":{"name":1}}`,
		`{"ProtoMsgName":"ligato.linux.interfaces.Interface","ProtoMsgData":[]}`,
	} {
		var p RecordedProtoMessage
		if err := json.Unmarshal([]byte(in), &p); err == nil {
			t.Errorf("%s: no error", in)
		}
	}
}

func TestRecordTwice(t *testing.T) {
	once := RecordProtoMessage(uplink)
	if twice := RecordProtoMessage(once); twice != once {
		t.Errorf("a record was wrapped again: %v", twice)
	}
	if r := RecordProtoMessage((*RecordedProtoMessage)(nil)); r != nil {
		t.Errorf("a nil record was wrapped: %v", r)
	}
}

func TestProtoToString(t *testing.T) {
	tests := []struct {
		msg  proto.Message
		want string
	}{
		{nil, `<NIL>`},
		{(*RecordedProtoMessage)(nil), `<NIL>`},
		{&RecordedProtoMessage{}, `<NIL>`},
		{&emptypb.Empty{}, `<EMPTY>`},
		{RecordProtoMessage(&emptypb.Empty{}), `<EMPTY>`},
		{&linux_interfaces.Interface{}, `{ }`},
		{uplink, `{ name:"uplink" type:EXISTING host_if_name:"hostA" enabled:true ip_addresses:"10.11.1.1/24" }`},
		{wrapperspb.String("two  spaces, \"quoted  too\", line\nbreak"),
			`{ value:"two  spaces, \"quoted  too\", line\nbreak" }`},
	}
	for _, tt := range tests {
		if got := ProtoToString(tt.msg); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"ProtoMsgName":"google.protobuf.Empty","ProtoMsgData":{}}`))
	f.Add([]byte(`{"ProtoMsgName":"google.protobuf.Value","ProtoMsgData":null}`))
	f.Add([]byte(`{"ProtoMsgName":"google.protobuf.Duration","ProtoMsgData":"1.5s"}`))
	f.Add([]byte(`{"ProtoMsgName":"google.protobuf.StringValue"}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var p RecordedProtoMessage
		if json.Unmarshal(b, &p) != nil || p.Message == nil {
			return
		}
		out, err := json.Marshal(&p)
		if err != nil {
			// protojson reads some messages that it does not write, such as
			// a Value without a kind.
			t.Skip(err)
		}
		var back RecordedProtoMessage
		if err := json.Unmarshal(out, &back); err != nil {
			t.Fatalf("%s does not decode: %v", out, err)
		}
		if text := ProtoToString(&back); strings.ContainsRune(text, '\n') {
			t.Fatalf("text of more than one line: %q", text)
		}
	})
}
