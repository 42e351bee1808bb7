// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package generic has the messages and services that treat configuration of
// any model alike.
package generic
