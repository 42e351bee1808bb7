// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package datasync

import "time"

// PutOption modifies a Put. A store ignores what it does not know.
type PutOption interface {
	PutOptionMark()
}

// DelOption modifies a Delete. A store ignores what it does not know.
type DelOption interface {
	DelOptionMark()
}

// PutOptionMarker is embedded by types that are put options.
type PutOptionMarker struct{}

// PutOptionMark marks the type as PutOption.
func (*PutOptionMarker) PutOptionMark() {}

// DelOptionMarker is embedded by types that are delete options.
type DelOptionMarker struct{}

// DelOptionMark marks the type as DelOption.
func (*DelOptionMarker) DelOptionMark() {}

// WithTTLOpt limits the life of a value.
type WithTTLOpt struct {
	PutOptionMarker
	// TTL is the life time. Stores may round it to whole seconds.
	TTL time.Duration
}

// WithTTL lets the value vanish after the given time.
func WithTTL(TTL time.Duration) *WithTTLOpt { //nolint:gocritic // the parameter name is part of the documented signature
	return &WithTTLOpt{TTL: TTL}
}

// WithClientLifetimeTTLOpt binds the life of a value to that of its writer.
type WithClientLifetimeTTLOpt struct {
	PutOptionMarker
}

// WithClientLifetimeTTL lets the value vanish soon after the client that wrote
// it is gone.
func WithClientLifetimeTTL() *WithClientLifetimeTTLOpt {
	return &WithClientLifetimeTTLOpt{}
}

// WithPrefixOpt turns the key of a Delete into a prefix.
type WithPrefixOpt struct {
	DelOptionMarker
}

// WithPrefix deletes every key that begins with the given one.
func WithPrefix() *WithPrefixOpt {
	return &WithPrefixOpt{}
}
