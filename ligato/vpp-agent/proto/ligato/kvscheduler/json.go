// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

// Package kvscheduler has the messages in which the status of a value is
// reported.
package kvscheduler

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// MarshalJSON encodes the state as its name, since statuses are served with
// encoding/json and read by people. A number without a name stays a number.
func (s ValueState) MarshalJSON() ([]byte, error) {
	return marshalEnum(int32(s), ValueState_name)
}

// UnmarshalJSON accepts the name or the number of a state.
func (s *ValueState) UnmarshalJSON(b []byte) error {
	n, err := unmarshalEnum(b, ValueState_value)
	if err != nil {
		return fmt.Errorf("value state: %w", err)
	}
	*s = ValueState(n)
	return nil
}

// MarshalJSON encodes the operation as its name. A number without a name
// stays a number.
func (o TxnOperation) MarshalJSON() ([]byte, error) {
	return marshalEnum(int32(o), TxnOperation_name)
}

// UnmarshalJSON accepts the name or the number of an operation.
func (o *TxnOperation) UnmarshalJSON(b []byte) error {
	n, err := unmarshalEnum(b, TxnOperation_value)
	if err != nil {
		return fmt.Errorf("transaction operation: %w", err)
	}
	*o = TxnOperation(n)
	return nil
}

func marshalEnum(n int32, names map[int32]string) ([]byte, error) {
	if name, ok := names[n]; ok {
		return strconv.AppendQuote(nil, name), nil
	}
	return strconv.AppendInt(nil, int64(n), 10), nil
}

func unmarshalEnum(b []byte, values map[string]int32) (int32, error) {
	if len(b) > 0 && b[0] == '"' {
		var name string
		if err := json.Unmarshal(b, &name); err != nil {
			return 0, err
		}
		n, ok := values[name]
		if !ok {
			return 0, fmt.Errorf("unknown name %q", name)
		}
		return n, nil
	}
	var n int32
	if err := json.Unmarshal(b, &n); err != nil {
		return 0, err
	}
	return n, nil
}
