// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package kvscheduler

import (
	"encoding/json"
	"fmt"

	"go.ligato.io/vpp-agent/v3/plugins/kvscheduler/internal/graph"
	"go.ligato.io/vpp-agent/v3/proto/ligato/kvscheduler"
)

// Flags are how timelines and graph snapshots describe a value. Index and name
// of each are part of the REST API.
const (
	LastUpdateFlagIndex = 0
	LastUpdateFlagName  = "last-update"

	ErrorFlagIndex = 1
	ErrorFlagName  = "error"

	ValueStateFlagIndex = 2
	ValueStateFlagName  = "value-state"

	UnavailValueFlagIndex = 3
	UnavailValueFlagName  = "unavailable"

	DescriptorFlagIndex = 4
	DescriptorFlagName  = "descriptor"

	DerivedFlagIndex = 5
	DerivedFlagName  = "derived"
)

// LastUpdateFlag names the last transaction that changed the value.
type LastUpdateFlag struct{ txn uint64 }

// GetIndex returns LastUpdateFlagIndex.
func (f *LastUpdateFlag) GetIndex() int { return LastUpdateFlagIndex }

// GetName returns LastUpdateFlagName.
func (f *LastUpdateFlag) GetName() string { return LastUpdateFlagName }

// GetValue returns TXN- and the sequence number.
func (f *LastUpdateFlag) GetValue() string { return fmt.Sprintf("TXN-%d", f.txn) }

// ErrorFlag has the error of the last operation.
type ErrorFlag struct{ err error }

// GetIndex returns ErrorFlagIndex.
func (f *ErrorFlag) GetIndex() int { return ErrorFlagIndex }

// GetName returns ErrorFlagName.
func (f *ErrorFlag) GetName() string { return ErrorFlagName }

// GetValue returns the text of the error.
func (f *ErrorFlag) GetValue() string {
	if f.err == nil {
		return ""
	}
	return f.err.Error()
}

// ValueStateFlag has the state of the value.
type ValueStateFlag struct{ state kvscheduler.ValueState }

// GetIndex returns ValueStateFlagIndex.
func (f *ValueStateFlag) GetIndex() int { return ValueStateFlagIndex }

// GetName returns ValueStateFlagName.
func (f *ValueStateFlag) GetName() string { return ValueStateFlagName }

// GetValue returns the name of the state.
func (f *ValueStateFlag) GetValue() string { return f.state.String() }

// UnavailValueFlag marks a value that satisfies no dependencies.
type UnavailValueFlag struct{}

// GetIndex returns UnavailValueFlagIndex.
func (f *UnavailValueFlag) GetIndex() int { return UnavailValueFlagIndex }

// GetName returns UnavailValueFlagName.
func (f *UnavailValueFlag) GetName() string { return UnavailValueFlagName }

// GetValue returns an empty string.
func (f *UnavailValueFlag) GetValue() string { return "" }

// DescriptorFlag names the descriptor of the value.
type DescriptorFlag struct{ descriptor string }

// GetIndex returns DescriptorFlagIndex.
func (f *DescriptorFlag) GetIndex() int { return DescriptorFlagIndex }

// GetName returns DescriptorFlagName.
func (f *DescriptorFlag) GetName() string { return DescriptorFlagName }

// GetValue returns the name of the descriptor.
func (f *DescriptorFlag) GetValue() string { return f.descriptor }

// DerivedFlag marks a derived value.
type DerivedFlag struct{ base string }

// GetIndex returns DerivedFlagIndex.
func (f *DerivedFlag) GetIndex() int { return DerivedFlagIndex }

// GetName returns DerivedFlagName.
func (f *DerivedFlag) GetName() string { return DerivedFlagName }

// GetValue returns the key of the value that this one is derived from.
func (f *DerivedFlag) GetValue() string { return f.base }

type flag interface {
	GetIndex() int
	GetName() string
	GetValue() string
}

var flagNames = []string{
	LastUpdateFlagIndex:   LastUpdateFlagName,
	ErrorFlagIndex:        ErrorFlagName,
	ValueStateFlagIndex:   ValueStateFlagName,
	UnavailValueFlagIndex: UnavailValueFlagName,
	DescriptorFlagIndex:   DescriptorFlagName,
	DerivedFlagIndex:      DerivedFlagName,
}

// flags are in the order of their indexes.
type flags []flag

func flagsOf(n *graph.Node) (list flags) {
	if n.Written {
		list = append(list, &LastUpdateFlag{n.Update.Txn})
	}
	if n.Err != nil {
		list = append(list, &ErrorFlag{n.Err})
	}
	list = append(list, &ValueStateFlag{n.State})
	if !n.Available {
		list = append(list, &UnavailValueFlag{})
	}
	if n.Desc != nil {
		list = append(list, &DescriptorFlag{n.Desc.Name()})
	}
	if n.Base != "" {
		list = append(list, &DerivedFlag{n.Base})
	}
	return list
}

// MarshalJSON renders an object with the flags in their order.
func (f flags) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, flag := range f {
		if i > 0 {
			out = append(out, ',')
		}
		name, err := json.Marshal(flag.GetName())
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(flag.GetValue())
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, name...), ':'), value...)
	}
	return append(out, '}'), nil
}
