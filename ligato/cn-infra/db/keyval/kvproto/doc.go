// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package kvproto makes a store of protobuf messages out of a store of bytes by
// a serializer.
//
// It keeps nothing: no values, no connections of its own. What cannot be
// decoded is an error of the one value that is asked for.
package kvproto
