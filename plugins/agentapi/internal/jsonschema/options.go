// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package jsonschema

import (
	"regexp"

	"go.ligato.io/vpp-agent/v3/proto/ligato"
	"go.ligato.io/vpp-agent/v3/proto/ligato/netalloc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// optionsOf returns what the annotations of a field say of its content, nil if
// there are none.
func optionsOf(field protoreflect.FieldDescriptor) *ligato.LigatoOptions {
	if !proto.HasExtension(field.Options(), ligato.E_LigatoOptions) {
		return nil
	}
	options, _ := proto.GetExtension(field.Options(), ligato.E_LigatoOptions).(*ligato.LigatoOptions)
	return options
}

// integer returns the schema of an integer in the range of its type or, if there
// is one, of its annotation.
func integer(field protoreflect.FieldDescriptor, minimum int64, maximum uint64) object {
	if annotated := optionsOf(field).GetIntRange(); annotated != nil {
		minimum, maximum = annotated.GetMinimum(), annotated.GetMaximum()
	}
	return object{"type": "integer", "minimum": minimum, "maximum": maximum}
}

const (
	ipv4 = `((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])`
	// Only what distinguishes an IPv6 address from others: the full form would
	// be unreadable in the messages of an editor.
	ipv6       = `[0-9A-Fa-f]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*`
	ipv4Length = `/(3[0-2]|[12]?[0-9])`
	ipv6Length = `/(12[0-8]|1[01][0-9]|[1-9]?[0-9])`
)

// text returns the schema of a string. An address may also be a reference to an
// allocated one, or not be given.
func text(field protoreflect.FieldDescriptor) object {
	var patterns []string
	switch optionsOf(field).GetType() {
	case ligato.LigatoOptions_IP:
		patterns = []string{ipv4, ipv6}
	case ligato.LigatoOptions_IPV4:
		patterns = []string{ipv4}
	case ligato.LigatoOptions_IPV6:
		patterns = []string{ipv6}
	case ligato.LigatoOptions_IP_WITH_MASK:
		patterns = []string{ipv4 + ipv4Length, ipv6 + ipv6Length}
	case ligato.LigatoOptions_IPV4_WITH_MASK:
		patterns = []string{ipv4 + ipv4Length}
	case ligato.LigatoOptions_IPV6_WITH_MASK:
		patterns = []string{ipv6 + ipv6Length}
	case ligato.LigatoOptions_IP_OPTIONAL_MASK:
		patterns = []string{ipv4 + "(" + ipv4Length + ")?", ipv6 + "(" + ipv6Length + ")?"}
	case ligato.LigatoOptions_IPV4_OPTIONAL_MASK:
		patterns = []string{ipv4 + "(" + ipv4Length + ")?"}
	case ligato.LigatoOptions_IPV6_OPTIONAL_MASK:
		patterns = []string{ipv6 + "(" + ipv6Length + ")?"}
	default:
		return object{"type": "string"}
	}
	alternatives := []object{{"pattern": "^(" + regexp.QuoteMeta(netalloc.AllocRefPrefix) + ".*)?$"}}
	for _, pattern := range patterns {
		alternatives = append(alternatives, object{"pattern": "^" + pattern + "$"})
	}
	return object{"type": "string", "anyOf": alternatives}
}
