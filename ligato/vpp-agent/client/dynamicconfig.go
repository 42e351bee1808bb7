// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package client

import (
	"fmt"
	"strings"
	"unicode"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	"go.ligato.io/vpp-agent/v3/pkg/models"
)

const (
	configFile    = "ligato/configurator/dynamicconfigurator.proto"
	configPackage = "ligato.configurator"
	configMessage = "Dynamic_config"
	groupSuffix   = "Config"
)

// fieldNames are the names of the fields that are not named after their
// message, by the full name of the message.
var fieldNames = map[string]struct{ proto, json string }{
	"ligato.linux.interfaces.Interface": {"interfaces", "interfaces"},
	"ligato.linux.l3.ARPEntry":          {"arp_entries", "arpEntries"},
	"ligato.linux.l3.Route":             {"routes", "routes"},
	"ligato.linux.iptables.RuleChain":   {"RuleChain", "RuleChain"},
	"ligato.netalloc.IPAllocation":      {"ip_addresses", "ipAddresses"},
}

// NewDynamicConfig returns an empty configuration that has a place for the
// instances of the given models. It fails if the definitions of their messages
// contradict each other, or two fields of a group would have the same name.
func NewDynamicConfig(knownModels []*models.ModelInfo) (*dynamicpb.Message, error) {
	files := new(protoregistry.Files)
	root := &descriptorpb.DescriptorProto{Name: proto.String(configMessage)}
	file := &descriptorpb.FileDescriptorProto{
		Name:        proto.String(configFile),
		Package:     proto.String(configPackage),
		Syntax:      proto.String("proto3"),
		MessageType: []*descriptorpb.DescriptorProto{root},
	}
	groups := make(map[string]*descriptorpb.DescriptorProto)
	for _, model := range knownModels {
		if model == nil || model.MessageDescriptor == nil {
			return nil, fmt.Errorf("model %s has no message", model.GetProtoName())
		}
		if err := addFile(files, file, model.MessageDescriptor.ParentFile()); err != nil {
			return nil, err
		}
		groupName := DynamicConfigGroupFieldNaming(model)
		group, ok := groups[groupName]
		if !ok {
			group = addGroup(root, groupName)
			groups[groupName] = group
		}
		if err := addModel(group, model); err != nil {
			return nil, fmt.Errorf("%s: %w", groupName, err)
		}
	}
	desc, err := protodesc.NewFile(file, files)
	if err != nil {
		return nil, fmt.Errorf("define configuration of all models: %w", err)
	}
	return dynamicpb.NewMessage(desc.Messages().Get(0)), nil
}

// addFile makes the file of a message, and all that it imports, known.
func addFile(files *protoregistry.Files, importer *descriptorpb.FileDescriptorProto, file protoreflect.FileDescriptor) error {
	for _, path := range importer.GetDependency() {
		if path == file.Path() {
			return nil
		}
	}
	importer.Dependency = append(importer.Dependency, file.Path())
	return register(files, file)
}

func register(files *protoregistry.Files, file protoreflect.FileDescriptor) error {
	if _, err := files.FindFileByPath(file.Path()); err == nil {
		return nil
	}
	for i := range file.Imports().Len() {
		if imported := file.Imports().Get(i); !imported.IsPlaceholder() {
			if err := register(files, imported.FileDescriptor); err != nil {
				return err
			}
		}
	}
	return files.RegisterFile(file)
}

// addGroup adds a message for a group of models, and a field with it.
func addGroup(root *descriptorpb.DescriptorProto, name string) *descriptorpb.DescriptorProto {
	group := &descriptorpb.DescriptorProto{Name: proto.String(upperFirst(name))}
	root.NestedType = append(root.NestedType, group)
	root.Field = append(root.Field, &descriptorpb.FieldDescriptorProto{
		Name:     proto.String(name),
		JsonName: proto.String(name),
		Number:   proto.Int32(int32(len(root.Field) + 1)),
		Label:    descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
		Type:     descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum(),
		TypeName: proto.String("." + configPackage + "." + configMessage + "." + group.GetName()),
	})
	return group
}

