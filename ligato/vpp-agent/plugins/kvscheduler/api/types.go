// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"encoding/json"
	"fmt"
)

// ResyncType tells whether a transaction is a change or a resync, and of
// what. It is encoded in JSON as its name.
type ResyncType int

const (
	// NotResync is a change.
	NotResync ResyncType = iota
	// FullResync re-synchronises both the wanted state, from the
	// transaction, and the actual state, from the descriptors.
	FullResync
	// UpstreamResync takes a new wanted state from the transaction and
	// trusts what the scheduler knows about the actual state.
	UpstreamResync
	// DownstreamResync reads the actual state and re-applies the wanted
	// state that the scheduler has. The transaction must be empty.
	DownstreamResync
)

var resyncTypeNames = map[ResyncType]string{
	NotResync:        "NotResync",
	FullResync:       "FullResync",
	UpstreamResync:   "UpstreamResync",
	DownstreamResync: "DownstreamResync",
}

// String gives the name of the type.
func (t ResyncType) String() string {
	if name, ok := resyncTypeNames[t]; ok {
		return name
	}
	return "UnknownResync"
}

// MarshalJSON encodes the name.
func (t ResyncType) MarshalJSON() ([]byte, error) { return json.Marshal(t.String()) }

// UnmarshalJSON accepts a name, where an unknown one gives NotResync, or the
// number.
func (t *ResyncType) UnmarshalJSON(b []byte) error {
	n, err := unmarshalNamed(b, resyncTypeNames, NotResync)
	if err != nil {
		return fmt.Errorf("resync type: %w", err)
	}
	*t = n
	return nil
}

// ResyncTypeToString gives the words used in texts for people.
func ResyncTypeToString(t ResyncType) string {
	switch t {
	case NotResync:
		return "Not Resync"
	case FullResync:
		return "Full Resync"
	case UpstreamResync:
		return "NB Sync"
	case DownstreamResync:
		return "SB Sync"
	default:
		return t.String()
	}
}

// TxnType tells where a transaction comes from. It is encoded in JSON as its
// name.
type TxnType int

const (
	// SBNotification comes from PushSBNotification.
	SBNotification TxnType = iota
	// NBTransaction comes from Commit.
	NBTransaction
	// RetryFailedOps repeats what failed in an earlier transaction.
	RetryFailedOps
	// RetryUnimplOps applies values whose descriptor registered late.
	RetryUnimplOps
)

// undefinedTxnType is what an unknown name decodes to.
const undefinedTxnType TxnType = -1

var txnTypeNames = map[TxnType]string{
	SBNotification: "SBNotification",
	NBTransaction:  "NBTransaction",
	RetryFailedOps: "RetryFailedOps",
	RetryUnimplOps: "RetryUnimplOps",
}

// String gives the name of the type.
func (t TxnType) String() string {
	if name, ok := txnTypeNames[t]; ok {
		return name
	}
	return "UndefinedTxnType"
}

// MarshalJSON encodes the name.
func (t TxnType) MarshalJSON() ([]byte, error) { return json.Marshal(t.String()) }

// UnmarshalJSON accepts a name, where an unknown one gives -1, or the number.
func (t *TxnType) UnmarshalJSON(b []byte) error {
	n, err := unmarshalNamed(b, txnTypeNames, undefinedTxnType)
	if err != nil {
		return fmt.Errorf("transaction type: %w", err)
	}
	*t = n
	return nil
}

// TxnTypeToString gives the words used in texts for people.
func TxnTypeToString(t TxnType) string {
	switch t {
	case NBTransaction:
		return "NB Transaction"
	case SBNotification:
		return "SB Notification"
	case RetryFailedOps:
		return "Retry Transaction"
	default:
		return t.String()
	}
}

func unmarshalNamed[T ~int](b []byte, names map[T]string, unknown T) (T, error) {
	if len(b) > 0 && b[0] == '"' {
		var name string
		if err := json.Unmarshal(b, &name); err != nil {
			return unknown, err
		}
		for value, n := range names {
			if n == name {
				return value, nil
			}
		}
		return unknown, nil
	}
	var n int
	if err := json.Unmarshal(b, &n); err != nil {
		return unknown, err
	}
	return T(n), nil
}
