// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package models_test

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"go.ligato.io/vpp-agent/v3/pkg/models"
	"go.ligato.io/vpp-agent/v3/proto/ligato/generic"
	linux_interfaces "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"
	linux_l3 "go.ligato.io/vpp-agent/v3/proto/ligato/linux/l3"
)

// message makes the descriptor of a message "test.<name>" with string fields.
func message(t *testing.T, name string, options *descriptorpb.MessageOptions, fields ...string) protoreflect.MessageDescriptor {
	t.Helper()
	msg := &descriptorpb.DescriptorProto{Name: proto.String(name), Options: options}
	for i, field := range fields {
		msg.Field = append(msg.Field, &descriptorpb.FieldDescriptorProto{
			Name:   proto.String(field),
			Number: proto.Int32(int32(i + 1)),
			Type:   descriptorpb.FieldDescriptorProto_TYPE_STRING.Enum(),
			Label:  descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
		})
	}
	file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name:        proto.String("test/" + name + ".proto"),
		Package:     proto.String("test"),
		Syntax:      proto.String("proto3"),
		MessageType: []*descriptorpb.DescriptorProto{msg},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return file.Messages().Get(0)
}

func TestRegisterRefuses(t *testing.T) {
	reg := models.NewRegistry()
	spec := models.Spec{Module: "mod", Version: "v1", Type: "typ"}
	if _, err := reg.Register(&linux_interfaces.Interface{}, spec); err != nil {
		t.Fatal(err)
	}
	if _, err := reg.Register(dynamicpb.NewMessage(message(t, "Dyn", nil)), models.Spec{Module: "dyn", Type: "typ"}); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name string
		x    any
		spec models.Spec
		err  string
	}{
		{"no message", 1, spec, "can't register a non-proto message model"},
		{"nil", nil, spec, "can't register a non-proto message model"},
		{"bad module", &emptypb.Empty{}, models.Spec{Module: "Mod", Type: "t"}, `invalid module: "Mod"`},
		{"bad version", &emptypb.Empty{}, models.Spec{Module: "m", Version: "1", Type: "t"}, `invalid version: "1"`},
		{"bad type", &emptypb.Empty{}, models.Spec{Module: "m", Type: "a.b.c"}, `invalid type: "a.b.c"`},
		{"bad class", &emptypb.Empty{}, models.Spec{Module: "m", Type: "t", Class: "a/b"}, `invalid class: "a/b"`},
		{"go type used", &linux_interfaces.Interface{}, models.Spec{Module: "m", Type: "t"}, "already registered for model mod.typ"},
		{"name used", &emptypb.Empty{}, spec, `model name "mod.typ" already used`},
		{
			"proto name used by Go type", dynamicpb.NewMessage((&linux_interfaces.Interface{}).ProtoReflect().Descriptor()),
			models.Spec{Module: "m", Type: "t"}, "proto name ligato.linux.interfaces.Interface already used by model mod.typ",
		},
		{
			"proto name used by dynamic message", dynamicpb.NewMessage(message(t, "Dyn", nil)),
			models.Spec{Module: "m", Type: "t"}, "proto name test.Dyn already used by model dyn.typ",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := reg.Register(tc.x, tc.spec)
			if err == nil || !strings.Contains(err.Error(), tc.err) {
				t.Errorf("error %v, want %s", err, tc.err)
			}
		})
	}
	if n := len(reg.RegisteredModels()); n != 2 {
		t.Errorf("%d models, want 2", n)
	}
}