// addModel adds a field for the instances of a model.
func addModel(group *descriptorpb.DescriptorProto, model *models.ModelInfo) error {
	protoName, jsonName := DynamicConfigKnownModelFieldNaming(model)
	for _, field := range group.GetField() {
		if field.GetName() == protoName || field.GetJsonName() == jsonName {
			return fmt.Errorf("both %s and %s would be field %q",
				strings.TrimPrefix(field.GetTypeName(), "."), model.MessageDescriptor.FullName(), protoName)
		}
	}
	label := descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL
	if hasNames(model) {
		label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED
	}
	group.Field = append(group.Field, &descriptorpb.FieldDescriptorProto{
		Name:     proto.String(protoName),
		JsonName: proto.String(jsonName),
		Number:   proto.Int32(int32(len(group.Field) + 1)),
		Label:    label.Enum(),
		Type:     descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum(),
		TypeName: proto.String("." + string(model.MessageDescriptor.FullName())),
	})
	return nil
}

// hasNames reports whether a model can have more than one instance.
func hasNames(model *models.ModelInfo) bool {
	_, err := models.ModelOptionFor("nameTemplate", model.GetOptions())
	return err == nil
}

// DynamicConfigGroupFieldNaming returns the name of the group of a model: the
// first part of its module with "Config". A module may begin with a digit and
// have dashes, which a field may not: there it begins with "m" and has
// underscores.
func DynamicConfigGroupFieldNaming(modelDetail *models.ModelInfo) string {
	area, _, _ := strings.Cut(modelDetail.GetSpec().GetModule(), ".")
	area = strings.ReplaceAll(area, "-", "_")
	if area != "" && '0' <= area[0] && area[0] <= '9' {
		area = "m" + area
	}
	return area + groupSuffix
}

// DynamicConfigKnownModelFieldNaming returns the name of the field for the
// instances of a model, in proto and in JSON.
func DynamicConfigKnownModelFieldNaming(modelDetail *models.ModelInfo) (protoName, jsonName string) {
	full := modelDetail.GetProtoName()
	if names, ok := fieldNames[full]; ok {
		return names.proto, names.json
	}
	name := full[strings.LastIndexByte(full, '.')+1:]
	if hasNames(modelDetail) {
		name += "_list"
	}
	return name, name
}

// DynamicConfigExport returns the instances of all models in a configuration,
// as their Go types where there are such.
func DynamicConfigExport(dynamicConfig *dynamicpb.Message) ([]proto.Message, error) {
	var instances []proto.Message
	for _, group := range messagesOf(dynamicConfig.ProtoReflect()) {
		for _, instance := range messagesOf(group) {
			local, err := toLocal(instance.Interface())
			if err != nil {
				return nil, err
			}
			instances = append(instances, local)
		}
	}
	return instances, nil
}

// messagesOf returns the messages in the fields of a message.
func messagesOf(m protoreflect.Message) []protoreflect.Message {
	var messages []protoreflect.Message
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		switch {
		case !m.Has(field) || field.Message() == nil || field.IsMap():
		case field.IsList():
			list := m.Get(field).List()
			for j := range list.Len() {
				messages = append(messages, list.Get(j).Message())
			}
		default:
			messages = append(messages, m.Get(field).Message())
		}
	}
	return messages
}

// toLocal turns a message into the Go type of its model, if it has one.
func toLocal(instance proto.Message) (proto.Message, error) {
	model, _ := models.GetModelFor(instance)
	if model.LocalGoType() == nil {
		return instance, nil
	}
	data, err := proto.Marshal(instance)
	if err != nil {
		return nil, fmt.Errorf("convert instance of %s: %w", model.Name(), err)
	}
	local := model.NewInstance()
	if err := proto.Unmarshal(data, local); err != nil {
		return nil, fmt.Errorf("convert instance of %s: %w", model.Name(), err)
	}
	return local, nil
}

func upperFirst(s string) string {
	for i, r := range s {
		return string(unicode.ToUpper(r)) + s[i+len(string(r)):]
	}
	return s
}
