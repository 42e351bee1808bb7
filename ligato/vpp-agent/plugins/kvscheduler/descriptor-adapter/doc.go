// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Descriptor-adapter writes the code between a descriptor with typed callbacks
// and the untyped api.KVDescriptor. It is meant for go generate:
//
//	//go:generate descriptor-adapter --descriptor-name Interface --value-type *linux_interfaces.Interface --meta-type *ifaceidx.LinuxIfMetadata --import "go.ligato.io/vpp-agent/v3/plugins/linux/ifplugin/ifaceidx" --import "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces" --output-dir "descriptor"
//
// writes descriptor/adapter/interface.go with the types InterfaceKVWithMetadata
// and InterfaceDescriptor and the function NewInterfaceDescriptor.
//
// The flags are:
//
//	--descriptor-name  exported Go name that the names above begin with
//	--value-type       Go type of the values, a protobuf message
//	--meta-type        Go type of the metadata, interface{} by default
//	--import           import path that the types need, optionally after a
//	                   package name and a space; may be repeated
//	--output-dir       folder that gets the package adapter, "." by default
//
// A callback that gets a value or metadata of another type than expected is not
// called: Validate, Create, Update and Delete return api.ErrInvalidValueType or
// api.ErrInvalidMetadataType, the comparator tells that values differ and
// UpdateWithRecreate that it must be done, DerivedValues and Dependencies are
// nil. Retrieve is not told of such values. Metadata that is nil is the zero
// value of its type.
package main
