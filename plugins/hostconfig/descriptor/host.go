// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package descriptor

import (
	"encoding/json"
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"go.ligato.io/cn-infra/v2/logging"
	kvs "go.ligato.io/vpp-agent/v3/plugins/kvscheduler/api"
	ifmodel "go.ligato.io/vpp-agent/v3/proto/ligato/linux/interfaces"

	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/linuxcalls"
	"github.com/ifwatcher/ifwatcher/plugins/hostconfig/ownership"
)

var (
	// ErrNotImplemented is in the error of a value that means something that
	// these descriptors do not do.
	ErrNotImplemented = errors.New("not implemented")
	// ErrTaken is in the error of a value that wants what another value has.
	ErrTaken = errors.New("already configured by")
	// ErrForeign is in the error of a value that wants the place of something
	// that somebody else has set.
	ErrForeign = errors.New("set by somebody else, and left alone")
)

// Host is what the descriptors share: the kernel, and what of it is ours.
type Host struct {
	Kernel  linuxcalls.NetlinkAPI
	Records *ownership.Store
	// Mark is the protocol number of what is ours.
	Mark uint8
	// ClaimUnrecorded tells to take for ours also what has the mark but no
	// record, as after the records were lost. It must not be set while
	// another agent may use the same mark. It counts for the first Retrieve:
	// what has no record later is of an agent that came after us.
	ClaimUnrecorded bool
	// Released is called when a host interface, or the place of a route, has
	// become free that another value may be waiting for: with what ReleasedKey
	// takes. It must not block.
	Released func(what string)
	Log      logging.Logger
}

// ours tells whether an object of the kernel was set by us. marksKept says
// whether the kernel keeps the protocol of such objects.
func (h *Host) ours(key string, marksKept bool, protocol uint8) bool {
	_, recorded := h.Records.Get(key)
	return recorded && (!marksKept || protocol == h.Mark)
}

// claimable returns ErrTaken if another value has the claim. One whose link is
// gone does not count: its withdrawal is on the way.
func (h *Host) claimable(claim, key string) error {
	owner, claimed := h.Records.Owner(claim)
	if !claimed || owner == key {
		return nil
	}
	record, _ := h.Records.Get(owner)
	if _, err := h.Kernel.LinkByIndex(record.Link); linuxcalls.IsGone(err) {
		return nil
	}
	return fmt.Errorf("%s is %w %s", claim, ErrTaken, owner)
}

// linkOf returns the index of the link that a configured interface stands for.
func (h *Host) linkOf(name string) (int, error) {
	record, ok := h.Records.Get(ifmodel.InterfaceKey(name))
	if !ok {
		return 0, fmt.Errorf("interface %q is not configured", name)
	}
	return record.Link, nil
}

// retriable tells whether the same request may succeed later by itself.
func retriable(err error) bool {
	var invalid *kvs.InvalidValueError
	return !errors.As(err, &invalid) && !errors.Is(err, ErrTaken) && !linuxcalls.IsPermission(err)
}

// ignoreGone makes the deletion of what is not there a success.
func ignoreGone(err error) error {
	if linuxcalls.IsGone(err) {
		return nil
	}
	return err
}

// encode is for records. A message of ours always has a JSON form.
func encode(value proto.Message) json.RawMessage {
	data, err := protojson.Marshal(value)
	if err != nil {
		return nil
	}
	return data
}

// decode reads the value of a record; one that cannot be read is reported and
// treated as none.
func decode[V proto.Message](h *Host, entry ownership.Entry, into V) bool {
	if err := protojson.Unmarshal(entry.Value, into); err != nil {
		h.Log.Warnf("The record of %s cannot be read and is dropped: %v", entry.Key, err)
		h.Records.Delete(entry.Key)
		return false
	}
	return true
}

// interfaceNames returns the names of the configured interfaces by the index of
// their links.
func (h *Host) interfaceNames() map[int]string {
	names := map[int]string{}
	for _, entry := range h.Records.List(ifmodel.ModelInterface.KeyPrefix()) {
		names[entry.Link] = ifmodel.ModelInterface.StripKeyPrefix(entry.Key)
	}
	return names
}
