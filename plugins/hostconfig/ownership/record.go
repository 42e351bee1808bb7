// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package ownership

import "encoding/json"

// Record tells what was done for one value. Its key is that of the value.
type Record struct {
	// Link is the index of the link that was changed. Names may change hands,
	// indexes do not.
	Link int `json:"link"`
	// Claim names what no other value may have at the same time, as a host
	// interface. It is empty if that cannot happen.
	Claim string `json:"claim,omitempty"`
	// Value is the value as it was applied, in JSON. It is absent for an
	// address, whose key says all.
	Value json.RawMessage `json:"value,omitempty"`
	// Found is what settings were before, where they were changed.
	Found *Found `json:"found,omitempty"`
}

// Found has the settings of a link that were changed: as they were before, and
// as they were set. Who finds a third value must conclude that somebody else
// has changed it since.
type Found struct {
	MTU    int    `json:"mtu,omitempty"`
	SetMTU int    `json:"set-mtu,omitempty"`
	MAC    string `json:"mac,omitempty"`
	SetMAC string `json:"set-mac,omitempty"`
}

// Identity is the network namespace and the boot that records are about.
type Identity struct {
	Boot      string `json:"boot"`
	Namespace string `json:"namespace"`
}