func TestFailedLookUps(t *testing.T) {
	reg := models.NewRegistry()
	byName, err1 := reg.GetModel("x.y")
	byMsg, err2 := reg.GetModelFor(&emptypb.Empty{})
	byKey, err3 := reg.GetModelForKey("config/x/v0/y/z")
	notProto, err4 := reg.GetModelFor("x")
	for err, want := range map[error]string{
		err1: "no model registered for name x.y",
		err2: "no model registered for proto message google.protobuf.Empty",
		err3: "no registered model matches for key config/x/v0/y/z",
		err4: "no model registered for string: not a proto message",
	} {
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	for _, model := range []models.KnownModel{byName, byMsg, byKey, notProto} {
		if model == nil || model.Name() != "" || model.ProtoName() != "" || model.ProtoFile() != "" ||
			model.IsKeyValid("") || model.NewInstance() != nil || model.ModelDetail() == nil {
			t.Errorf("model %v is not empty", model)
		}
	}
}

// The key of a model with a single instance must not be taken for the prefix
// of keys that merely begin the same.
func TestGetModelForKeyEndsAtParts(t *testing.T) {
	reg := models.NewRegistry()
	register := func(typ string, opts ...models.ModelOption) {
		t.Helper()
		spec := models.Spec{Module: "mod", Version: "v2", Type: typ}
		name := strings.NewReplacer("-", "_", ".", "_").Replace(typ)
		if _, err := reg.Register(dynamicpb.NewMessage(message(t, name, nil)), spec, opts...); err != nil {
			t.Fatal(err)
		}
	}
	register("global")
	register("global-x")
	register("list", models.WithNameTemplate("{{.Name}}"))
	register("list.sub", models.WithNameTemplate("{{.Name}}"))
	register("nameless", models.WithNameTemplate(""))

	for key, want := range map[string]string{
		"config/mod/v2/global":         "mod.global",
		"config/mod/v2/global-x":       "mod.global-x",
		"config/mod/v2/global-y":       "",
		"config/mod/v2/global/a":       "",
		"mod.global":                   "mod.global",
		"config/mod/v2/list/a":         "mod.list",
		"config/mod/v2/list/sub/a":     "mod.list.sub",
		"config/mod/v2/list/sub":       "mod.list",
		"config/mod/v2/list/sub/a//b/": "mod.list.sub",
		"config/mod/v2/list":           "",
		"config/mod/v2/nameless":       "",
		"config/mod/v2":                "",
		"/":                            "",
	} {
		model, err := reg.GetModelForKey(key)
		if model.Name() != want || (err == nil) != (want != "") {
			t.Errorf("%s: model %q, %v; want %q", key, model.Name(), err, want)
		}
	}
	prefixes := make(map[string]string)
	for _, model := range reg.RegisteredModels() {
		prefixes[model.Name()] = model.KeyPrefix()
	}
	want := map[string]string{
		"mod.global": "config/mod/v2/global", "mod.global-x": "config/mod/v2/global-x",
		"mod.list": "config/mod/v2/list/", "mod.list.sub": "config/mod/v2/list/sub/",
		"mod.nameless": "config/mod/v2/nameless/",
	}
	if !reflect.DeepEqual(prefixes, want) {
		t.Errorf("key prefixes %v, want %v", prefixes, want)
	}
}

func TestModelDetail(t *testing.T) {
	want := &generic.ModelDetail{
		Spec:      &generic.ModelSpec{Module: "linux.interfaces", Version: "v2", Type: "interface", Class: "config"},
		ProtoName: "ligato.linux.interfaces.Interface",
		Options: []*generic.ModelDetail_Option{
			{Key: "nameTemplate", Values: []string{"{{.Name}}"}},
			{Key: "protoFile", Values: []string{"ligato/linux/interfaces/interface.proto"}},
		},
	}
	if got := linux_interfaces.ModelInterface.ModelDetail(); !proto.Equal(got, want) {
		t.Errorf("detail %v, want %v", got, want)
	}
	if _, ok := linux_interfaces.ModelInterface.NewInstance().(*linux_interfaces.Interface); !ok {
		t.Error("instance is not of the generated type")
	}
}

func TestSpecFromProtoDesc(t *testing.T) {
	options := &descriptorpb.MessageOptions{}
	proto.SetExtension(options, generic.E_Model, &generic.ModelSpec{Module: "mod", Type: "typ"})
	proto.SetExtension(options, generic.E_ModelNameTemplate, "{{.FooBar}}")
	desc := message(t, "Annotated", options, "foo_bar")

	spec, err := models.SpecFromProtoDesc(desc)
	if want := (models.Spec{Module: "mod", Version: "v0", Type: "typ", Class: "config"}); spec != want || err != nil {
		t.Errorf("spec %v, %v; want %v", spec, err, want)
	}
	model, err := models.NewRegistry().Register(dynamicpb.NewMessage(desc), spec, models.OptsFromProtoDesc(desc)...)
	if err != nil {
		t.Fatal(err)
	}
	if model.NameTemplate() != "{{.FooBar}}" {
		t.Errorf("name template %q", model.NameTemplate())
	}
	if _, err := models.SpecFromProtoDesc((&emptypb.Empty{}).ProtoReflect().Descriptor()); err == nil {
		t.Error("no error without option")
	}
	if opts := models.OptsFromProtoDesc((&emptypb.Empty{}).ProtoReflect().Descriptor()); opts != nil {
		t.Errorf("options %v without option", opts)
	}
}

func TestDynamicModel(t *testing.T) {
	reg := models.NewRegistry()
	named, err := reg.Register(dynamicpb.NewMessage(message(t, "Named", nil, "name")), models.Spec{Module: "m", Type: "named"})
	if err != nil {
		t.Fatal(err)
	}
	if named.LocalGoType() != nil || named.NameTemplate() != "{{.Name}}" {
		t.Errorf("go type %v, template %q", named.LocalGoType(), named.NameTemplate())
	}
	instance := named.NewInstance()
	instance.ProtoReflect().Set(instance.ProtoReflect().Descriptor().Fields().ByName("name"), protoreflect.ValueOfString("x"))
	if key, err := models.GetKeyUsingModelRegistry(instance, reg); key != "config/m/v0/named/x" || err != nil {
		t.Errorf("key %q, %v", key, err)
	}
	if _, err := reg.MessageTypeRegistry().FindMessageByName("test.Named"); err != nil {
		t.Error(err)
	}

	// The same message as data of a model with a Go type.
	route := &linux_l3.Route{DstNetwork: "10.1.1.3/24", OutgoingInterface: "if1"}
	data, err := proto.Marshal(route)
	if err != nil {
		t.Fatal(err)
	}
	dynamic := dynamicpb.NewMessage(route.ProtoReflect().Descriptor())
	if err := proto.Unmarshal(data, dynamic); err != nil {
		t.Fatal(err)
	}
	if key := models.Key(dynamic); key != models.Key(route) {
		t.Errorf("key %q, want %q", key, models.Key(route))
	}
}

func TestRegisterModelInfos(t *testing.T) {
	defer func(former models.Registry) { models.DefaultRegistry = former }(models.DefaultRegistry)
	models.DefaultRegistry = models.NewRegistry()
	info := func(name, nameTemplate string, fields ...string) *models.ModelInfo {
		return &models.ModelInfo{
			ModelDetail: &generic.ModelDetail{
				Spec:      &generic.ModelSpec{Module: "infos", Version: "v1", Type: strings.ToLower(name), Class: "config"},
				ProtoName: "test." + name,
				Options:   []*generic.ModelDetail_Option{{Key: "nameTemplate", Values: []string{nameTemplate}}},
			},
			MessageDescriptor: message(t, name, nil, fields...),
		}
	}
	added := models.RegisterModelInfos([]*models.ModelInfo{
		info("Many", "{{.Name}}", "name"),
		info("One", "", "name"),
		info("Broken", "{{", "name"),
		info("Many", "{{.Name}}", "name"),
		nil,
	})
	var got []string
	for _, model := range added {
		got = append(got, model.Name()+" "+model.KeyPrefix())
	}
	want := []string{"infos.many config/infos/v1/many/", "infos.one config/infos/v1/one"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("added %v, want %v", got, want)
	}
}

func TestRegistryIsConcurrent(t *testing.T) {
	reg := models.NewRegistry()
	var wg sync.WaitGroup
	for i := range 8 {
		desc := message(t, fmt.Sprint("Msg", i), nil, "name")
		wg.Go(func() {
			spec := models.Spec{Module: "m", Type: fmt.Sprint("t", i)}
			if _, err := reg.Register(dynamicpb.NewMessage(desc), spec); err != nil {
				t.Error(err)
			}
			if _, err := reg.GetModelFor(dynamicpb.NewMessage(desc)); err != nil {
				t.Error(err)
			}
			if _, err := reg.GetModelForKey(fmt.Sprintf("config/m/v0/t%d/x", i)); err != nil {
				t.Error(err)
			}
			_, _ = reg.GetModelFor(&wrapperspb.StringValue{})
			reg.MessageTypeRegistry()
			reg.RegisteredModels()
		})
	}
	wg.Wait()
	if n := reg.MessageTypeRegistry().NumMessages(); n != 8 {
		t.Errorf("%d message types, want 8", n)
	}
}
