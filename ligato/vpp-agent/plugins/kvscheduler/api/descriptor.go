// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"google.golang.org/protobuf/proto"
)

// KVDescriptor tells the scheduler how to handle the values of one kind.
//
// All callbacks run on the goroutine of the scheduler, one at a time. They
// must not modify the values they are given, nor wait for the scheduler: a
// blocking Commit, TransactionBarrier, WatchValueStatus and a dump of SBView
// are not allowed in them. Reading statuses, metadata and cached values is.
type KVDescriptor struct {
	// Name is unique among the descriptors of a scheduler.
	Name string

	// KeySelector tells which keys this descriptor owns. It is mandatory,
	// and no two descriptors may select the same key.
	KeySelector KeySelector

	// ValueTypeName is the full proto name of the values. The scheduler does
	// not use it.
	ValueTypeName string

	// KeyLabel gives a shorter identifier of a key, unique within this
	// descriptor. It names the value in the metadata map and in REST. The
	// default is the key itself.
	KeyLabel func(key string) string

	// NBKeyPrefix is the prefix to watch in the north-bound store. It may be
	// wider or narrower than KeySelector, and is empty for values that the
	// north-bound side does not set.
	NBKeyPrefix string

	// ValueComparator tells whether two values are equivalent, so that no
	// update is needed. The default is proto.Equal.
	ValueComparator func(key string, oldValue, newValue proto.Message) bool

	// WithMetadata enables metadata and their map. Without it, metadata
	// returned by the callbacks are dropped and the callbacks get nil.
	WithMetadata bool

	// MetadataMapFactory creates the metadata map at registration. The
	// default is a map in memory without secondary indexes.
	MetadataMapFactory MetadataMapFactory

	// Validate is called for values from the north-bound side, base and
	// derived, before Create and Update. With an error the value is INVALID.
	// NewInvalidValueError adds the names of the invalid fields.
	Validate func(key string, value proto.Message) error

	// Create applies a value that does not exist yet. Without it the error
	// is ErrUnimplementedCreate.
	Create func(key string, value proto.Message) (metadata Metadata, err error)

	// Delete removes a value. Without it the error is
	// ErrUnimplementedDelete.
	Delete func(key string, value proto.Message, metadata Metadata) error

	// Update changes an existing value. Without it a value is deleted and
	// created again.
	Update func(key string, oldValue, newValue proto.Message, oldMetadata Metadata) (newMetadata Metadata, err error)

	// UpdateWithRecreate tells, if Update is present, which changes
	// nevertheless need the value to be deleted and created again.
	UpdateWithRecreate func(key string, oldValue, newValue proto.Message, metadata Metadata) bool

	// Retrieve reads all base values of this descriptor that exist in the
	// configured system. correlate is what the scheduler expects there.
	// Without Retrieve the values are taken to be as the scheduler left them.
	Retrieve func(correlate []KVWithMetadata) ([]KVWithMetadata, error)

	// IsRetriableFailure tells whether it may help to repeat an operation
	// that failed with err. The default is yes.
	IsRetriableFailure func(err error) bool

	// DerivedValues splits parts off a base value that have dependencies or
	// dependants of their own. It must depend on nothing but its arguments.
	DerivedValues func(key string, value proto.Message) []KeyValuePair

	// Dependencies lists what must exist before the value is created, for
	// base and derived values. It must depend on nothing but its arguments.
	Dependencies func(key string, value proto.Message) []Dependency

	// RetrieveDependencies names descriptors whose Retrieve must run before
	// the one of this descriptor. Unknown names are ignored.
	RetrieveDependencies []string
}
