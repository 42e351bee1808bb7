// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package client

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"sigs.k8s.io/yaml"
)

// ExportDynamicConfigStructure returns, as YAML, a configuration in which each
// model has one instance with nothing set: what there is to configure.
func ExportDynamicConfigStructure(dynamicConfig proto.Message) (string, error) {
	sample := dynamicConfig.ProtoReflect().New()
	groups := sample.Descriptor().Fields()
	for i := range groups.Len() {
		groupField := groups.Get(i)
		if groupField.Message() == nil || groupField.IsList() || groupField.IsMap() {
			return "", fmt.Errorf("field %s is not a group of models", groupField.FullName())
		}
		group := sample.Mutable(groupField).Message()
		fields := groupField.Message().Fields()
		for j := range fields.Len() {
			switch field := fields.Get(j); {
			case field.Message() == nil || field.IsMap():
			case field.IsList():
				group.Mutable(field).List().AppendMutable()
			default:
				group.Mutable(field)
			}
		}
	}
	json, err := protojson.MarshalOptions{EmitUnpopulated: true}.Marshal(sample.Interface())
	if err != nil {
		return "", fmt.Errorf("structure of %s: %w", sample.Descriptor().FullName(), err)
	}
	structure, err := yaml.JSONToYAML(json)
	if err != nil {
		return "", fmt.Errorf("structure of %s: %w", sample.Descriptor().FullName(), err)
	}
	return string(structure), nil
}
