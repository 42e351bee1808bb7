// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package example has generated code, with metadata of a type and without, to
// be compiled and tested.
package example

//go:generate go run ../.. --descriptor-name Text --value-type *wrapperspb.StringValue --meta-type *example.Meta --import google.golang.org/protobuf/types/known/wrapperspb --import "example go.ligato.io/vpp-agent/v3/plugins/kvscheduler/descriptor-adapter/internal/example/meta"
//go:generate go run ../.. --descriptor-name Plain --value-type *wrapperspb.StringValue --import google.golang.org/protobuf/types/known/wrapperspb
