// Copyright 2026 The ifwatcher Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"
)

// InvalidValueError is a failed validation of one value.
type InvalidValueError struct {
	err           error
	invalidFields []string
}

// NewInvalidValueError adds to err the names of the fields that are invalid.
func NewInvalidValueError(err error, invalidFields ...string) *InvalidValueError {
	return &InvalidValueError{err: err, invalidFields: invalidFields}
}

// Error gives the reason, after the names of the fields if there are any.
func (e *InvalidValueError) Error() string {
	if e == nil || e.err == nil {
		return ""
	}
	// A plain error of Validate is wrapped with one empty name: it belongs to
	// no field.
	fields := make([]string, 0, len(e.invalidFields))
	for _, field := range e.invalidFields {
		if field != "" {
			fields = append(fields, field)
		}
	}
	switch len(fields) {
	case 0:
		return e.err.Error()
	case 1:
		return fmt.Sprintf("field %s is invalid: %v", fields[0], e.err)
	default:
		return fmt.Sprintf("fields %v are invalid: %v", fields, e.err)
	}
}

// GetValidationError gives the reason alone.
func (e *InvalidValueError) GetValidationError() error {
	if e == nil {
		return nil
	}
	return e.err
}

// GetInvalidFields lists the names of the fields.
func (e *InvalidValueError) GetInvalidFields() []string {
	if e == nil {
		return nil
	}
	return e.invalidFields
}

// Unwrap gives the reason, for errors.Is and errors.As.
func (e *InvalidValueError) Unwrap() error { return e.GetValidationError() }

// InvalidMessageError is a failed validation of a message, or of a value
// derived from it.
type InvalidMessageError struct {
	message       proto.Message
	parentMessage proto.Message
	invalidError  *InvalidValueError
}

// NewInvalidMessageError makes the error of message. parentMessage is the
// message it is derived from, nil for a base value.
func NewInvalidMessageError(message proto.Message, invalidError *InvalidValueError, parentMessage proto.Message) *InvalidMessageError {
	return &InvalidMessageError{message: message, parentMessage: parentMessage, invalidError: invalidError}
}

// Error gives the reason with both messages.
func (e *InvalidMessageError) Error() string {
	return fmt.Sprintf("message is not valid due to: %v (message=%v, parentMessage=%v)",
		e.invalidError, e.message, e.parentMessage)
}

// Message gives the message that is invalid.
func (e *InvalidMessageError) Message() proto.Message { return e.message }

// InvalidFields lists the names of its invalid fields.
func (e *InvalidMessageError) InvalidFields() []string { return e.invalidError.GetInvalidFields() }

// ValidationError gives the reason alone.
func (e *InvalidMessageError) ValidationError() error { return e.invalidError.GetValidationError() }

// ParentMessage gives the message that Message is derived from, or nil.
func (e *InvalidMessageError) ParentMessage() proto.Message { return e.parentMessage }

// Unwrap gives the error of the value, for errors.Is and errors.As.
func (e *InvalidMessageError) Unwrap() error {
	if e.invalidError == nil {
		return nil
	}
	return e.invalidError
}

// InvalidMessagesError lists the invalid messages of one validation.
type InvalidMessagesError struct {
	messageErrors []*InvalidMessageError
}

// NewInvalidMessagesError joins the errors of messages.
func NewInvalidMessagesError(messageErrors []*InvalidMessageError) *InvalidMessagesError {
	return &InvalidMessagesError{messageErrors: messageErrors}
}

// Error lists the errors, one in each line.
func (e *InvalidMessagesError) Error() string {
	var out strings.Builder
	out.WriteString("some messages are invalid:\n")
	for _, msgErr := range e.messageErrors {
		out.WriteString(msgErr.Error())
		out.WriteString("\n")
	}
	return out.String()
}

// MessageErrors gives the errors one by one.
func (e *InvalidMessagesError) MessageErrors() []*InvalidMessageError { return e.messageErrors }

// Unwrap gives the errors one by one, for errors.Is and errors.As.
func (e *InvalidMessagesError) Unwrap() []error {
	errs := make([]error, 0, len(e.messageErrors))
	for _, msgErr := range e.messageErrors {
		errs = append(errs, msgErr)
	}
	return errs
}

// VerificationErrorType tells how the configured system differs from what
// the scheduler did.
type VerificationErrorType int

const (
	// ExpectedToExist is for a value that was applied and is not there.
	ExpectedToExist VerificationErrorType = iota
	// ExpectedToNotExist is for a value that was removed and is there.
	ExpectedToNotExist
	// NotEquivalent is for a value that is there with another content.
	NotEquivalent
)

// VerificationError reports, in the verification mode, a value that is not
// in the configured system as it should be.
type VerificationError struct {
	key     string
	errType VerificationErrorType
}

// NewVerificationError makes the error of one value.
func NewVerificationError(key string, errType VerificationErrorType) *VerificationError {
	return &VerificationError{key: key, errType: errType}
}

// Error describes the difference, without the key.
func (e *VerificationError) Error() string {
	switch e.errType {
	case ExpectedToExist:
		return "value is not actually configured"
	case ExpectedToNotExist:
		return "value is not actually removed"
	case NotEquivalent:
		return "applied value is not equivalent with the refreshed value"
	default:
		return ""
	}
}

// Key gives the key of the value.
func (e *VerificationError) Key() string { return e.key }

// Type tells what the difference is.
func (e *VerificationError) Type() VerificationErrorType { return e.errType }
