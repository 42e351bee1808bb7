// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"errors"
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"
)

// Errors of the scheduler. Clients match or print the texts.
var (
	// ErrCombinedDownstreamResyncWithChange is for a DownstreamResync that
	// carries values.
	ErrCombinedDownstreamResyncWithChange = errors.New("downstream resync combined with data changes in one transaction")

	// ErrRevertNotSupportedWithResync is for WithRevert together with
	// WithResync.
	ErrRevertNotSupportedWithResync = errors.New("it is not supported to combine resync with revert")

	// ErrClosedScheduler is for everything asked of a closed scheduler.
	ErrClosedScheduler = errors.New("scheduler was closed")

	// ErrTxnWaitCanceled is for a Commit whose context ended before the
	// transaction. The transaction may still run.
	ErrTxnWaitCanceled = errors.New("waiting for result of blocking transaction was canceled")

	// ErrTxnQueueFull is for what cannot be queued and does not wait.
	ErrTxnQueueFull = errors.New("transaction queue is full")

	// ErrUnimplementedCreate is for a descriptor without Create.
	ErrUnimplementedCreate = errors.New("operation Create is not implemented")

	// ErrUnimplementedDelete is for a descriptor without Delete.
	ErrUnimplementedDelete = errors.New("operation Delete is not implemented")

	// ErrDescriptorExists is for the name of a descriptor that is taken.
	ErrDescriptorExists = errors.New("descriptor already exist")

	// ErrEscapedNetNs is for a callback that returned in another network
	// namespace than it was called in.
	ErrEscapedNetNs = errors.New("operation didn't preserve the original network namespace")
)

// ErrInvalidValueType is for a value of a type that the descriptor does not
// handle. key may be empty.
func ErrInvalidValueType(key string, value proto.Message) error {
	if key == "" {
		return fmt.Errorf("value (%v) has invalid type", value)
	}
	return fmt.Errorf("value (%v) has invalid type for key: %s", value, key)
}

// ErrInvalidMetadataType is for metadata of a type that the descriptor does
// not handle. key may be empty.
func ErrInvalidMetadataType(key string) error {
	if key == "" {
		return errors.New("metadata has invalid type")
	}
	return fmt.Errorf("metadata has invalid type for key: %s", key)
}

// TransactionError is the result of a transaction of which something failed:
// either the transaction as a whole was refused, or some values failed.
type TransactionError struct {
	txnInitError error
	kvErrors     []KeyWithError
}

// NewTransactionError makes the error of a transaction that was refused with
// txnInitError, or whose values failed with kvErrors.
func NewTransactionError(txnInitError error, kvErrors []KeyWithError) *TransactionError {
	return &TransactionError{txnInitError: txnInitError, kvErrors: kvErrors}
}

// Error gives the reason of the refusal or lists the failed values.
func (e *TransactionError) Error() string {
	switch {
	case e == nil:
		return ""
	case e.txnInitError != nil:
		return e.txnInitError.Error()
	case len(e.kvErrors) == 0:
		return ""
	}
	var out strings.Builder
	out.WriteString("KeyErrors: [")
	for i, kv := range e.kvErrors {
		if i > 0 {
			out.WriteString(", ")
		}
		fmt.Fprintf(&out, "%s (%v): %v", kv.Key, kv.TxnOperation, kv.Error)
	}
	out.WriteString("]")
	return out.String()
}

// GetKVErrors lists the values that failed.
func (e *TransactionError) GetKVErrors() (kvErrors []KeyWithError) {
	if e == nil {
		return nil
	}
	return e.kvErrors
}

// GetTxnInitError gives the reason why the transaction was refused, nil if
// it was processed.
func (e *TransactionError) GetTxnInitError() error {
	if e == nil {
		return nil
	}
	return e.txnInitError
}

// Unwrap gives all the errors inside, for errors.Is and errors.As.
func (e *TransactionError) Unwrap() []error {
	if e == nil {
		return nil
	}
	var errs []error
	if e.txnInitError != nil {
		errs = append(errs, e.txnInitError)
	}
	for _, kv := range e.kvErrors {
		if kv.Error != nil {
			errs = append(errs, kv.Error)
		}
	}
	return errs
}
