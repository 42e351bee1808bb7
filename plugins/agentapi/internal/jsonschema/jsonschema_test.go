// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package jsonschema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	validator "github.com/santhosh-tekuri/jsonschema/v6"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	linux_l3 "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/apipb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/typepb"
)

func compile(t testing.TB, message proto.Message, names Names) *validator.Schema {
	t.Helper()
	text, err := json.Marshal(Of(message.ProtoReflect().Descriptor(), names))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := validator.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := validator.NewCompiler()
	if err := compiler.AddResource("schema.json", parsed); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("schema.json")
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return schema
}

func validate(t testing.TB, schema *validator.Schema, text string) error {
	t.Helper()
	value, err := validator.UnmarshalJSON(bytes.NewReader([]byte(text)))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(value)
}

func TestSchema(t *testing.T) {
	for _, tc := range []struct {
		message proto.Message
		text    string
		valid   bool
	}{
		{&linux_interfaces.Interface{}, `{}`, true},
		{&linux_interfaces.Interface{}, `[]`, false},
		{&linux_interfaces.Interface{}, `{"hostIfName":"eth0","type":"EXISTING","mtu":1500}`, true},
		{&linux_interfaces.Interface{}, `{"host_if_name":"eth0","type":4}`, true},
		{&linux_interfaces.Interface{}, `{"nosuch":1}`, false},
		{&linux_interfaces.Interface{}, `{"type":"NOSUCH"}`, false},
		{&linux_interfaces.Interface{}, `{"mtu":9217}`, false},
		{&linux_interfaces.Interface{}, `{"mtu":-1}`, false},
		{&linux_interfaces.Interface{}, `{"mtu":1.5}`, false},
		{&linux_interfaces.Interface{}, `{"enabled":"yes"}`, false},
		{&linux_interfaces.Interface{}, `{"ipAddresses":["10.0.0.1/8","fe80::1/64","::ffff:10.0.0.1/128","alloc:net/if"]}`, true},
		{&linux_interfaces.Interface{}, `{"ipAddresses":["10.0.0.1"]}`, false},
		{&linux_interfaces.Interface{}, `{"ipAddresses":["10.0.0.256/8"]}`, false},
		{&linux_interfaces.Interface{}, `{"ipAddresses":["fe80::1/129"]}`, false},
		{&linux_interfaces.Interface{}, `{"ipAddresses":"10.0.0.1/8"}`, false},
		{&linux_interfaces.Interface{}, `{"veth":{"peerIfName":"b"}}`, true},
		{&linux_interfaces.Interface{}, `{"veth":{"peerIfName":7}}`, false},
		{&linux_l3.Route{}, `{"dstNetwork":"0.0.0.0/0","gwAddr":"10.0.0.1","metric":4294967295}`, true},
		{&linux_l3.Route{}, `{"gwAddr":"10.0.0.1/8"}`, false},
		{&linux_l3.Route{}, `{"gwAddr":"","dstNetwork":"alloc:n/i"}`, true},
		{&linux_l3.Route{}, `{"metric":4294967296}`, false},
		{&linux_interfaces.InterfaceState{}, `{"lastChange":"1700000000","statistics":{"inPackets":"18446744073709551615"}}`, true},
		{&linux_interfaces.InterfaceState{}, `{"lastChange":1700000000,"statistics":{"inPackets":7}}`, true},
		{&linux_interfaces.InterfaceState{}, `{"statistics":{"inPackets":"-7"}}`, false},
	} {
		if err := validate(t, compile(t, tc.message, BothNames), tc.text); (err == nil) != tc.valid {
			t.Errorf("%s: %v", tc.text, err)
		}
	}
}

func TestNames(t *testing.T) {
	for names, want := range map[Names]struct{ proto, json bool }{
		BothNames:      {true, true},
		OnlyProtoNames: {true, false},
		OnlyJSONNames:  {false, true},
	} {
		schema := compile(t, &linux_interfaces.Interface{}, names)
		if got := validate(t, schema, `{"host_if_name":"a"}`) == nil; got != want.proto {
			t.Errorf("%d: proto names are accepted: %v", names, got)
		}
		if got := validate(t, schema, `{"hostIfName":"a"}`) == nil; got != want.json {
			t.Errorf("%d: JSON names are accepted: %v", names, got)
		}
	}
}

// TestMessages fills messages at random, among them ones that contain
// themselves, maps, and values of any kind. What protojson writes of them has to
// be valid, under both kinds of names.
func TestMessages(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, message := range []proto.Message{
		&linux_interfaces.Interface{}, &linux_interfaces.InterfaceNotification{},
		&descriptorpb.FileDescriptorProto{}, &typepb.Type{}, &apipb.Api{}, &structpb.Struct{},
	} {
		schemas := map[bool]*validator.Schema{
			false: compile(t, message, OnlyJSONNames),
			true:  compile(t, message, OnlyProtoNames),
		}
		if message.ProtoReflect().Descriptor().FullName() == "google.protobuf.Struct" {
			continue // has no fields of its own in JSON; that it compiles is all
		}
		for range 100 {
			m := message.ProtoReflect().New()
			fill(random, m, 4)
			for protoNames, schema := range schemas {
				text, err := protojson.MarshalOptions{UseProtoNames: protoNames, AllowPartial: true}.Marshal(m.Interface())
				if err != nil {
					t.Fatal(err)
				}
				if err := validate(t, schema, string(text)); err != nil {
					t.Fatalf("%s: %v", text, err)
				}
			}
		}
	}
}

// fill sets fields of a message at random, of those whose content is free.
func fill(random *rand.Rand, m protoreflect.Message, depth int) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		switch {
		case random.IntN(2) == 0 || optionsOf(field) != nil || field.IsMap():
		case field.Message() != nil:
			if depth == 0 || field.Message().ParentFile().Path() == "google/protobuf/any.proto" {
				continue
			}
			if field.IsList() {
				fill(random, m.Mutable(field).List().AppendMutable().Message(), depth-1)
			} else {
				fill(random, m.Mutable(field).Message(), depth-1)
			}
		case field.IsList():
			m.Mutable(field).List().Append(scalar(random, field))
		default:
			m.Set(field, scalar(random, field))
		}
	}
}

func scalar(random *rand.Rand, field protoreflect.FieldDescriptor) protoreflect.Value {
	switch field.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(random.IntN(2) == 0)
	case protoreflect.EnumKind:
		values := field.Enum().Values()
		return protoreflect.ValueOfEnum(values.Get(random.IntN(values.Len())).Number())
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(int32(random.Uint32()))
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(random.Uint32())
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(int64(random.Uint64()))
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64(random.Uint64())
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(random.NormFloat64())
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(fmt.Sprint("s", random.IntN(9)))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte{byte(random.IntN(256))})
	default:
		return field.Default()
	}
}
